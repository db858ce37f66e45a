/**
 * Regularised incomplete gamma and beta functions, both tails computed directly so that the small one keeps its
 * digits. The leading factors use Loader's saddle-point form ("Fast and accurate computation of binomial
 * probabilities", 2000): x^a e^-x / Gamma(a) as a difference of logarithms loses a digit per factor 10 of a.
 */

const HALF_LOG_2PI = 0.918938533204672741780329736406;
const TINY = 1e-300;
const MAX_TERMS = 1_000_000;

/**
 * ln Gamma(z) - [(z - 1/2) ln z - z + ln(2 pi) / 2] for z > 0: Stirling's series from 8 on, brought there by the
 * recurrence of Gamma.
 */
function stirlingError(z: number): number {
  let shifted = z;
  let sum = 0;
  while (shifted < 8) {
    sum += (shifted + 0.5) * Math.log1p(1 / shifted) - 1;
    shifted += 1;
  }
  const r = 1 / (shifted * shifted);
  const series = 1 / 12 -
    r *
      (1 / 360 -
        r *
          (1 / 1260 -
            r * (1 / 1680 - r * (1 / 1188 - r * (691 / 360360 - r * (1 / 156 - r * 3617 / 122400))))));
  return sum + series / shifted;
}

/** ln Gamma(z) for z > 0; its absolute error is a few ulps of z ln z. */
export function logGamma(z: number): number {
  return (z - 0.5) * Math.log(z) - z + HALF_LOG_2PI + stirlingError(z);
}

/** x ln(x / m) + m - x without cancellation when x is near m; x, m > 0. */
function deviance(x: number, m: number): number {
  const difference = x - m;
  if (Math.abs(difference) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = difference / (x + m);
  const v2 = v * v;
  let sum = difference * v;
  let power = 2 * x * v;
  for (let j = 3;; j += 2) {
    power *= v2;
    const next = sum + power / j;
    if (next === sum) return next;
    sum = next;
  }
}

/** x^a e^-x / Gamma(a) for a, x > 0, with all its digits however large they are. */
export function gammaTerm(a: number, x: number): number {
  return Math.sqrt(a) * Math.exp(-stirlingError(a) - deviance(a, x) - HALF_LOG_2PI);
}

/**
 * P(a, x) and Q(a, x) = 1 - P(a, x) for a > 0, x >= 0.
 *
 * @throws RangeError outside that domain
 */
export function incompleteGamma(a: number, x: number): { lower: number; upper: number } {
  if (!(a > 0 && x >= 0)) throw new RangeError(`incomplete gamma: a is ${a}, x is ${x}, needs a > 0, x >= 0`);
  if (x === 0) return { lower: 0, upper: 1 };
  if (x === Infinity) return { lower: 1, upper: 0 };
  const front = gammaTerm(a, x);
  // One tail is then too small for a double, and its factor need not converge so far out.
  if (front === 0) return x < a + 1 ? { lower: 0, upper: 1 } : { lower: 1, upper: 0 };
  if (x < a + 1) {
    const lower = front * gammaSeries(a, x);
    return { lower, upper: 1 - lower };
  }
  const upper = front * gammaFraction(a, x);
  return { lower: 1 - upper, upper };
}

function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MAX_TERMS; n++) {
    term *= x / (a + n);
    sum += term;
    if (term < sum * 1e-17) return sum;
  }
  throw new RangeError(`incomplete gamma: no convergence for a = ${a}, x = ${x}`);
}

/** Legendre's continued fraction by the modified method of Lentz. */
function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < MAX_TERMS; i++) {
    const numerator = -i * (i - a);
    b += 2;
    d = 1 / awayFromZero(numerator * d + b);
    c = awayFromZero(b + numerator / c);
    const factor = d * c;
    h *= factor;
    if (Math.abs(factor - 1) < 1e-16) return h;
  }
  throw new RangeError(`incomplete gamma: no convergence for a = ${a}, x = ${x}`);
}

/**
 * I_x(a, b) and its complement for a, b > 0 and x + y = 1. Both x and y are given because the smaller one may be
 * below the rounding error of the other.
 *
 * @throws RangeError outside that domain
 */
export function incompleteBeta(a: number, b: number, x: number, y: number): { lower: number; upper: number } {
  if (!(a > 0 && b > 0 && x >= 0 && y >= 0)) {
    throw new RangeError(
      `incomplete beta: a, b, x, y are ${a}, ${b}, ${x}, ${y}, needs a, b > 0 and x, y >= 0`,
    );
  }
  if (x === 0) return { lower: 0, upper: 1 };
  if (y === 0) return { lower: 1, upper: 0 };
  const n = a + b;
  // x^a y^b / B(a, b)
  const front = Math.sqrt((a * b) / n) * Math.exp(
    stirlingError(n) - stirlingError(a) - stirlingError(b) - HALF_LOG_2PI - deviance(a, n * x) -
      deviance(b, n * y),
  );
  if (x * (n + 2) < a + 1) {
    const lower = (front * betaFraction(a, b, x)) / a;
    return { lower, upper: 1 - lower };
  }
  const upper = (front * betaFraction(b, a, y)) / b;
  return { lower: 1 - upper, upper };
}

/** The continued fraction of I_x(a, b) (Abramowitz and Stegun 26.5.8) by the modified method of Lentz. */
function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m < MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    const factor = d * c;
    h *= factor;
    if (Math.abs(factor - 1) < 1e-16) return h;
  }
  throw new RangeError(`incomplete beta: no convergence for a = ${a}, b = ${b}, x = ${x}`);
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
