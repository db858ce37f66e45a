/**
 * The exact Hodges-Lehmann shift with its interval, against R's `wilcox.test(conf.int = TRUE)`: its time at
 * growing sizes, and whether both agree.
 *
 *   deno run -A bench/shift_bench.ts
 *
 * It is a benchmark: it reports, but does not fail when a goal is missed.
 */

import { EXIT, Failure } from "../analysis/failure.ts";
import { medianSorted } from "../analysis/stats/quantile.ts";
import { Xoshiro128 } from "../analysis/stats/random.ts";
import { ShiftTest } from "../analysis/stats/shift_test.ts";
import { normalQuantile } from "../analysis/stats/special.ts";
import { stdoutOf } from "../build/process/command.ts";

const SIZES = [10_000, 100_000, 1_000_000];
/** The size at which R runs too: it takes half a minute there. */
const SIZE_FOR_R = 100_000;
const ROUNDS = 5;

/** In ns. */
interface Shift {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** Latencies like measured ones: whole ns, skewed to the right, with two modes. */
function latencies(n: number, seed: number, shift: number): Float64Array {
  const random = Xoshiro128.seeded(seed);
  return Float64Array.from({ length: n }, () => {
    const typical = random.uniform() < 0.4 ? 38_000 : 4_000;
    return Math.round(typical * Math.exp(0.5 * normalQuantile(random.uniform()))) + shift;
  });
}

function sides(n: number): [a: Float64Array, b: Float64Array] {
  return [latencies(n, 1, 0), latencies(n, 2, 300)];
}

/** Timed from unsorted runs, as R does it. */
function shiftOf(runsA: Float64Array, runsB: Float64Array): Shift {
  const test = new ShiftTest(runsA.toSorted(), runsB.toSorted());
  const { low, high } = test.interval(0.95);
  return { estimate: test.estimate, low, high };
}

/** Median over some rounds; s. */
function secondsOf(a: Float64Array, b: Float64Array): number {
  const seconds = Float64Array.from({ length: ROUNDS }, () => {
    const began = performance.now();
    shiftOf(a, b);
    return (performance.now() - began) / 1000;
  });
  return medianSorted(seconds.sort());
}

/** (m + n) log2(m n): how the time should grow. */
function steps(n: number): number {
  return 2 * n * Math.log2(n * n);
}

async function shiftOfR(a: Float64Array, b: Float64Array): Promise<Shift & { readonly seconds: number }> {
  const folder = await Deno.makeTempDir({ prefix: "probe-shift-" });
  try {
    const files = [`${folder}/a.txt`, `${folder}/b.txt`];
    await Deno.writeTextFile(files[0]!, a.join("\n") + "\n");
    await Deno.writeTextFile(files[1]!, b.join("\n") + "\n");
    const script = new URL("shift.R", import.meta.url).pathname;
    const numbers = (await stdoutOf(["Rscript", script, ...files])).trim().split("\n").map(Number);
    const [estimate, low, high, seconds] = numbers as [number, number, number, number];
    if (numbers.length === 4 && numbers.every(Number.isFinite)) return { estimate, low, high, seconds };
    throw new Failure(EXIT.failed, `R answered ${numbers.join(" ")}`, "run bench/shift.R by hand");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const shown = ({ estimate, low, high }: Shift) =>
  `${estimate.toFixed(1)} ns [${low.toFixed(1)}, ${high.toFixed(1)}]`;

async function bench(): Promise<void> {
  console.log("Hodges-Lehmann shift with its 95 % interval, runs of so many on each of two sides:");
  const [first] = SIZES as [number];
  let inFirst = 0;
  for (const n of SIZES) {
    const [a, b] = sides(n);
    const seconds = secondsOf(a, b);
    if (n === first) inFirst = seconds;
    console.log(
      `${String(n).padStart(8)}  probe ${seconds.toFixed(3).padStart(7)} s  ${shown(shiftOf(a, b))}` +
        `  time x ${(seconds / inFirst).toFixed(0)}, (m + n) log(m n) x ${
          (steps(n) / steps(first)).toFixed(0)
        }` +
        `, pairs x ${((n / first) ** 2).toFixed(0)}`,
    );
  }
  const [a, b] = sides(SIZE_FOR_R);
  const r = await shiftOfR(a, b);
  const own = shiftOf(a, b);
  const apart = Math.max(...(["estimate", "low", "high"] as const).map((end) => Math.abs(own[end] - r[end])));
  console.log(
    `${String(SIZE_FOR_R).padStart(8)}  R     ${r.seconds.toFixed(3).padStart(7)} s  ${shown(r)}` +
      `  at most ${apart.toPrecision(2)} ns from probe's`,
  );
}

if (import.meta.main) {
  try {
    await bench();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(error.message);
    Deno.exitCode = error.exitCode;
  }
}
