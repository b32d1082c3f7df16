// Pure: our rules as a table of nft's own, for hosts without iptables. One text is one transaction.
import type { Address } from './address.js';
import type { Drops } from './rules.js';

const TABLE = 'inet chaosplan';
/** Parts of a million. */
const MILLION = 1_000_000;

/** Removes the table; harmless where there is none. */
export const NO_TABLE = `add table ${TABLE}\ndelete table ${TABLE}\n`;

/**
 * The whole table, for exactly these rules. `before`: the sources whose counters exist, null where that is not known. Counters of
 * those that stay go on.
 */
export function nftText(before: readonly Address[] | null, { cuts, losses }: Drops): string {
  if (cuts.length === 0 && losses.length === 0) return NO_TABLE;
  const gone = (before ?? []).filter(({ text }) => !cuts.some((cut) => cut.text === text));
  const lines = [
    `add table ${TABLE}`,
    `add chain ${TABLE} input { type filter hook input priority -5; policy accept; }`,
    `add chain ${TABLE} output { type filter hook output priority -5; policy accept; }`,
    `flush chain ${TABLE} input`,
    `flush chain ${TABLE} output`,
    ...gone.map((source) => `delete counter ${TABLE} ${counterOf(source)}`),
    // Without its answers about neighbours a host cannot even be sent to over IPv6: a cut one way would be one both ways.
    `add rule ${TABLE} input icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept`,
    ...cuts.flatMap((source) => [
      `add counter ${TABLE} ${counterOf(source)}`,
      `add rule ${TABLE} input ${field(source, 'saddr')} counter name ${counterOf(source)} drop`,
    ]),
    ...losses.map(
      ({ to, probability }) => `add rule ${TABLE} output ${field(to, 'daddr')} ${chance(probability)}counter drop`,
    ),
  ];
  return `${before === null ? NO_TABLE : ''}${lines.join('\n')}\n`;
}

export const LIST_TABLE = ['nft', 'list', 'table', ...TABLE.split(' ')] as const;

export const LIST_COUNTERS = ['nft', 'list', 'counters', 'table', ...TABLE.split(' ')] as const;

/** Packets that the cut of a source has dropped, from what that command prints. */
export function parseCounter(listing: string, source: Address): number {
  const packets = new RegExp(`counter ${counterOf(source)} \\{\\s*packets (\\d+) `).exec(listing)?.[1];
  return Number(packets ?? 0);
}

function counterOf({ family, text }: Address): string {
  return `in${family}_${text.replaceAll(/[.:]/g, '_')}`;
}

function field({ family, text }: Address, side: 'saddr' | 'daddr'): string {
  return `${family === 4 ? 'ip' : 'ip6'} ${side} ${text}`;
}

function chance(probability: number): string {
  if (probability >= 1) return '';
  return `numgen random mod ${MILLION} < ${Math.max(1, Math.round(probability * MILLION))} `;
}
