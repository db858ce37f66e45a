import assert from "node:assert/strict";
import { type ColumnName, EACH_COLUMN, type Row, STAGES } from "../../../analysis/result/columns.ts";
import { showJson } from "../../../analysis/print/show/json.ts";
import { readResultFile } from "../../../analysis/result/file.ts";
import { formatRow } from "../../../analysis/result/write.ts";
import { CHAIN_STAGES } from "../../../analysis/show/chain.ts";
import { type Show, ShowColumns } from "../../../analysis/show/show.ts";
import { showText } from "../../../analysis/print/show/text.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import { generate } from "../../../bench/generate.ts";
import { fileText, headerText, rowOf, timeoutOf, USUAL, WAKELIST } from "../result/result_fixture.ts";

function shown(text: string, keys: readonly ColumnName[] | null = null, name = "f.csv"): Show {
  const columns = new ShowColumns(keys);
  return columns.show(readResultFile(name, [new TextEncoder().encode(text)], (row) => columns.visit(row)));
}

/** A run on the wakelist path: 1000 to the queue, 500 in it, 300 until the activation. */
function wakelistRow(run: number, over: Partial<Row> = {}): Row {
  const edge = BigInt(rowOf(run).edge_ns!);
  return rowOf(run, { ttwu: 1000, wakeup: 3000, switched: 4000, tkread: 6000 + 100 * run }, {
    path: "wakelist",
    ttwu_stack: stackKey(WAKELIST),
    queued_ns: edge + 2000n,
    pending_ns: edge + 2500n,
    activate_ns: edge + 2800n,
    ...over,
  });
}

/** A run during which the clocksource changed. */
function switchedRow(run: number, tkread: number): Row {
  return rowOf(run, { ...USUAL, tkread }, {
    clocksource_switches: 1,
    clocksource_switch_ns: BigInt(rowOf(run).edge_ns!) + 1500n,
    clocksource_from: run === 5 ? null : "tsc",
    clocksource_to: "hpet",
    tkreads_after_switch: 3,
  });
}

Deno.test("the stages of a chain are those that last_stage names, the edge before them, and the wakelist's own", () => {
  const ofEveryWakeup = CHAIN_STAGES.filter((stage) =>
    EACH_COLUMN.find(({ name }) => name === `${stage}_ns`)?.occasional === undefined
  );
  // The chain ends with the first read; the read in task context is another answer to the same question.
  assert.deepEqual(["none", ...ofEveryWakeup.slice(1), "tkread_task"], STAGES);
  assert.equal(ofEveryWakeup[0], "edge");
});

Deno.test("each link of the chain goes to the next stage observed, with its n", () => {
  const { links } = shown(fileText([rowOf(1), rowOf(2), wakelistRow(3), timeoutOf(4)])).chain;
  assert.deepEqual(links.map(({ from, to, n, median_ns }) => [from, to, n, median_ns]), [
    ["edge", "ttwu", 3, 1000],
    ["ttwu", "queued", 1, 1000],
    ["ttwu", "activate", 2, 0],
    ["queued", "pending", 1, 500],
    ["pending", "activate", 1, 300],
    ["activate", "wakeup", 3, 1000],
    ["wakeup", "switch", 3, 2000],
    ["switch", "tkread", 3, 1000],
  ]);
});

Deno.test("at the tracepoint tier the chain has the links that it can have", () => {
  const row = rowOf(1, USUAL, { activate_ns: null, ttwu_return_ns: null });
  const { links } = shown(fileText([row])).chain;
  assert.deepEqual(links.map(({ from, to }) => `${from} ${to}`), [
    "edge ttwu",
    "ttwu wakeup",
    "wakeup switch",
    "switch tkread",
  ]);
});

Deno.test("the links' shares of the whole and of the spread each add up to 1", () => {
  const { chain } = shown([...generate({ rows: 200, seed: 3, env: "host", timeoutEvery: 7 })].join(""));
  for (
    const share of [
      "share_of_offset",
      "share_of_ttwu_to_tkread",
      "share_of_spread",
      "share_of_spread_robust",
    ] as const
  ) {
    const sum = chain.links.reduce((total, link) => total + (link[share] ?? 0), 0);
    assert.ok(Math.abs(sum - 1) < 1e-9, `${share} ${sum}`);
  }
});

Deno.test("the link that was made to vary explains the spread", () => {
  const rows = Array.from({ length: 40 }, (_, i) => {
    const switched = 4000 + 100 * ((i * 17) % 40);
    return rowOf(i + 1, { ttwu: 1000, wakeup: 2000, switched, tkread: switched + 1000 + (i % 2) });
  });
  const { chain } = shown(fileText(rows));
  assert.deepEqual([chain.explains_most!.from, chain.explains_most!.to], ["wakeup", "switch"]);
  assert.ok(chain.explains_most!.share > 0.99 && chain.explains_most_robust!.share > 0.99);
});

Deno.test("strata count complete and censored runs, and never lose one", () => {
  const rows = [rowOf(1), wakelistRow(2), wakelistRow(3), timeoutOf(4), { ...timeoutOf(5), signature: null }];
  const { strata } = shown(fileText(rows), ["path", "signature"]);
  assert.equal(strata.length, 1);
  assert.deepEqual(
    strata[0]!.groups.map(({ values, runs, complete, censored }) => [values, runs, complete, censored]),
    [[["direct", "none"], 2, 1, 1], [["wakelist", "none"], 2, 2, 0], [["direct", null], 1, 0, 1]],
  );
  const [direct, wakelist, none] = strata[0]!.groups;
  assert.deepEqual(wakelist!.ttwu_to_tkread, { n: 2, median_ns: 5250, iqr_ns: 50, mad_ns: 50 });
  assert.deepEqual(direct!.offset, { n: 1, median_ns: 5000, iqr_ns: null, mad_ns: null });
  assert.deepEqual(none!.offset, { n: 0, median_ns: null, iqr_ns: null, mad_ns: null });
});

Deno.test("strata can be by any column that is not a time, kept by the reader or not", () => {
  const rows = [
    rowOf(1, USUAL, { rq_cpu: 3 }),
    rowOf(2, USUAL, { rq_cpu: null }),
    rowOf(3, USUAL, { rq_cpu: 3 }),
  ];
  const { groups } = shown(fileText(rows), ["rq_cpu"]).strata[0]!;
  assert.deepEqual(groups.map(({ values, runs }) => [values, runs]), [[["3"], 2], [[null], 1]]);
});

Deno.test("runs with a clocksource switch are set against those without", () => {
  const { clocksource } = shown(
    fileText([rowOf(1), rowOf(2), switchedRow(3, 9000), switchedRow(4, 9100), switchedRow(5, 9050)]),
  );
  assert.deepEqual([clocksource.runs_with, clocksource.runs_without, clocksource.offset_shift_ns], [
    3,
    2,
    4050,
  ]);
  const [found, unknown] = clocksource.switches;
  assert.deepEqual(
    [found!.from, found!.to, found!.runs, found!.reads_after, found!.offset.median_ns],
    ["tsc", "hpet", 2, 3, 9050],
  );
  assert.deepEqual([unknown!.from, unknown!.to, unknown!.runs], [null, "hpet", 1]);
});

Deno.test("switches that no hook could see are not called none", () => {
  const { clocksource } = shown(fileText([rowOf(1, USUAL, { clocksource_switches: null })]));
  assert.equal(clocksource.observed, 0);
});

Deno.test("integrity names timeouts by stage, negative deltas, contradictions and a file cut off", () => {
  const backwards = rowOf(3, { ttwu: 6000, wakeup: 7000, switched: 8000, tkread: 5000 });
  const text = headerText() + [rowOf(1), timeoutOf(2), backwards].map(formatRow).join("");
  const { integrity, notes } = shown(text);
  assert.equal(integrity.cut_off, true);
  assert.deepEqual(integrity.timeouts, [{ last_stage: "switch", runs: 1 }]);
  assert.equal(integrity.negative_deltas, 1);
  assert.equal(integrity.contradictions, 1);
  assert.deepEqual(notes.map(({ code }) => code), ["cut_off"]);
});

Deno.test("integrity tells in how many runs the clock was set, and where that was not observed", () => {
  const file = (...steps: (number | null)[]) =>
    shown(fileText(steps.map((realtime_step_ns, i) => rowOf(i + 1, USUAL, { realtime_step_ns }))));
  const line = (show: Show) => /clock was set +(.*)/.exec(showText(show, false))![1];
  assert.deepEqual(file(0, 1_111_000_000, null).integrity.realtime_steps, {
    runs: 1,
    largest_ns: 1_111_000_000,
  });
  assert.equal(line(file(0, 1_111_000_000)), "in 1 run, by up to +1.111 s (CLOCK_REALTIME)");
  assert.equal(line(file(0, -700)), "in no run");
  assert.equal(line(file(null, null)), "not observed");
});

Deno.test("signatures and stacks have their shares, stacks their frames", () => {
  const { signatures, ttwu_stacks } = shown(fileText([rowOf(1), wakelistRow(2), wakelistRow(3), rowOf(4)]));
  assert.deepEqual(signatures, [{ value: "none", runs: 4, share: 1 }]);
  const wakelist = ttwu_stacks.find(({ value }) => value === stackKey(WAKELIST))!;
  assert.deepEqual([wakelist.runs, wakelist.share, wakelist.frames], [2, 0.5, WAKELIST]);
});

Deno.test("a jump of the level is found at its run, whatever the order of the rows", () => {
  const rows = Array.from(
    { length: 40 },
    (_, i) => rowOf(i + 1, { ...USUAL, tkread: (i < 25 ? 5000 : 9000) + (i * 7) % 11 }),
  );
  const { series } = shown(fileText(rows.toReversed()));
  assert.equal(series.offset.change_point!.after_run, 25);
  assert.ok(series.offset.change_point!.p_capped && series.offset.lag1!.p < 0.01);
  assert.ok(series.offset.dip!.p < 0.05);
});

const EDGE_FILES: readonly (readonly [name: string, text: string])[] = [
  ["no rows", fileText([])],
  ["one run", fileText([rowOf(1)])],
  ["three equal runs", fileText([rowOf(1), rowOf(2), rowOf(3)])],
  ["only timeouts", fileText([timeoutOf(1), timeoutOf(2)])],
  [
    "a chain with nothing",
    fileText([
      rowOf(1, USUAL, {
        ...timeoutOf(1),
        correlation_id: null,
        ttwu_ns: null,
        activate_ns: null,
        wakeup_ns: null,
        ttwu_return_ns: null,
        switch_ns: null,
        tkread_any_ns: null,
        last_stage: "none",
      }),
    ]),
  ],
  [
    "wild texts",
    fileText([rowOf(1, USUAL, { comm: "\x1b[31m" }), switchedRow(2, 9000)], {
      host: "a\x07b",
      env: "x".repeat(120),
    }),
  ],
  ["many strata", fileText(Array.from({ length: 40 }, (_, i) => rowOf(i + 1, USUAL, { comm: `c${i}` })))],
];

for (const [name, text] of EDGE_FILES) {
  Deno.test(`the answer for ${name} has no line above 80 columns, no NaN, Infinity or control character`, () => {
    for (const keys of [null, ["comm", "target_cpu"]] as const) {
      const show = shown(text, keys, `${"long/".repeat(30)}f.csv`);
      const answer = showText(show, false);
      assert.ok(answer.endsWith("\n"));
      for (const line of answer.split("\n")) assert.ok(line.length <= 80, line);
      assert.doesNotMatch(answer + showJson([show]), /NaN|Infinity|[^-]-0(?![.\d])|undefined/);
      assert.doesNotMatch(answer.replaceAll("\n", ""), /\p{Cc}/u);
    }
  });
}

Deno.test("the text says which link explains how much, and by which method", () => {
  const text = showText(shown([...generate({ rows: 100, seed: 1, env: "host" })].join("")), false);
  assert.match(text, /^ {2}wakeup -> switch explains most of the spread of ttwu_to_tkread: \d+\.\d%/m);
  assert.match(text, /cov\(part, total\) \/ var\(total\)/);
  assert.match(text, /^ {2}edge -> ttwu +100 /m);
});

Deno.test("histograms are there only when asked for, as long as their strata, and change nothing else", () => {
  const show = shown([...generate({ rows: 100, seed: 1, env: "host" })].join(""));
  const [plain, plotted] = [showText(show, false), showText(show, true)];
  assert.doesNotMatch(plain, /[▁-█]/);
  assert.match(plotted, /[▁-█]/);
  const cut = (text: string) => text.split("\n").map((line) => line.slice(0, 80).trimEnd());
  assert.deepEqual(cut(plotted), cut(plain));
  for (const { groups } of show.strata) {
    for (const { histogram, ttwu_to_tkread } of groups) {
      assert.equal(histogram.reduce((x, y) => x + y, 0), ttwu_to_tkread.n);
    }
  }
  for (const line of plotted.split("\n")) assert.ok(line.length <= 120, line);
});

Deno.test("planned looks, and the one that ended the measurement, are said; without any nothing is", () => {
  const rows = [rowOf(1), rowOf(2)];
  const planned = fileText(rows, { looks: 5 });
  const ended = shown(planned.replace(/^(# end .*)\}$/m, '$1,"looks":2}'));
  assert.deepEqual(ended.runs.looks, { planned: 5, taken: 2 });
  assert.match(showText(ended, false), /^ *looks +ended at look 2 of 5$/m);
  assert.match(showText(shown(planned.replace(/^# end .*\n/m, "")), false), /^ *looks +5 planned$/m);
  assert.equal(shown(fileText(rows)).runs.looks, undefined);
  assert.doesNotMatch(showText(shown(fileText(rows)), false), /looks/);
});
