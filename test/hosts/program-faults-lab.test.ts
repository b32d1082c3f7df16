// What the nemeses disk and clock do to a program that knows nothing of chaos, on a host of a lab: measured from inside the host.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { NodeEvent } from '../../framework/contracts/cluster.js';
import type { AnySystem } from '../../framework/contracts/system.js';
import { LabSource } from '../../framework/deploy/lab/source.js';
import { type Bench, bench } from '../../framework/deploy/local/testing/bench.js';
import type { RemoteCluster } from '../../framework/deploy/remote/cluster.js';
import { onHosts } from '../../framework/deploy/remote/on-hosts.js';

/**
 * Twenty times a second says, on one line: its process, its time, whether it can write, how long its file is and how many bytes of it are
 * not as it wrote them. With `hold` it keeps another file open for writing, with `nothing` it does nothing.
 */
const PROGRAM = `
import os, select, sys, time
while sys.argv[2] == "nothing": select.select([], [], [], 10)
os.chdir(sys.argv[1])
if not os.path.exists("file"):
    with open("file", "wb") as file: file.write(b"x" * 50000)
held = open("held", "ab") if sys.argv[2] == "hold" else None
while True:
    try:
        with open("../more", "wb") as more: more.write(b"x" * 100000)
        state = "wrote"
    except OSError as error: state = error.strerror
    try: os.remove("../more")
    except OSError: pass
    with open("file", "rb") as file: content = file.read()
    print(os.getpid(), time.time(), len(content), len(content) - content.count(b"x"), state, flush=True)
    select.select([], [], [], 0.05)
`;

interface Said {
  pid: number;
  /** Seconds that its clock is ahead. */
  ahead: number;
  length: number;
  wrong: number;
  state: string;
}

interface Inside extends Bench {
  /** The last that it has said; null: it does not run. */
  said(): Promise<Said | null>;
  /** Resolves when it says so. */
  says(fits: (said: Said) => boolean): Promise<Said>;
  exits(): NodeEvent[];
}

let labs = 0;

function inside(mode: 'hold' | 'close', body: (b: Inside) => Promise<void>): Promise<void> {
  const system: AnySystem = {
    name: 'writer',
    summary: 'writes',
    workloads: [],
    lifecycle: (_, { id, data }) => ({
      start: { command: ['python3', '-c', PROGRAM, data, id === 'n1' ? mode : 'nothing'] },
    }),
  };
  const source = new LabSource({
    id: `h9-${process.pid}-${labs++}`,
    options: { disk: 8 * 1024 * 1024 },
    keep: false,
    watch: true,
  });
  const settings = {
    source,
    workspace: '/var/tmp/chaos',
    data: '/var/lib/chaos',
    helper: '/run/chaos',
    port: 7769,
    bound: 10_000,
    sudo: false,
    hostClock: false,
  };
  const make = (context: Parameters<typeof onHosts>[0]) => onHosts(context, settings);
  return bench({ system, nodes: ['n1', 'n2'], needs: ['full', 'files', 'clock', 'power'], make }, async (b) => {
    const host = (b.cluster as RemoteCluster).host('n1');
    const said = async (): Promise<Said | null> => {
      if (!b.cluster.isDown('n1')) {
        const { stdout } = await host.run(['sh', '-c', 'tail -n 1 /var/*/chaos/runs/*/n1/logs/node.log; date +%s.%N']);
        const [line = '', now = ''] = stdout.split('\n');
        const [pid, time, length, wrong, ...state] = line.split(' ');
        if (state.length > 0) {
          const ahead = Number(time) - Number(now);
          return { pid: Number(pid), ahead, length: Number(length), wrong: Number(wrong), state: state.join(' ') };
        }
      }
      return null;
    };
    const says = async (fits: (said: Said) => boolean): Promise<Said> => {
      let found: Said | null = null;
      await b.until(async () => {
        found = await said();
        return found !== null && fits(found);
      });
      return found!;
    };
    const exits = () => b.events.filter((event) => event.kind === 'exit');
    await says(({ state, ahead }) => state === 'wrote' && Math.abs(ahead) < 1);
    await body({ ...b, said, says, exits });
    expect(b.failures).toEqual([]);
    expect(exits().filter((event) => event.kind === 'exit' && !event.fault)).toEqual([]);
  });
}

afterAll(() => {
  expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(`h9-${process.pid}`);
  expect(execFileSync('ip', ['netns'], { encoding: 'utf8' })).not.toContain(`h9-${process.pid}`);
});

const FULL = 'No space left on device';
const READ_ONLY = 'Read-only file system';

describe('a program in a lab', () => {
  it('has a full disk, twice over, and room again', () =>
    inside('close', async ({ cluster: { faults }, says, exits }) => {
      const first = await faults.disk(['n1'], { kind: 'full' });
      const second = await faults.disk(['n1'], { kind: 'full' });
      await says(({ state }) => state === FULL);
      await first.heal();
      await says(({ state }) => state === FULL);
      const off = await faults.power!(['n1']);
      await off.heal();
      await says(({ state }) => state === FULL);
      await second.heal();
      await says(({ state }) => state === 'wrote');
      expect(exits()).toHaveLength(1);
    }));

  it('cannot write to a read-only disk, also when it has files open there', () =>
    inside('hold', async ({ cluster, says, exits, until }) => {
      const { faults } = cluster;
      const full = await faults.disk(['n1'], { kind: 'full' });
      await says(({ state }) => state === FULL);
      const readOnly = await faults.disk(['n1'], { kind: 'read-only' });
      // It was killed, and then had nothing that it could have opened.
      await until(() => cluster.isDown('n1'));
      await full.heal();
      await readOnly.heal();
      await says(({ state }) => state === 'wrote');
      expect(exits().length).toBeGreaterThan(1);
    }));

  it('reads on from a read-only disk', () =>
    inside('close', async ({ cluster: { faults }, says }) => {
      const effect = await faults.disk(['n1'], { kind: 'read-only' });
      await says(({ state, length }) => state === READ_ONLY && length === 50_000);
      await effect.heal();
      await says(({ state }) => state === 'wrote');
    }));

  it('finds its file cut, and a bit of it flipped', () =>
    inside('close', async ({ cluster: { faults }, says, events }) => {
      const { pid } = await says(() => true);
      const flip = await faults.disk(['n1'], { kind: 'bit-flip', position: 0.25 });
      const flipped = await says((said) => said.pid !== pid);
      expect(flipped).toMatchObject({ length: 50_000, wrong: 1 });
      await flip.heal();
      const cut = await faults.disk(['n1'], { kind: 'truncate', position: 0.5 });
      const after = await says((said) => said.pid !== flipped.pid && said.pid !== pid);
      expect(after).toMatchObject({ length: 25_000, wrong: 1 });
      await cut.heal();
      expect((await says(() => true)).pid).toBe(after.pid);
      expect(events.filter((event) => event.kind === 'note' && event.clock === undefined)).toMatchObject([
        { detail: 'a bit of byte 12500 of file was flipped' },
        { detail: 'file was cut at byte 25000' },
      ]);
    }));

  it('has a clock that jumps and runs at another rate, also when it is started again, and true time afterwards', () =>
    inside('close', async ({ cluster: { faults }, says, sleep }) => {
      const jump = await faults.clock(['n1'], { offset: 3_600_000 });
      await says(({ ahead }) => Math.abs(ahead - 3600) < 2);
      const fast = await faults.clock(['n1'], { rate: 3 });
      await jump.heal();
      const begun = await says(({ ahead }) => ahead < 100);
      await sleep(1000);
      expect((await says(() => true)).ahead - begun.ahead).toBeGreaterThan(1);
      const kill = await faults.kill(['n1']);
      await kill.heal();
      const again = await says(({ pid }) => pid !== begun.pid);
      // It runs on from where it was.
      expect(again.ahead).toBeGreaterThan(begun.ahead);
      expect(again.ahead).toBeLessThan(60);
      await fast.heal();
      await says(({ ahead }) => Math.abs(ahead) < 1);
    }));

  it('refuses what nobody can do to it, with the reason', () =>
    inside('close', async ({ cluster: { faults }, exits }) => {
      await expect(faults.disk(['n2'], { kind: 'truncate' })).rejects.toMatchObject({
        message: expect.stringContaining('has no file'),
        kind: 'environment',
      });
      await expect(faults.disk(['n1'], { kind: 'lose-unsynced' })).rejects.toMatchObject({ kind: 'usage' });
      await expect(faults.disk(['n1'], { kind: 'torn-tail' })).rejects.toMatchObject({ kind: 'usage' });
      expect(exits()).toEqual([]);
    }));
});
