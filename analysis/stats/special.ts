/**
 * Distribution functions. Survival functions are computed directly, never as 1 - cdf: relative error below 1e-10
 * down to 1e-300 (tests/golden/special.json holds R's values).
 */

import { incompleteBeta, incompleteGamma, logGamma } from "./incomplete.ts";

/** P(Z <= z) for the standard normal. */
export function normalCdf(z: number): number {
  return normalSurvival(-z);
}

/** P(Z > z) for the standard normal. */
export function normalSurvival(z: number): number {
  const { lower, upper } = incompleteGamma(0.5, (z * z) / 2);
  return z >= 0 ? upper / 2 : 0.5 + lower / 2;
}

/** P(X > x) for chi-square with df > 0 degrees of freedom. */
export function chiSquareSurvival(x: number, df: number): number {
  return x <= 0 ? 1 : incompleteGamma(df / 2, x / 2).upper;
}

/** P(F > f) for F with df1, df2 > 0 degrees of freedom. */
export function fSurvival(f: number, df1: number, df2: number): number {
  if (f <= 0) return 1;
  const scale = df2 + df1 * f;
  return incompleteBeta(df2 / 2, df1 / 2, df2 / scale, (df1 * f) / scale).lower;
}

/** P(T > t) for Student's t with df > 0 degrees of freedom. */
export function tSurvival(t: number, df: number): number {
  const { lower, upper } = tTails(t / Math.sqrt(df), df);
  return t >= 0 ? lower / 2 : 0.5 + upper / 2;
}

/** P(|T| > sqrt(df) |u|) and its complement. */
function tTails(u: number, df: number): { lower: number; upper: number } {
  const square = u * u;
  if (square < 1e16) return incompleteBeta(df / 2, 0.5, 1 / (1 + square), square / (1 + square));
  // The next term is smaller by the square, and the square itself may overflow.
  const scale = logGamma((df + 1) / 2) - logGamma(df / 2 + 1) - Math.log(Math.PI) / 2;
  const lower = Math.exp(scale) * Math.abs(u) ** -df;
  return { lower, upper: 1 - lower };
}

/**
 * z with P(Z <= z) = p: algorithm AS 241 (Wichura 1988), PPND16, about 16 digits for p >= 1e-316. For an upper
 * tail q use -normalQuantile(q).
 *
 * @throws RangeError unless 0 < p < 1
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`normal quantile: p is ${p}, must lie in (0, 1)`);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE[0], r)) / polynomial(CENTRE[1], r);
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const z = r <= 5
    ? polynomial(MIDDLE[0], r - 1.6) / polynomial(MIDDLE[1], r - 1.6)
    : polynomial(FAR[0], r - 5) / polynomial(FAR[1], r - 5);
  return q < 0 ? -z : z;
}

/** So near to each other, as a part of them, two steps of a search are at its end: the next one would gain no digit. */
const CLOSE = 1e-13;

/**
 * t with P(T > t) = tail: by Newton's steps on the logarithm of the tail, and halves where they leave the bounds.
 *
 * @param tail in (0, 1/2]
 * @throws RangeError outside that domain
 */
export function tQuantile(tail: number, df: number): number {
  if (!(tail > 0 && tail <= 0.5)) throw new RangeError(`t quantile: tail is ${tail}, must lie in (0, 1/2]`);
  let [low, high] = [0, 1];
  while (tSurvival(high, df) > tail) [low, high] = [high, 2 * high];
  const scale = logGamma((df + 1) / 2) - logGamma(df / 2) - Math.log(Math.PI * df) / 2;
  let t = Math.min(high, Math.max(low, -normalQuantile(tail)));
  for (;;) {
    const found = tSurvival(t, df);
    if (found > tail) low = t;
    else high = t;
    const density = Math.exp(scale - ((df + 1) / 2) * Math.log1p((t * t) / df));
    const next = t + (found / density) * Math.log(found / tail);
    if (Math.abs(next - t) <= CLOSE * t) return next;
    const isInside = low < next && next < high;
    const middle = low + (high - low) / 2;
    if (!isInside && !(low < middle && middle < high)) return high;
    t = isInside ? next : middle;
  }
}

/** Value of the polynomial with these coefficients, highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}

// Wichura's numerators and denominators, highest power first.
// deno-fmt-ignore
const CENTRE = [
  [2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
   1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080],
  [5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
   5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1],
] as const;
// deno-fmt-ignore
const MIDDLE = [
  [7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258,
   3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734],
  [1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
   6.89767334985100004550e-1, 1.67638483018380384940, 2.05319162663775882187, 1],
] as const;
// deno-fmt-ignore
const FAR = [
  [2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
   2.96560571828504891230e-1, 1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720],
  [2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
   1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1],
] as const;
