// Which numbers in a text a double holds as they stand: two that differ must never come out as one.

const NUMBER = /^[-+]?(\d+)(?:\.(\d*))?(?:[eE][-+]?\d+)?$/;
/** Decimals of so many digits are told apart by doubles, whatever they are. */
const SAFE_DIGITS = 15;
/** As many as `toPrecision` gives. */
const MOST_DIGITS = 100;

/**
 * True when no other number is taken for the same double: it has few digits, or just those with which the double is written
 * (of whole numbers the shortest way, as JSON does; of others any). False also for what is beyond the range of doubles.
 */
export function isExact(number: string): boolean {
  const match = NUMBER.exec(number);
  if (match === null) return false;
  const value = Number(number);
  if (!Number.isFinite(value)) return false;
  const digits = significant(`${match[1]}${match[2] ?? ''}`);
  if (value === 0) return digits === '';
  if (digits.length <= SAFE_DIGITS || digits === digitsOf(String(value))) return true;
  return (
    !Number.isInteger(value) && digits.length <= MOST_DIGITS && digits === digitsOf(value.toPrecision(digits.length))
  );
}

function digitsOf(written: string): string {
  return significant(written.replace(/e.*$/, '').replace(/[-.]/g, ''));
}

/** Without zeros at either end: they are about the size. */
function significant(digits: string): string {
  return digits.replace(/^0+|0+$/g, '');
}

/** True when a number in a JSON text would not come out of JSON.parse as it stands there. */
export function holdsInexact(json: string): boolean {
  if (!/[\d.]{16}|\d[eE]/.test(json)) return false;
  const withoutTexts = json.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  for (const [number] of withoutTexts.matchAll(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)) if (!isExact(number)) return true;
  return false;
}
