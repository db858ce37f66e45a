/** Files that tell a story of two clusters of wakeups: how wide each is, on each side. */

import type { Row } from "../../../analysis/result/columns.ts";
import type { ResultFile } from "../../../analysis/result/file.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { normalQuantile } from "../../../analysis/stats/special.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { DIRECT, fileText, read, rowOf, WAKELIST } from "../result/result_fixture.ts";

/** One side of a story; standard deviations in ns. */
export interface Told {
  readonly env: string;
  readonly seed: number;
  readonly runs: number;
  /** Of the runs on the direct path, and of those on the wakelist: by path and stack. */
  readonly direct: number;
  readonly wakelist: number;
  /** Of the edge before the wakeup. */
  readonly edge?: number;
  /** What else a run has, by whether it is on the wakelist. */
  readonly over?: (isWakelist: boolean, random: Xoshiro128) => Partial<Row>;
}

const EDGE_NS = 1_111_000_000;
const LATENCY_NS = 400_000;

export function side(
  { env, seed, runs, direct, wakelist, edge = 1_000_000, over = () => ({}) }: Told,
): ResultFile {
  const random = Xoshiro128.seeded(seed);
  const normal = () => normalQuantile((random.uint32() + 0.5) / 2 ** 32);
  const rows = Array.from({ length: runs }, (_, i): Row => {
    const isWakelist = random.uniform() < 0.5;
    const ttwu = Math.round(EDGE_NS + normal() * edge);
    const tkread = ttwu + Math.round(LATENCY_NS + normal() * (isWakelist ? wakelist : direct));
    return rowOf(i + 1, { ttwu, wakeup: ttwu + 1000, switched: ttwu + 9000, tkread }, {
      path: isWakelist ? "wakelist" : "direct",
      ttwu_stack: stackKey(isWakelist ? WAKELIST : DIRECT),
      ...over(isWakelist, random),
    });
  });
  const runbook = { ...generatedMeta(env).runbook, runs };
  const day = String(1 + seed % 28).padStart(2, "0");
  return read(fileText(rows, { runbook, started: `2026-01-${day}T00:00:00Z` }, env), undefined, `${env}.csv`);
}
