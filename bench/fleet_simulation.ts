/**
 * How often the intervals of `probe fleet` hold the truth, and how often a host is called out that is like all others: runs
 * are drawn, then levels, hosts and the fleet made of them as the program does. docs/fleet.md has the numbers.
 *
 *   deno run bench/fleet_simulation.ts
 */

import { QUESTIONS } from "../analysis/compare/questions.ts";
import { fleetOf } from "../analysis/fleet/fleet.ts";
import type { FleetSeries, SeriesLevel } from "../analysis/fleet/series.ts";
import type { Host } from "../analysis/fleet/sides.ts";
import { medianVariance } from "../analysis/stats/maritz_jarrett.ts";
import { medianSorted } from "../analysis/stats/quantile.ts";
import { Xoshiro128 } from "../analysis/stats/random.ts";
import { generatedMeta } from "./generate.ts";

const FLEETS = 1000;
const SHIFT_NS = 500;
const ENVS = ["host", "vm"] as const;

/** Series are those of each side of a host; tau and boot are standard deviations, ns. */
const SCENARIOS = [
  { hosts: 5, series: 2, runs: 30, tau: 200, boot: 100 },
  { hosts: 8, series: 2, runs: 30, tau: 0, boot: 100 },
  { hosts: 10, series: 3, runs: 100, tau: 300, boot: 0 },
  { hosts: 10, series: 2, runs: 100, tau: 50, boot: 300 },
  { hosts: 20, series: 2, runs: 100, tau: 300, boot: 200 },
  { hosts: 20, series: 1, runs: 100, tau: 100, boot: 200 },
] as const;

const random = Xoshiro128.seeded(20261130);

/** By Box and Muller. */
function normal(): number {
  const [one, other] = [0, 1].map(() => (random.uint32() + 0.5) / 2 ** 32) as [number, number];
  return Math.sqrt(-2 * Math.log(one)) * Math.cos(2 * Math.PI * other);
}

/** Of runs that are skewed to the right, as latencies are. */
function level(place: number, n: number): SeriesLevel {
  const runs = Float64Array.from({ length: n }, () => place + 1000 * Math.exp(0.5 * normal())).sort();
  return { n, median_ns: medianSorted(runs), variance: medianVariance(runs) };
}

const METAS = { host: generatedMeta("host"), vm: generatedMeta("vm") };

function series(env: "host" | "vm", place: number, runs: number): FleetSeries {
  const levels = QUESTIONS.map(({ name }) => [name, name === "offset" ? level(place, runs) : null] as const);
  return {
    file: env,
    meta: METAS[env],
    rows: runs,
    complete: runs,
    cutOff: false,
    integrityErrors: 0,
    levels: new Map(levels),
  };
}

function percent(count: number, of: number): string {
  return (100 * count / of).toFixed(1);
}

console.log("| hosts | series | runs | tau | boots | mean | further host | each host | any stands out |");
console.log("| ----- | ------ | ---- | --- | ----- | ---- | ------------ | --------- | -------------- |");
for (const { hosts: k, series: m, runs, tau, boot } of SCENARIOS) {
  let [mean, further, each, outside] = [0, 0, 0, 0];
  for (let fleet = 0; fleet < FLEETS; fleet++) {
    const truths = Array.from({ length: k }, () => SHIFT_NS + tau * normal());
    const hosts = truths.map((truth, index): Host => ({
      name: String(index),
      series: [
        Array.from({ length: m }, () => series("host", boot * normal(), runs)),
        Array.from({ length: m }, () => series("vm", truth + boot * normal(), runs)),
      ],
    }));
    const options = { margins: {}, alpha: 0.05, besides: [] };
    const [offset] = fleetOf({ hosts, unpaired: [], leftOut: [] }, ENVS, options).answers;
    const holds = ([low, high]: readonly [number, number], truth: number) => low <= truth && truth <= high;
    if (holds(offset!.fleet!.ci_ns, SHIFT_NS)) mean++;
    if (holds(offset!.fleet!.prediction_ns, SHIFT_NS + tau * normal())) further++;
    if (offset!.hosts.some(({ stands_out }) => stands_out)) outside++;
    for (const [index, { ci_ns }] of offset!.hosts.entries()) if (holds(ci_ns, truths[index]!)) each++;
  }
  console.log(
    `| ${k} | ${m} | ${runs} | ${tau} | ${boot} | ${percent(mean, FLEETS)} | ${percent(further, FLEETS)} | ${
      percent(each, FLEETS * k)
    } | ${percent(outside, FLEETS)} |`,
  );
}
