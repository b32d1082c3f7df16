// A command that goes on without us, on any host with a POSIX shell: in a session of its own, watched by a shell that writes down how
// it ends.
import { ChaosError } from '../../contracts/error.js';
import { complaint, fileError, must, programOf, titleOf } from './errors.js';
import type { Command, Daemon, DaemonOptions, Host } from './host.js';

/** Log, then the two scripts below, then the command. Prints the command's pid, which is the id of its process group. */
const START = [
  'log=$1; watch=$2; become=$3; shift 3',
  'mkdir -p -- "${log%/*}/" && : >>"$log" || exit 125',
  'rm -f -- "$log.pid" "$log.status" || exit 125',
  'apart=; if command -v setsid >/dev/null 2>&1; then apart=setsid; fi',
  'pid=$($apart sh -c "$watch" sh "$log" "$apart" "$become" "$@" </dev/null 2>>"$log" &)',
  '[ -n "$pid" ] || exit 125; echo "$pid"',
].join('; ');

/** Whoever called waits for the end of our output; so it is given up as soon as the command has told its pid. */
const WATCH = [
  'log=$1; apart=$2; become=$3; shift 3; trap \'\' HUP; [ -n "$apart" ] || set -m',
  '$apart sh -c "$become" sh "$log" "$@" & child=$!; exec >/dev/null 2>&1',
  'wait $child; code=$?',
  'echo $code >"$log.status.part" && mv -f -- "$log.status.part" "$log.status"',
].join('; ');

const BECOME = 'echo $$ >"$1.pid" || exit 125; echo $$; exec >>"$1" 2>&1; shift; exec "$@"';

/** Log, pid. Prints the exit status, or `runs`, or `gone` when nobody was left to write it down. */
const STATUS =
  'if [ -s "$1.status" ]; then cat -- "$1.status"; elif kill -0 "$2" 2>/dev/null; then echo runs; ' +
  'elif [ -s "$1.status" ]; then cat -- "$1.status"; else echo gone; fi';

/** Log, pid, signal. A pid that now belongs to something else, after ours ended, is left alone. */
const SIGNAL =
  'if [ -s "$1.status" ] && kill -0 "$2" 2>/dev/null; then exit 0; fi; kill "-$3" "-$2" 2>/dev/null; exit 0';

const HARMLESS_TWICE: ReadonlySet<string> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGSTOP', 'SIGCONT']);

/** As of a shell, for a process that SIGKILL ended. */
const KILLED = 137;

/** Starts it and resolves when it has a pid. A program that does not exist ends with status 127, and its log says so. */
export async function spawnDaemon(host: Host, command: Command, options: DaemonOptions): Promise<Daemon> {
  const { log, root = false, ...rest } = options;
  const doing = `Starting ${programOf(command)}`;
  const output = await host.run(['sh', '-c', START, 'sh', log, WATCH, BECOME, ...command], { ...rest, root });
  const pid = Number(output.stdout.trim());
  if (output.code !== 0 || !Number.isInteger(pid) || pid <= 1) {
    throw fileError(host, doing, complaint(output.stderr) || `its log ${log} cannot be written`);
  }
  return {
    pid,
    status: () => statusOf(host, log, pid, root),
    signal: (signal) => signalTo(host, log, pid, signal, root),
  };
}

async function statusOf(host: Host, log: string, pid: number, root: boolean): Promise<number | null> {
  const { stdout } = await must(host, ['sh', '-c', STATUS, 'sh', log, String(pid)], { root, repeatable: true });
  const text = stdout.trim();
  if (text === 'runs') return null;
  return text === 'gone' ? KILLED : Number(text);
}

async function signalTo(host: Host, log: string, pid: number, signal: string, root: boolean): Promise<void> {
  if (!/^SIG[A-Z0-9]+$/.test(signal)) {
    throw new ChaosError('host-command', `"${signal}" is no signal that can be sent on ${titleOf(host)}.`, {
      kind: 'usage',
      hint: 'Name it as SIGTERM or SIGKILL.',
    });
  }
  const repeatable = HARMLESS_TWICE.has(signal);
  await must(host, ['sh', '-c', SIGNAL, 'sh', log, String(pid), signal.slice(3)], { root, repeatable });
}
