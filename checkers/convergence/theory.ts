// How long gossip should take: by the theory of rumours that each node pushes to one other node a round.

const TERMS = 40;

/** The natural logarithm of n >= 1, by sums and products alone, which are the same on every machine. */
export function naturalLog(n: number): number {
  let doublings = 0;
  let rest = n;
  while (rest >= 2) {
    rest /= 2;
    doublings++;
  }
  // ln r = 2 artanh((r - 1) / (r + 1)), and r is less than 2.
  const x = (rest - 1) / (rest + 1);
  let power = x;
  let sum = 0;
  for (let i = 0; i < TERMS; i++) {
    sum += power / (2 * i + 1);
    power *= x * x;
  }
  return doublings * Math.LN2 + 2 * sum;
}

/**
 * Rounds until n nodes know a rumour that everybody who knows it pushes to one random node a round: log2 n + ln n, but for a
 * constant (Pittel, On Spreading a Rumor, 1987); and messages, when every node sends one a round. To two decimals.
 */
export function pushTheory(n: number): { rounds: number; messages: number } {
  const ln = naturalLog(n);
  const rounds = ln / Math.LN2 + ln;
  return { rounds: Math.round(rounds * 100) / 100, messages: Math.round(n * rounds * 100) / 100 };
}
