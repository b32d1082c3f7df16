// A natural logarithm from exact IEEE 754 operations only: engines may differ in the last bits of Math.log, replays may not.

/** ln(x) for 0 < x < infinity, to about 1e-15; -Infinity for 0, NaN below. */
export function naturalLog(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN;
  let mantissa = x;
  let exponent = 0;
  while (mantissa >= Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent--;
  }
  // ln m = 2 artanh(z), z = (m - 1) / (m + 1), |z| < 0.172.
  const z = (mantissa - 1) / (mantissa + 1);
  const square = z * z;
  let power = z;
  let sum = 0;
  for (let k = 1; k <= 21; k += 2) {
    sum += power / k;
    power *= square;
  }
  return 2 * sum + exponent * Math.LN2;
}
