import { describe, expect, it } from 'vitest';
import { addressOf } from './address.js';
import { lackOfSlot, losesInQueue, parseLosses, parseNftLosses, parseQueues, parseRates } from './evidence.js';
import { leafOf } from './shape.js';
import type { Slot } from './tc-lines.js';

/** As tools of iproute2 6.1 print it, on a kernel with netem. */
const QDISCS = `qdisc noqueue 0: dev lo root refcnt 2
 Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0)
 backlog 0b 0p requeues 0
qdisc htb c405: dev eth0 root refcnt 3 r2q 10 default 0 direct_packets_stat 9 direct_qlen 1000
 Sent 900 bytes 9 pkt (dropped 4, overlimits 0 requeues 0)
 backlog 0b 0p requeues 0
qdisc netem 8001: dev eth0 parent c405:1 limit 1000 delay 100ms  10ms loss 10% duplicate 5%
 Sent 420 bytes 5 pkt (dropped 4, overlimits 0 requeues 0)
 backlog 120b 2p requeues 0
qdisc bfifo 8002: dev eth0 parent c405:1a limit 256Kb
 Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0)
 backlog 0b 0p requeues 0
qdisc bfifo 9: dev eth1 parent 7:1 limit 256Kb
 Sent 0 bytes 3 pkt (dropped 0, overlimits 0 requeues 0)
`;
const CLASSES = `class htb c405:1 root leaf 8001: prio 0 rate 32Gbit ceil 32Gbit burst 0b cburst 0b
class htb c405:1a root leaf 8002: prio 0 rate 1234Kbit ceil 1234Kbit burst 16Kb cburst 16Kb
class htb 7:1 root prio 0 rate 5Mbit ceil 5Mbit burst 1600b cburst 1600b
`;

function slot(number: number, quality: Parameters<typeof leafOf>[0]): Slot {
  return { device: 'eth0', number, shape: { to: addressOf('10.0.0.2'), ...leafOf(quality)! } };
}

describe('what the kernel has', () => {
  const queues = parseQueues(QDISCS);
  const rates = parseRates(CLASSES);

  it('is read from the lists of tc, ours alone', () => {
    expect(queues.map(({ number, passed, dropped }) => [number, passed, dropped])).toEqual([
      [1, 11, 4],
      [26, 0, 0],
    ]);
    expect([...rates]).toEqual([
      [1, 32e9],
      [26, 1_234_000],
    ]);
  });

  it('is held against what it should be', () => {
    const [netem, bfifo] = queues;
    const poor = { delay: { distribution: 'uniform', mean: 100, jitter: 10 }, loss: 0.1, duplicate: 0.05 } as const;
    expect(lackOfSlot(slot(1, poor), netem, rates)).toBeNull();
    expect(losesInQueue(slot(1, poor).shape)).toBe(true);
    expect(lackOfSlot(slot(1, { ...poor, corrupt: 0.1 }), netem, rates)).toMatch(/netem does no corrupt/);
    expect(lackOfSlot(slot(1, { ...poor, reorder: 0.1, corrupt: 0.1 }), netem, rates)).toMatch(/reorder and corrupt/);
    expect(lackOfSlot(slot(26, { rate: 1_234_567 }), bfifo, rates)).toBeNull();
    expect(lackOfSlot(slot(26, { rate: 2e6 }), bfifo, rates)).toMatch(/1234000 bit\/s instead of 2000000/);
    expect(lackOfSlot(slot(26, { rate: 1_234_567, corrupt: 0.1 }), bfifo, rates)).toMatch(/bfifo instead of netem/);
    expect(lackOfSlot(slot(2, poor), undefined, rates)).toMatch(/is not there/);
  });

  it('is read from the lists of iptables, as far as anybody jumps there', () => {
    const chain = [
      '-N CHAOS-OUT',
      '-A CHAOS-IN -s 10.0.0.9/32 -c 7 420 -j DROP',
      '-A CHAOS-OUT -d 10.0.0.2/32 -m statistic --mode random --probability 0.29999999981 -c 12 720 -j DROP',
      '-A CHAOS-OUT -d fd63::3/128 -c 3 180 -j DROP',
    ].join('\n');
    expect([...parseLosses(`-A OUTPUT -c 5 300 -j CHAOS-OUT\n${chain}\n`)]).toEqual([
      ['10.0.0.2', 12],
      ['fd63::3', 3],
    ]);
    expect([...parseLosses(chain)]).toEqual([]);
  });

  it('is read from our table of nft', () => {
    const table = `table inet chaosplan {
	chain input {
		ip saddr 10.0.0.9 counter name "in4_10_0_0_9" drop
	}
	chain output {
		type filter hook output priority filter - 5; policy accept;
		ip daddr 10.0.0.3 numgen random mod 1000000 < 300000 counter packets 4 bytes 336 drop
		ip6 daddr fd63::1 counter packets 0 bytes 0 drop
	}
}`;
    expect([...parseNftLosses(table)]).toEqual([
      ['10.0.0.3', 4],
      ['fd63::1', 0],
    ]);
  });
});
