// Pure: from the classes that devices have to those that they are to have, as arguments of tc.
//
// A device gets htb as its root, and each address a class, its queue and a filter of its own; all else passes it directly.
import type { Shape } from './shape.js';

/** The handle by which our qdiscs are known. */
export const HANDLE = 'c405:';
/** As fast as htb's numbers of 32 bits go. */
const UNLIMITED = 32e9;

export interface Placed {
  device: string;
  shape: Shape;
}

/** A class in force; its number is that of its filter, too. */
export interface Slot extends Placed {
  number: number;
}

/** A new class stands before the old one of the same address goes, so that no packet passes unshaped. */
export function changeClasses(slots: readonly Slot[], wanted: readonly Placed[]): { lines: string[][]; after: Slot[] } {
  const isSame = (a: Placed, b: Placed) => a.device === b.device && JSON.stringify(a.shape) === JSON.stringify(b.shape);
  const kept = slots.filter((slot) => wanted.some((placed) => isSame(slot, placed)));
  const gone = slots.filter((slot) => !kept.includes(slot));
  const after = [...kept];
  const lines: string[][] = [];
  const devices = new Set(slots.map(({ device }) => device));
  for (const placed of wanted) {
    if (kept.some((slot) => isSame(slot, placed))) continue;
    const { device, shape } = placed;
    if (!devices.has(device)) lines.push(rootLine(device));
    devices.add(device);
    const slot = { device, shape, number: freeNumber([...slots, ...after], device) };
    after.push(slot);
    lines.push(...classLines(slot));
  }
  for (const device of devices) {
    if (after.some((slot) => slot.device === device)) {
      lines.push(...gone.filter((slot) => slot.device === device).flatMap(goneLines));
    } else lines.push(removeRoot(device));
  }
  return { lines, after };
}

/** The kernel then makes the device's own qdisc again. */
export function removeRoot(device: string): string[] {
  return ['qdisc', 'del', 'dev', device, 'root', 'handle', HANDLE];
}

function rootLine(device: string): string[] {
  return ['qdisc', 'add', 'dev', device, 'root', 'handle', HANDLE, 'htb', 'default', '0', 'direct_qlen', '1000'];
}

function classLines({ device, shape, number }: Slot): string[][] {
  const id = HANDLE + number.toString(16);
  const rate = Math.min(UNLIMITED, Math.max(8, Math.round(shape.rate ?? UNLIMITED)));
  // 10 ms of the rate, and at least a lump of packets: less would leave part of the rate unused.
  const burst = Math.max(16_384, Math.ceil((rate / 8) * 0.01));
  const match = shape.to.family === 4 ? ['ip', 'dst', `${shape.to.text}/32`] : ['ip6', 'dst', `${shape.to.text}/128`];
  return [
    [
      ...['class', 'add', 'dev', device, 'parent', HANDLE, 'classid', id, 'htb', 'rate', `${rate}bit`],
      ...bursts(burst),
    ],
    ['qdisc', 'add', 'dev', device, 'parent', id, ...shape.leaf],
    [...['filter', 'add', 'dev', device, ...filterOf(shape, number)], 'u32', 'match', ...match, 'flowid', id],
  ];
}

function bursts(bytes: number): string[] {
  return ['burst', String(bytes), 'cburst', String(bytes), 'quantum', '60000'];
}

function goneLines({ device, shape, number }: Slot): string[][] {
  return [
    ['filter', 'del', 'dev', device, ...filterOf(shape, number)],
    ['class', 'del', 'dev', device, 'classid', HANDLE + number.toString(16)],
  ];
}

function filterOf({ to }: Shape, number: number): string[] {
  return ['parent', HANDLE, 'protocol', to.family === 4 ? 'ip' : 'ipv6', 'prio', String(number)];
}

function freeNumber(slots: readonly Slot[], device: string): number {
  const taken = new Set(slots.filter((slot) => slot.device === device).map(({ number }) => number));
  let number = 1;
  while (taken.has(number)) number++;
  return number;
}
