import { logGamma } from "./incomplete.ts";
import type { Xoshiro128 } from "./random.ts";

/** Below this mean the distribution is summed from 0; above it, numbers are drawn by rejection. */
const SUM_BELOW_MEAN = 10;

/**
 * A number of successes in n trials of probability p: exact for every n (not a normal approximation), in expected
 * constant time. Hormann, "The generation of binomial random variates" (1993), algorithm BTRS; by inversion where
 * n min(p, 1 - p) < 10.
 *
 * @param n integer >= 0
 * @param p in [0, 1]
 */
export function randomBinomial(n: number, p: number, random: Xoshiro128): number {
  if (n === 0 || p === 0) return 0;
  if (p > 0.5) return n - randomBinomial(n, 1 - p, random);
  return n * p < SUM_BELOW_MEAN ? inverted(n, p, random) : rejected(n, p, random);
}

function inverted(n: number, p: number, random: Xoshiro128): number {
  const odds = p / (1 - p);
  for (;;) {
    let rest = random.uniform();
    let probability = Math.exp(n * Math.log1p(-p));
    // Rounding can leave a rest beyond the last value; another number is drawn then.
    for (let k = 0; k <= n && k <= 110; k++) {
      if (rest < probability) return k;
      rest -= probability;
      probability *= (odds * (n - k)) / (k + 1);
    }
  }
}

function rejected(n: number, p: number, random: Xoshiro128): number {
  const sigma = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * sigma;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const centre = n * p + 0.5;
  const squeeze = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * sigma;
  const logOdds = Math.log(p / (1 - p));
  const mode = Math.floor((n + 1) * p);
  const atMode = logGamma(mode + 1) + logGamma(n - mode + 1);
  for (;;) {
    const u = random.uniform() - 0.5;
    const v = random.uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + centre);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || k > n) continue;
    const height = Math.log((v * alpha) / (a / (us * us) + b));
    if (height <= atMode - logGamma(k + 1) - logGamma(n - k + 1) + (k - mode) * logOdds) return k;
  }
}
