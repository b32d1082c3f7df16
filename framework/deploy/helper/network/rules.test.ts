import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinkQuality } from '../../../contracts/cluster.js';
import type { LinkState } from '../protocol.js';
import { type Abilities, lackOf, parseAbilities } from './abilities.js';
import { type Address, addressOf } from './address.js';
import { lines, normal } from './distribution.js';
import { change, type Installed, NOTHING, parseDropped, parseInstalled } from './iptables-text.js';
import { nftText, parseCounter } from './nft-text.js';
import { type Drops, dropsOf, rulesFor } from './rules.js';
import { changeClasses, type Placed, type Slot } from './tc-lines.js';
import { FilterTable, NftTable, TcDevices } from './testing/kernels.js';
import { parseRoots } from './traffic.js';

const ALL = [
  'iptables=yes\nip6tables=yes\nnft=yes\nstatistic=yes\nstatistic6=yes\nnumgen=yes',
  'tc=yes\nhtb=yes\nu32=yes\nnetem=yes',
].join('\n');
const EVERYTHING = parseAbilities(ALL, 'untold');
const NO_NETEM: Abilities = { ...EVERYTHING, netem: 'Specified qdisc kind is unknown.' };

const PEERS = ['10.63.0.2', '10.63.0.3', '10.63.0.4', 'fd63::2', 'fd63::3'];
const probability = fc.double({ min: 0, max: 1, noNaN: true });
const time = fc.double({ min: 0, max: 5000, noNaN: true });
const quality: fc.Arbitrary<LinkQuality> = fc.record(
  {
    delay: fc.record({
      distribution: fc.constantFrom('constant', 'uniform', 'normal', 'exponential'),
      mean: time,
      jitter: time,
    }),
    loss: probability,
    duplicate: probability,
    reorder: probability,
    corrupt: probability,
    rate: fc.double({ min: 1, max: 1e11, noNaN: true }),
  },
  { requiredKeys: [] },
);
const link: fc.Arbitrary<LinkState> = fc.record(
  { peer: fc.constantFrom(...PEERS), cut: fc.boolean(), quality },
  { requiredKeys: ['peer'] },
);
/** One declaration after the other, the last of which is that nothing is wrong. */
const story = fc.array(fc.array(link, { maxLength: 6 }), { maxLength: 8 }).map((states) => [...states, []]);

const isIpv4 = ({ family }: Address) => family === 4;
/** Without netem losses are our chains' matter. */
const drops = (states: readonly LinkState[]): Drops => {
  const kept = states.map(({ quality, ...state }) =>
    quality?.loss ? { ...state, quality: { loss: quality.loss } } : state,
  );
  return rulesFor(kept, NO_NETEM, 'n1');
};

describe('iptables', () => {
  const FOREIGN = ['-j KUBE-FIREWALL', '-s 10.99.0.0/16 -j ACCEPT'];

  function started(leftover: { chain: boolean; jumps: number; rule: boolean }): FilterTable {
    const table = new FilterTable();
    table.chains.set('INPUT', [...FOREIGN]);
    if (leftover.chain) {
      table.chains.set('CHAOS-IN', leftover.rule ? ['-s 10.63.0.9/32 -j DROP'] : []);
      table.chains.get('INPUT')!.unshift(...Array.from({ length: leftover.jumps }, () => '-j CHAOS-IN'));
    }
    return table;
  }

  it('has exactly the drops that were declared, whatever was before, and leaves nothing of ours', () => {
    const leftover = fc.record({ chain: fc.boolean(), jumps: fc.nat(2), rule: fc.boolean() });
    fc.assert(
      fc.property(leftover, story, (left, states) => {
        const table = started(left);
        let installed: Installed = parseInstalled(table.listing());
        for (const state of states) {
          const wanted = dropsOf(drops(state), isIpv4);
          const { text, after } = change(installed, wanted);
          if (text !== null) table.restore(text);
          installed = after;
          const sources = wanted.cuts.map((cut) => `-s ${cut.text} -j DROP`);
          expect([...(table.chains.get('CHAOS-IN') ?? [])].sort()).toEqual(sources.sort());
          expect(table.chains.get('CHAOS-OUT') ?? []).toHaveLength(wanted.losses.length);
          const isAny = wanted.cuts.length + wanted.losses.length > 0;
          expect(table.chains.get('INPUT')).toEqual([...(isAny ? ['-j CHAOS-IN'] : []), ...FOREIGN]);
        }
        expect([...table.chains.keys()]).toEqual(['INPUT', 'OUTPUT']);
        expect(table.chains.get('OUTPUT')).toEqual([]);
      }),
    );
  });

  it('does nothing for what is so already', () => {
    const wanted = drops([{ peer: '10.63.0.2', cut: true }]);
    const { after } = change(NOTHING, wanted);
    expect(change(after, wanted).text).toBeNull();
    expect(change(NOTHING, drops([])).text).toBeNull();
  });

  it('comes before what others have put at the head meanwhile', () => {
    const table = started({ chain: false, jumps: 0, rule: false });
    const first = change(NOTHING, drops([{ peer: '10.63.0.2', cut: true }]));
    table.restore(first.text!);
    table.chains.get('INPUT')!.unshift('-j ACCEPT');
    table.restore(change(first.after, drops([{ peer: '10.63.0.3', cut: true }])).text!);
    expect(table.chains.get('INPUT')).toEqual(['-j CHAOS-IN', '-j ACCEPT', ...FOREIGN]);
  });

  it('lets a host be found over IPv6 though nothing else of it arrives', () => {
    const { text } = change(NOTHING, drops([{ peer: 'fd63::2', cut: true }]));
    const rules = text!.split('\n').filter((line) => line.startsWith('-A'));
    expect(rules).toEqual([
      '-A CHAOS-IN -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j RETURN',
      '-A CHAOS-IN -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j RETURN',
      '-A CHAOS-IN -s fd63::2 -j DROP',
    ]);
  });

  it('reads counters', () => {
    const listing =
      '-N CHAOS-IN\n-A CHAOS-IN -s 10.63.0.2/32 -c 5 420 -j DROP\n-A CHAOS-IN -s fd63::2/128 -c 7 1 -j DROP\n';
    expect([...parseDropped(listing)]).toEqual([
      ['10.63.0.2', 5],
      ['fd63::2', 7],
    ]);
  });
});

describe('nft', () => {
  it('has exactly the drops that were declared, and leaves nothing of ours', () => {
    fc.assert(
      fc.property(story, (states) => {
        const nft = new NftTable();
        let before: readonly Address[] | null = null;
        for (const state of states) {
          const wanted = drops(state);
          nft.load(nftText(before, wanted));
          before = wanted.cuts;
          const dropping = nft.table?.rules.filter((rule) => rule.endsWith(' drop')) ?? [];
          expect(dropping).toHaveLength(wanted.cuts.length + wanted.losses.length);
          expect(nft.table?.counters.size ?? 0).toBe(wanted.cuts.length);
        }
        expect(nft.table).toBeNull();
      }),
    );
  });

  it('reads counters', () => {
    const listing = 'table inet chaosplan {\n\tcounter in4_10_63_0_2 {\n\t\tpackets 12 bytes 900\n\t}\n}\n';
    expect(parseCounter(listing, addressOf('10.63.0.2'))).toBe(12);
    expect(parseCounter(listing, addressOf('10.63.0.22'))).toBe(0);
  });
});

describe('tc', () => {
  it('has exactly the classes that were declared, each address one, and leaves no root', () => {
    fc.assert(
      fc.property(story, (states) => {
        const tc = new TcDevices();
        let slots: Slot[] = [];
        for (const state of states) {
          const { shapes } = rulesFor(state, EVERYTHING, 'n1');
          const wanted: Placed[] = shapes.map((shape) => ({ device: `eth${shape.to.family}`, shape }));
          const { lines, after } = changeClasses(slots, wanted);
          for (const line of lines) tc.run(line);
          slots = after;
          const matches = [...tc.devices.values()].flatMap(({ classes, filters }) => {
            expect(classes.size).toBe(filters.size);
            for (const { leaf } of classes.values()) expect(leaf).not.toBeNull();
            return [...filters.values()].map(({ match }) => match.replace(/\/\d+$/, ''));
          });
          expect(matches.sort()).toEqual(shapes.map(({ to }) => to.text).sort());
        }
        expect(tc.devices.size).toBe(0);
      }),
    );
  });

  it('says what netem is to do', () => {
    const leaf = (quality: LinkQuality) =>
      rulesFor([{ peer: '10.63.0.2', quality }], EVERYTHING, 'n1')
        .shapes[0]!.leaf.slice(3)
        .join(' ');
    expect(leaf({ delay: { distribution: 'constant', mean: 50 } })).toBe('delay 50000us');
    expect(leaf({ delay: { distribution: 'uniform', mean: 50, jitter: 10 } })).toBe('delay 50000us 10000us');
    expect(leaf({ delay: { distribution: 'normal', mean: 50, jitter: 10 }, loss: 0.05 })).toBe(
      'delay 50000us 10000us distribution chaos-normal loss 5.000000%',
    );
    expect(leaf({ delay: { distribution: 'exponential', mean: 2.5 }, corrupt: 1 })).toBe(
      'delay 2500us 2500us distribution chaos-exponential corrupt 100.000000%',
    );
    expect(leaf({ reorder: 0.25, duplicate: 0.1 })).toBe(
      'delay 12500us 12500us reorder 75.000000% duplicate 10.000000%',
    );
  });

  it('reads whose the root of a device is', () => {
    const listing = [
      'qdisc noqueue 0: dev lo root refcnt 2 ',
      'qdisc mq 0: dev eth0 root ',
      'qdisc fq_codel 0: dev eth0 parent :1 limit 10240p',
      'qdisc htb c405: dev eth1 root refcnt 2 r2q 10',
    ].join('\n');
    expect(parseRoots(listing)).toEqual([
      { kind: 'noqueue', handle: '0:', device: 'lo' },
      { kind: 'mq', handle: '0:', device: 'eth0' },
      { kind: 'htb', handle: 'c405:', device: 'eth1' },
    ]);
  });
});

describe('what a host cannot do', () => {
  it('is refused with the reason and a way out', () => {
    const asked = (quality: LinkQuality, abilities: Abilities) => () =>
      rulesFor([{ peer: '10.63.0.2', quality }], abilities, 'n1');
    expect(asked({ delay: { distribution: 'constant', mean: 1 } }, NO_NETEM)).toThrow(
      'n1 cannot delay, duplicate or reorder packets; missing: ' +
        'the queueing discipline netem (kernel module sch_netem): Specified qdisc kind is unknown.',
    );
    expect(asked({ rate: 1000 }, { ...NO_NETEM, htb: 'unknown' })).toThrow(/cannot limit the rate of links/);
    expect(asked({ loss: 0.1 }, NO_NETEM)).not.toThrow();
  });

  it('is told of each fault by what is missing for it', () => {
    const none = parseAbilities('', 'was not tried');
    expect(lackOf('partition', none)?.missing).toBe('iptables: was not tried');
    expect(lackOf('partition', { ...none, nft: true })).toBeNull();
    expect(lackOf('partition', { ...none, iptables: true }, 6)?.missing).toBe('ip6tables: was not tried');
    expect(lackOf('loss', { ...none, iptables: true })?.missing).toContain('xt_statistic');
    expect(lackOf('packet', EVERYTHING)).toBeNull();
  });

  it('is not asked of addresses that are none', () => {
    for (const peer of ['n2', '10.0.0.1/8', '10.0.0.1; reboot', 'fe80::1%eth0', '']) {
      expect(() => rulesFor([{ peer, cut: true }], EVERYTHING, 'n1'), peer).toThrow(/no IP address/);
    }
    expect(addressOf('FD63:0::2').text).toBe('fd63::2');
    expect(addressOf('::ffff:10.0.0.1')).toEqual({ family: 4, text: '10.0.0.1' });
    expect(() => rulesFor([{ peer: '10.0.0.1', quality: { loss: 2 } }], EVERYTHING, 'n1')).toThrow(/no link/);
  });
});

describe('tables of delays', () => {
  const values = (text: string) => text.trim().split(/\s+/).map(Number);
  const mean = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
  const deviation = (list: readonly number[]) => Math.sqrt(mean(list.map((x) => (x - mean(list)) ** 2)));

  it('have mean 0 and deviation 1, in the units of netem', () => {
    const table = values(lines(normal()));
    expect(table).toHaveLength(4096);
    expect(Math.abs(mean(table))).toBeLessThan(20);
    expect(deviation(table) / 8192).toBeCloseTo(1, 2);
    expect(Math.max(...table.map(Math.abs))).toBeLessThanOrEqual(32767);
  });
});
