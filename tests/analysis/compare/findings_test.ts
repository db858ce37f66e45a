/**
 * What the measurement series behind this project reported, as files: an offset of 1.111 s with a spread of
 * 0.004 s on both sides; wakeups with WF_SYNC|WF_MIGRATED in a tight cluster and others, not migrated, in a
 * wide one; and, from a later series, the reverse.
 */

import assert from "node:assert/strict";
import type { Row } from "../../../analysis/result/columns.ts";
import { compareText } from "../../../analysis/print/compare/text.ts";
import type { Comparison } from "../../../analysis/compare/comparison.ts";
import type { ResultFile } from "../../../analysis/result/file.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { normalQuantile } from "../../../analysis/stats/special.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { DIRECT, fileText, read, rowOf, WAKELIST } from "../result/result_fixture.ts";
import { codesOf, compare, compared, MS, runs, spread } from "./compare_fixture.ts";

const OFFSET_NS = 1_111_000_000;
const SPREAD_NS = 4_000_000;
const TIGHT_NS = 2_000;
const WIDE_NS = 60_000;
const SYNC = "WF_SYNC|WF_MIGRATED";
const PLAIN = "none";

/** @param wide signature of the wide cluster; the other one is tight */
function series(env: string, seed: number, wide: string, offsetNs = OFFSET_NS): ResultFile {
  const random = Xoshiro128.seeded(seed);
  const normal = () => normalQuantile(0.0005 + 0.999 * random.uniform());
  const rows = Array.from({ length: 60 }, (_, i): Row => {
    const isSync = random.uniform() < 0.5;
    const signature = isSync ? SYNC : PLAIN;
    const latency = Math.round(400_000 + normal() * (signature === wide ? WIDE_NS : TIGHT_NS));
    const tkread = Math.round(offsetNs + (normal() * SPREAD_NS) / 4);
    const ttwu = tkread - latency;
    return rowOf(i + 1, { ttwu, wakeup: ttwu + 1000, switched: ttwu + 9000, tkread }, {
      signature,
      migrated: isSync,
      wake_flags: isSync ? "0x30" : "0x0",
      path: isSync ? "direct" : "wakelist",
      ttwu_stack: stackKey(isSync ? DIRECT : WAKELIST),
    });
  });
  const runbook = { ...generatedMeta(env).runbook, runs: 60, period_ns: 2_000_000_000 };
  return read(
    fileText(rows, { runbook, started: `2026-01-0${seed}T00:00:00Z` }, env),
    undefined,
    `${env}.csv`,
  );
}

function bySignature({ strata }: Comparison) {
  const stratification = strata.find(({ key }) => key === "signature")!;
  const group = (value: string) => stratification.groups.find((stratum) => stratum.value === value)!;
  return { stratification, sync: group(SYNC), plain: group(PLAIN) };
}

Deno.test("the same offset of 1.111 s on host and VM is EQUIVALENT, and its clusters differ in spread by name", () => {
  const result = compare(series("host", 1, PLAIN), series("vm", 2, PLAIN));
  assert.equal(result.verdict, "EQUIVALENT");
  assert.ok(result.offset.median_ns.every((median) => Math.abs(median! - OFFSET_NS) < SPREAD_NS / 4));
  const { stratification, sync, plain } = bySignature(result);
  assert.equal(stratification.spread.verdict, "DIFFERENT");
  for (const side of [0, 1]) {
    assert.ok(plain.mad_ns[side]! > 10 * sync.mad_ns[side]!, "not migrated is wide, migrated is tight");
    assert.ok(stratification.spread.side_tests[side]!.p_bh < 0.05);
  }
  // The first stratum has most runs; the ratio to it says which one is wide, on each side.
  const second = stratification.groups[1]!;
  for (const ratio of second.mad_ratio_to_first) {
    const [low, high] = ratio!.ci;
    assert.ok(second.value === PLAIN ? low! > 1 : high! < 1, `${second.value}: ${low} to ${high}`);
  }
  assert.equal(sync.spread.direction, "unclear");
  for (const code of codesOf(result)) assert.doesNotMatch(code, /flips/);
  const table = result.association.find(({ columns }) => columns === "signature")!;
  assert.ok(table.cramers_v! > 0.9 && table.p! < 1e-6, "one cluster has one signature");
  const text = compareText([result]);
  assert.match(text, /^offset +EQUIVALENT /m);
  assert.match(text, /ttwu_to_tkread by signature[^]*spread between strata: DIFFERENT/);
});

Deno.test("where the offset's own variance is, is said: before the wakeup, so that neither cluster explains it", () => {
  const result = compare(series("host", 1, PLAIN), series("vm", 2, PLAIN));
  for (const side of result.mechanisms.sources.offset) {
    const [edge, ...rest] = side!.links;
    assert.deepEqual([edge!.from, edge!.to], ["edge", "ttwu"]);
    assert.ok(edge!.share > 0.99 && edge!.ci[0]! > 0.98 && edge!.ci[1]! < 1.02, `${edge!.share} ${edge!.ci}`);
    const sum = edge!.share + rest.reduce((sum, { share }) => sum + share, 0);
    assert.ok(Math.abs(sum - 1) < 1e-9);
    assert.ok(Math.abs(side!.sd_ns / (SPREAD_NS / 4) - 1) < 0.2);
  }
  const path = result.mechanisms.keys[0]!;
  assert.equal(path.ttwu_to_tkread.verdict, "TWO");
  const text = compareText([result]).replaceAll(/\s+/g, " ");
  assert.match(
    text,
    /edge -> ttwu makes (9\d|100)\.\d% \[[^\]]*\] in A and (9\d|100)\.\d% \[[^\]]*\] in B of the variance of offset, whose standard deviation is [\d.]+ (us|ms) and [\d.]+ (us|ms): what a run does once its wakeup has begun, in whichever cluster, cannot explain that/,
  );
  assert.ok(
    text.indexOf("edge -> ttwu makes") < text.indexOf("offset: edge to first clock read"),
    "on the first screen",
  );
});

Deno.test("the reverse is told apart: each cluster's direction, and that wide and tight have changed places", () => {
  const result = compare(series("host", 1, PLAIN), series("vm", 2, SYNC));
  assert.equal(result.verdict, "EQUIVALENT");
  const { stratification, sync, plain } = bySignature(result);
  // Together the clusters are equally wide, but each side alone says that they are not.
  assert.ok(stratification.spread.test!.p_bh > 0.05);
  assert.equal(stratification.spread.verdict, "DIFFERENT");
  assert.match(compareText([result]), /spread between strata: DIFFERENT on each side alone; both/);
  assert.deepEqual([sync.spread.direction, plain.spread.direction], ["wider", "tighter"]);
  assert.ok(sync.spread.mad_ratio!.ci[0]! > 5);
  assert.ok(plain.spread.mad_ratio!.ci[1]! < 0.2);
  assert.ok(sync.spread.test!.p_bh < 0.05 && plain.spread.test!.p_bh < 0.05);
  assert.deepEqual(result.warnings.filter(({ code }) => code === "spread_flips"), [
    { code: "spread_flips", key: "signature", wide: "none", tight: "WF_SYNC|WF_MIGRATED" },
  ]);
});

Deno.test("an offset that a VM really has is DIFFERENT beyond the margin, with its direction", () => {
  const result = compare(series("host", 1, PLAIN), series("vm", 2, PLAIN, OFFSET_NS + 20_000_000));
  assert.equal(result.verdict, "DIFFERENT");
  assert.equal(result.offset.direction, "later");
  assert.equal(result.ttwu_to_tkread.verdict === "DIFFERENT", false, "the wakeup's own part has not moved");
});

Deno.test("how many runs were declared confounds nothing and is told; a period does, with its unit", () => {
  const { runbook } = generatedMeta("vm");
  const [a, b] = [spread(20, MS, 100), spread(20, MS, 100)].map((offsets) => runs(offsets));
  const more = compared(a!, b!, { runbook: { ...runbook, runs: 90 }, runbook_sha256: "0".repeat(64) });
  assert.notEqual(more.verdict, "CONFOUNDED");
  assert.ok(more.context.some(({ field, values: [, inB] }) => field === "declared runs" && inB === "90"));
  const slower = compared(a!, b!, { runbook: { ...runbook, period_ns: 20_000_000 } });
  assert.equal(slower.verdict, "CONFOUNDED");
  assert.match(compareText([slower]), /because runbook period: 1 s in A, 20 ms in B/);
});

Deno.test("what the runbook had drawn makes the first strata, before outcomes", () => {
  const rows = runs(spread(20, MS, 100), (i) => ({ wake: i % 2 === 0 ? "pipe" : "timer" }));
  assert.deepEqual(compared(rows, rows).strata.map(({ key }) => key).slice(0, 2), ["wake", "signature"]);
});
