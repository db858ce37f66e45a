import { normalQuantile, normalSurvival } from "./special.ts";

/** A normal density times a Gaussian kernel is smooth: so many nodes a stage give 12 digits for 20 looks. */
const NODES = 200;

/** Sums this many standard deviations below 0 cross no bound any more: their share is below 1e-17. */
const LOWEST = 8.5;

const SQRT_2PI = Math.sqrt(2 * Math.PI);

/**
 * One-sided level of each of several equally spaced looks at growing data, so that the chance that any of them
 * crosses its bound, where the truth is on the bound, is `tail` in all: Pocock (1977), whose level is the same at
 * each look. Found by recursive numerical integration (Armitage, McPherson and Rowe 1969; Jennison and Turnbull,
 * "Group sequential methods", 2000, chapters 2 and 19).
 *
 * @param looks >= 1; with 1 it is `tail` itself
 * @param tail in (0, 1/2)
 */
export function levelOfEachLook(looks: number, tail: number): number {
  if (looks === 1) return tail;
  // Between the bound of one look and Bonferroni's, by Illinois steps on the logarithm of the probability.
  const rule = gaussLegendre(NODES);
  const excess = (bound: number) => Math.log(crossing(looks, bound, rule) / tail);
  let [low, high] = [-normalQuantile(tail), -normalQuantile(tail / looks)];
  let [atLow, atHigh] = [excess(low), excess(high)];
  let side = 0;
  while (high - low > 1e-13 * high) {
    const bound = (low * atHigh - high * atLow) / (atHigh - atLow);
    const at = excess(bound);
    if (Math.abs(at) < 1e-13) return normalSurvival(bound);
    if (at > 0) {
      [low, atLow] = [bound, at];
      if (side === 1) atHigh /= 2;
      side = 1;
    } else {
      [high, atHigh] = [bound, at];
      if (side === -1) atLow /= 2;
      side = -1;
    }
  }
  return normalSurvival((low + high) / 2);
}

/**
 * P(S_k > bound sqrt(k) for any k up to `looks`), S_k the sum of k standard normal numbers: the density of the sums
 * that have crossed no bound yet is carried from look to look.
 */
function crossing(looks: number, bound: number, rule: Rule): number {
  let total = normalSurvival(bound);
  let { at, weights } = placed(1, bound, rule);
  let density = at.map((s) => Math.exp(-s * s / 2) / SQRT_2PI);
  for (let look = 2; look <= looks; look++) {
    const limit = bound * Math.sqrt(look);
    const weighted = density.map((value, i) => value * weights[i]!);
    total += weighted.reduce((sum, value, i) => sum + value * normalSurvival(limit - at[i]!), 0);
    const next = placed(look, bound, rule);
    density = next.at.map((s) => {
      let sum = 0;
      for (let i = 0; i < at.length; i++) sum += weighted[i]! * Math.exp(-((s - at[i]!) ** 2) / 2);
      return sum / SQRT_2PI;
    });
    ({ at, weights } = next);
  }
  return total;
}

interface Rule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** Nodes and weights for sums of so many numbers, up to the bound. */
function placed(look: number, bound: number, { nodes, weights }: Rule) {
  const root = Math.sqrt(look);
  const [middle, half] = [(bound - LOWEST) * root / 2, (bound + LOWEST) * root / 2];
  return {
    at: nodes.map((node) => middle + half * node),
    weights: weights.map((weight) => half * weight),
  };
}

/** Gauss and Legendre's rule on [-1, 1], its nodes by Newton's method. */
function gaussLegendre(n: number): Rule {
  const [nodes, weights] = [new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    let x = Math.cos(Math.PI * (i + 0.75) / (n + 0.5));
    let slope = 0;
    for (let step = 0; step < 10; step++) {
      let [before, value] = [1, x];
      for (let k = 2; k <= n; k++) {
        [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      }
      slope = n * (x * value - before) / (x * x - 1);
      x -= value / slope;
    }
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}
