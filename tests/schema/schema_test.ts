import assert from "node:assert/strict";
import { withAsked } from "../../analysis/asked/answers.ts";
import { pooled } from "../../analysis/pool/pool.ts";
import { powerAnalysis } from "../../analysis/power/power.ts";
import { compareJson } from "../../analysis/print/compare/json.ts";
import { powerJson } from "../../analysis/print/power/json.ts";
import { showJson } from "../../analysis/print/show/json.ts";
import type { Attributes } from "../../analysis/result/attributes.ts";
import { readResultFile, type ResultFile } from "../../analysis/result/file.ts";
import { ShowColumns } from "../../analysis/show/show.ts";
import { compareAll } from "../../analysis/compare/compare.ts";
import { generate, type Generated, generatedMeta } from "../../bench/generate.ts";
import { buildRow } from "../../runbook/row/row.ts";
import { slowJson } from "../../runbook/slow/document.ts";
import { slowRun } from "../runbook/slow/slow_fixture.ts";
import { Symbols } from "../../runbook/row/symbols.ts";
import { summaryJson } from "../../runbook/files/summary.ts";
import { Tally } from "../../runbook/files/tally.ts";
import { EXPECTED } from "../answers/cases.ts";
import { fileText, read, rowOf } from "../analysis/result/result_fixture.ts";
import { CHAIN, TARGET } from "../runbook/row/chain_fixture.ts";
import { errorsOf, faultsOf, isObject, type Json, type Schema } from "./validate.ts";

const FOLDER = "docs/schema";
const KINDS = ["compare", "doctor", "fleet", "gate", "history", "power", "run", "show", "slow"];
/** Fields that a document may lack; all others are required. Maps and `answer` have names of their own. */
const MAY_LACK =
  /^\/comparisons\/\d+\/(stacks|answer|looks)|^\/(edges|looks|overhead|slow)$|\/reason$|_of\/|^\/(row|stacks)\//;

function schemaOf(kind: string): Schema {
  return JSON.parse(Deno.readTextFileSync(`${FOLDER}/${kind}.schema.json`));
}

/** Every kept answer in JSON but the trace, which is Perfetto's. */
const KEPT = [...Deno.readDirSync(EXPECTED)].map(({ name }) => name)
  .filter((name) => name.endsWith(".json") && !name.startsWith("export."))
  .map((name) => [name, Deno.readTextFileSync(`${EXPECTED}/${name}`)] as const);

/** The summary of a run with all that one may have. */
function summary(): string {
  const meta = { ...generatedMeta("host"), looks: 5, runbook: { ...generatedMeta("host").runbook, runs: 3 } };
  const tally = new Tally();
  for (const [index, status] of (["complete", "complete", "timeout"] as const).entries()) {
    const losses = { ring_full: 0, self_reads: 1, recursion_misses: 0 };
    const context = {
      symbols: Symbols.parse(new Uint8Array()),
      decode: null,
      observed: new Set<never>(),
    };
    const cell = { wake: "timer", load: "idle", stack: true };
    const { row } = buildRow(
      { run: index + 1, cell, status, record: CHAIN, logs: [], target: TARGET, losses },
      context,
      "tsc",
    );
    tally.add({ ...row, ttwu_stack: "0123456789abcdef" }, [{ key: "0123456789abcdef", frames: ["a", "b"] }]);
  }
  const hook = {
    stage: "ttwu",
    hook: "try_to_wake_up",
    kind: "fentry",
    attached: false,
    reason: "gone",
  } as const;
  tally.setLooks(2);
  tally.setEdges({ missed: 1, absent: null });
  const side = { n: 3, median_ns: 5.5 };
  tally.setOverhead({
    programs: [{ program: "ttwu", run_cnt: 3, run_time_ns: 900 }],
    wakeup: { armed: side, unarmed: side, shift_ns: 1, shift_ci_ns: [0, 2] },
  });
  const slow = { limit: "p99", runs: 3, kept: ["host.csv.slow-2.json"], ended_at: 2 };
  return summaryJson({ path: "host.csv", meta: { ...meta, hooks: [hook] }, tally, notices: ["n"], slow });
}

function textOf(options: Generated): string {
  return [...generate(options)].join("");
}

/** How a target may be scheduled, with all that may be known of it. */
const ATTRIBUTES: Required<Attributes> = {
  policy: "fifo",
  priority: 50,
  nice: 0,
  timerslack_ns: 0,
  cpus_allowed: "0-1",
  cgroup_cpu_max_us: "50000 100000",
  cgroup_cpu_weight: 100,
  cgroup_cpu_shares: 1024,
  cgroup_cpuset_cpus: "0-1",
  sched_ext: "none",
  cpu_dma_latency_us: 0,
  deepest_idle_state: "C1",
};

/** Answers about files that are poor, or rich: a deadline, a margin of tails, planned looks, attributes. */
function* made(): Generator<readonly [name: string, text: string]> {
  yield ["run", summary()];
  yield ["slow", slowJson(slowRun())];
  const runbook = { ...generatedMeta("host").runbook, deadline_ns: 120_000, tail_margin_percent: 20 };
  const texts = [
    textOf({ rows: 90, seed: 1, env: "host", meta: { runbook, looks: 5, attributes: ATTRIBUTES } }),
    textOf({ rows: 80, seed: 2, env: "vm", timeoutEvery: 10, shiftNs: 90_000, meta: { runbook } }),
    fileText([]),
    fileText([rowOf(1)]),
    fileText(Array.from({ length: 8 }, (_, i) => rowOf(i + 1))),
  ];
  const files = texts.map((text) => read(text));
  const side = pooled([files[0]!, { ...files[0]!, name: "g.csv" }], ["one", "two"]);
  const asked = {
    names: ["edge_to_ttwu"],
    margins: {},
    valuesOf: (file: ResultFile) => file.durations.offset_ns,
  };
  yield [
    "several files and an asked question",
    compareJson(withAsked(compareAll([side, files[1]!]), [side, files[1]!], asked)),
  ];
  for (const [index, file] of files.entries()) {
    yield [`file ${index} and another`, compareJson(compareAll([file, files[1]!]))];
    // The kept answer is of a rich file.
    if (file.rows < 10) yield [`power of file ${index}`, powerJson(powerAnalysis([file], { power: 0.8 }))];
    const columns = new ShowColumns(null);
    const bytes = new TextEncoder().encode(texts[index]);
    const show = columns.show(readResultFile("f.csv", [bytes], (row) => columns.visit(row)));
    yield [`file ${index}`, showJson([show])];
  }
}

Deno.test("each kind of answer has a schema, of no keyword but those that the validator knows", () => {
  const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();
  assert.deepEqual(names, KINDS.map((kind) => `${kind}.schema.json`));
  for (const kind of KINDS) assert.deepEqual(faultsOf(schemaOf(kind)), [], kind);
});

function assertValid(name: string, text: string): void {
  const document = JSON.parse(text);
  assert.deepEqual(Object.keys(document).slice(0, 2), ["version", "kind"], name);
  assert.deepEqual(errorsOf(schemaOf(document.kind), document).slice(0, 5), [], name);
}

Deno.test("every kept answer is as its schema says", () => {
  assert.ok(KEPT.length > 7);
  for (const [name, text] of KEPT) assertValid(name, text);
});

Deno.test("answers about files of any kind are as their schemas say", () => {
  for (const [name, text] of made()) assertValid(name, text);
});

/**
 * The document once without each of its fields and once with another value of it; of the entries of a list the first
 * one stands for all.
 */
function* spoiled(
  value: Json,
  path = "",
): Generator<readonly [path: string, removed: boolean, spoiled: Json]> {
  if (Array.isArray(value)) {
    const [first, ...others] = value;
    if (first === undefined) return;
    for (const [at, removed, one] of spoiled(first, `${path}/0`)) yield [at, removed, [one, ...others]];
    return;
  }
  if (!isObject(value)) return;
  for (const [name, part] of Object.entries(value)) {
    const { [name]: _, ...others } = value;
    yield [`${path}/${name}`, true, others];
    yield [`${path}/${name}`, false, { ...value, [name]: isObject(part) ? 7.5 : { other: 7.5 } }];
    for (const [at, removed, one] of spoiled(part, `${path}/${name}`)) {
      yield [at, removed, { ...value, [name]: one }];
    }
  }
}

for (const kind of KINDS) {
  Deno.test(`a field that is missing or of another type is against the schema: ${kind}`, () => {
    const [, text] = [...KEPT, ["run", summary()] as const, ["slow", slowJson(slowRun())] as const]
      .find(([name]) => name.startsWith(kind))!;
    const schema = schemaOf(kind);
    let count = 0;
    for (const [path, removed, document] of spoiled(JSON.parse(text))) {
      if (removed && MAY_LACK.test(path)) continue;
      count++;
      assert.ok(errorsOf(schema, document).length > 0, `${path} ${removed ? "removed" : "of another type"}`);
    }
    assert.ok(count > 25, `${count}`);
  });
}

Deno.test("a field that no schema describes is found", () => {
  assert.deepEqual(errorsOf({ type: "object", properties: { a: { type: "integer" } } }, { a: 1, b: 2 }), [
    "/b: is not described",
  ]);
});
