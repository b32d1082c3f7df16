// What is asked of a host before anything starts: one constant script for any POSIX shell, which changes nothing there.
import { LAZYFS_VARIABLE } from '../helper/lazyfs.js';
import type { Command } from '../host/host.js';

/** The tools that faults, nodes and people may want. */
export const TOOLS = [
  'iptables',
  'ip6tables',
  'nft',
  'tc',
  'ip',
  'unshare',
  'tcpdump',
  'tar',
  'sudo',
  'strace',
] as const;

/** Where LazyFS is: no distribution has it. */
const LAZYFS = `"$${LAZYFS_VARIABLE}" "$(command -v lazyfs)"`;

/** Where distributions keep libfaketime. */
export const FAKETIME = [
  '/usr/lib/*/faketime/libfaketime.so.1',
  '/usr/lib/faketime/libfaketime.so.1',
  '/usr/lib64/faketime/libfaketime.so.1',
  '/usr/lib/libfaketime.so.1',
  '/usr/lib64/libfaketime.so.1',
  '/usr/local/lib/faketime/libfaketime.so.1',
];

/** $1 the folder of the helper, which may be for root's eyes only. Prints its process and its run when it lives. */
const HELPER = `
for file in "$1"/helper-*.pid; do
  claim=''; state=''; stat=''
  read -r claim <"$file"
  pid="\${claim##*\\"pid\\":}"; pid="\${pid%%[!0-9]*}"
  start="\${claim##*\\"start\\":\\"}"; start="\${start%%[!0-9]*}"
  [ -n "$pid" ] && [ -n "$start" ] && read -r stat <"/proc/$pid/stat" || continue
  set -- "$1" \${stat##*) }
  [ "\${21}" = "$start" ] || continue
  read -r state <"$1/helper.state"
  run="\${state##*\\"run\\":\\"}"
  echo "$pid \${run%%[!0-9a-zA-Z-]*}"
done
`;

/**
 * $1 the workspace, $2 ports with spaces between them, $3 whether sudo may be asked, $4 the script above. Prints lines `key value`.
 * What a user's shell prints before and after is told apart by the first and the last line.
 */
const SCRIPT = `
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"; LC_ALL=C; export PATH LC_ALL
folder="$1"; ports="$2"; sudo="$3"; look="$4"
tell() { printf '%s %s\\n' "$1" "$2"; }
brief() { if command -v timeout >/dev/null; then timeout 5 "$@"; else "$@"; fi; }
echo chaos-preflight-begin
tell system "$(uname -s)"; tell kernel "$(uname -r)"; tell arch "$(uname -m)"
tell user "$(id -un 2>/dev/null || id -u)"; tell uid "$(id -u)"

as_root=''
if [ "$(id -u)" = 0 ]; then root=yes
elif [ "$sudo" != yes ]; then root=off
elif ! command -v sudo >/dev/null; then root=no-sudo
elif said="$(brief sudo -n true 2>&1 </dev/null)"; then root=sudo; as_root='sudo -n'
else root="refused $(printf '%s\\n' "$said" | sed -n '/./h;\${g;p;}')"
fi
tell root "$root"
case "$root" in yes|sudo)
  tell capabilities "$($as_root sed -n 's/^CapEff:[^0-9a-f]*//p' /proc/self/status 2>/dev/null)"
  read -r inside outside size </proc/self/uid_map 2>/dev/null && tell uids "$inside $outside $size"
esac

tell os "$(sed -n 's/^ID\\(_LIKE\\)\\{0,1\\}=//p' /etc/os-release 2>/dev/null | tr -d '"' | tr '\\n' ' ')"
tell memory "$(sed -n 's/^MemTotal:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/meminfo 2>/dev/null)"
tell cores "$(getconf _NPROCESSORS_ONLN 2>/dev/null || grep -c '^processor' /proc/cpuinfo)"
set -- /lib/ld-musl-*
if [ -e "$1" ]; then tell libc musl; else tell libc "$(getconf GNU_LIBC_VERSION 2>/dev/null)"; fi

at="$folder"
while [ ! -e "$at" ] && [ ! -L "$at" ]; do at="\${at%/*}"; [ -n "$at" ] || at=/; done
tell at "$at"
if [ "$at" = "$folder" ]; then
  tell owner "$(ls -ldn "$folder" | { read -r mode links uid rest; echo "$mode $uid"; })"
fi
if [ -d "$at" ]; then
  tell free "$(df -Pk "$at" 2>/dev/null | { read -r head; read -r device blocks used free rest; echo "$free"; })"
  trial="\${at%/}/.chaos-preflight-$$"
  trap 'rm -f "$trial"' EXIT
  trap 'exit 1' HUP INT TERM
  if said="$( { set -C; printf '#!/bin/sh\\nexit 0\\n' >"$trial"; } 2>&1 )"; then
    chmod 700 "$trial"
    if "$trial" 2>/dev/null; then tell execute yes; else tell execute no; fi
  else tell write "$(printf '%s\\n' "$said" | sed -n '/./{p;q;}')"
  fi
else tell write 'not a folder'
fi

tell helper "$($as_root sh -c "$look" sh "$folder/helper" 2>/dev/null)"
if node="$(command -v node)"; then tell node "$node"; tell node-version "$(brief "$node" --version 2>/dev/null)"; fi
for tool in ${TOOLS.join(' ')}; do if found="$(command -v "$tool")"; then tell "tool-$tool" "$found"; fi; done
for file in ${FAKETIME.join(' ')}; do if [ -e "$file" ]; then tell faketime "$file"; break; fi; done
for file in ${LAZYFS}; do if [ -x "$file" ]; then tell tool-lazyfs "$file"; break; fi; done
if [ -c /dev/fuse ]; then tell fuse yes; fi
tell ptrace "$(cat /proc/sys/kernel/yama/ptrace_scope 2>/dev/null || echo 0)"
if command -v ip >/dev/null; then
  tell addresses "$(ip -o addr show 2>/dev/null | sed -n 's/.* inet6\\{0,1\\} \\([^ /]*\\).*/\\1/p' | tr '\\n' ' ')"
else tell addresses "$(hostname -I 2>/dev/null)"
fi
for port in $ports; do
  hex="$(printf '%04X' "$port")"
  if grep -qs ": [0-9A-F]*:$hex [0-9A-F]*:0000 0A" /proc/net/tcp /proc/net/tcp6; then tell busy "$port"; fi
done
echo chaos-preflight-end
exit 0
`;

export interface Asked {
  /** Absolute path. */
  folder: string;
  ports: readonly number[];
  /** Whether sudo may be asked. */
  sudo: boolean;
}

export function preflightCommand({ folder, ports, sudo }: Asked): Command {
  return ['sh', '-c', SCRIPT, 'sh', folder, ports.join(' '), sudo ? 'yes' : 'no', HELPER];
}

/**
 * For each line of its input prints the time: nanoseconds since 1970, or seconds and something that is no digit where `date` knows no
 * nanoseconds.
 */
export const DATES_COMMAND: Command = ['sh', '-c', 'while read -r line; do date +%s%N || exit 0; done'];
