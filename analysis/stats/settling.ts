import type { EqualAs } from "./placements.ts";
import type { ShiftTest } from "./shift_test.ts";
import { normalCdf, normalQuantile } from "./special.ts";

/** What a comparison is to show with more runs, and how surely. */
export interface Aim {
  /** Half width of the region of equivalence, > 0, in the unit of the samples. */
  readonly margin: number;
  /** In (0, 1/2). */
  readonly alpha: number;
  /** Wanted probability, in (0, 1). */
  readonly power: number;
  /** How many times the variance of the shift is what independent runs would give; without it once. */
  readonly inflation?: number;
}

/** Nearer to the margin than this many standard errors, a shift tells no number of runs. */
const NEAR = 0.5;

/** More runs are as good as infinitely many. */
const MOST = 1e9;

/**
 * Runs a side after which the interval of confidence 1 - 2 alpha would lie inside the margin, or beyond it, with the
 * wanted probability, were the samples the populations. The rule is the interval's own: one that touches the margin
 * does neither, so differences equal to it count against either. The share of the differences on the wrong side is
 * taken as normal, with the variance of its placements, which falls with the number of runs.
 *
 * @param fewest that are named
 * @returns null where the shift lies on the margin, or so near that no number can be named
 */
export function runsToSettle(test: ShiftTest, aim: Aim, fewest: number): number | null {
  const { margin, inflation = 1 } = aim;
  const inside = [edgeOf(test, -margin, 0, 1), edgeOf(test, margin, 1, -1)];
  const outside = [edgeOf(test, margin, 0, 1), edgeOf(test, -margin, 1, -1)];
  const isInside = inside.every(({ excess }) => excess > 0);
  const edges = isInside ? inside : outside.filter(({ excess }) => excess > 0);
  if (edges.length === 0 || edges.some(({ errors }) => errors < NEAR * Math.sqrt(inflation))) return null;
  return runsFor(edges, aim, fewest);
}

/**
 * As runsToSettle, for an interval inside the margin, of a shift that is assumed rather than estimated, so that it may
 * lie near.
 *
 * @returns null where the shift does not lie inside the margin
 */
export function runsForEquivalence(test: ShiftTest, aim: Aim, fewest: number): number | null {
  const edges = [edgeOf(test, -aim.margin, 0, 1), edgeOf(test, aim.margin, 1, -1)];
  return edges.every(({ excess }) => excess > 0) ? runsFor(edges, aim, fewest) : null;
}

/** A margin that the interval is to clear. */
interface Edge {
  /** Share of the differences on the right side of it, less 1/2. */
  readonly excess: number;
  /** Its variance with one run a side: as it is there, and as the test takes it. */
  readonly own: number;
  readonly tested: number;
  /** Standard errors of these samples that the shift lies off. */
  readonly errors: number;
}

function edgeOf(test: ShiftTest, margin: number, equalAs: EqualAs, direction: 1 | -1): Edge {
  const { sortedA: a, sortedB: b } = test;
  const [there, atEstimate] = [test.placements(margin, equalAs), test.placements(test.estimate)];
  const ofOne = ({ ofA, ofB }: typeof there) => a.length * ofA + b.length * ofB;
  const excess = direction * there.excess;
  const variance = (there.ofA + there.ofB + atEstimate.ofA + atEstimate.ofB) / 2;
  return {
    excess,
    own: ofOne(there),
    tested: (ofOne(there) + ofOne(atEstimate)) / 2,
    errors: variance === 0 ? Infinity : excess / Math.sqrt(variance),
  };
}

function runsFor(edges: readonly Edge[], { alpha, power, inflation = 1 }: Aim, fewest: number): number {
  const z = -normalQuantile(alpha);
  const settles = (runs: number) => {
    // Student's t, expanded about the normal quantile (Cornish and Fisher).
    const df = 2 * runs - 2;
    const t = z + (z ** 3 + z) / (4 * df) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * df * df);
    let missed = 0;
    for (const { excess, own, tested } of edges) {
      const room = excess - t * Math.sqrt((inflation * tested) / runs);
      missed += own === 0 ? (room > 0 ? 0 : 1) : normalCdf(-room / Math.sqrt((inflation * own) / runs));
    }
    return 1 - missed >= power;
  };
  let [tooFew, enough] = [fewest - 1, fewest];
  while (!settles(enough)) {
    if (enough > MOST) return Infinity;
    [tooFew, enough] = [enough, 2 * enough];
  }
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (settles(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}
