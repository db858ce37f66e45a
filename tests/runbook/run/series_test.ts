import assert from "node:assert/strict";
import { parseEnd } from "../../../analysis/result/meta_line.ts";
import { type Begun, readBegun } from "../../../runbook/files/resume.ts";
import type { PlannedLooks } from "../../../runbook/protocol/looks.ts";
import { ResultWriter } from "../../../runbook/files/result_out.ts";
import { measureSeries } from "../../../runbook/run/series.ts";
import { ESTALE, PaperParts } from "./loop_fixture.ts";
import { paperKernel, PaperRequest } from "./series_fixture.ts";

function endOf({ disk }: PaperRequest) {
  const line = disk.content.split("\n").find((line) => line.startsWith("# end "));
  return line === undefined ? null : parseEnd(line.slice("# end ".length));
}

Deno.test("a series is a header, its rows and an end; start and finish are said, runs that warm up are not", async () => {
  const parts = new PaperParts(() => "returns");
  const paper = new PaperRequest(parts, { runs: 3, warm_up_runs: 2 });
  const { summary, interruptedAt } = await measureSeries(paper.request, paperKernel(parts));
  assert.equal(interruptedAt, null);
  const runs = parts.calls.filter((call) => call.startsWith("run "));
  assert.deepEqual(runs, ["run 4", "run 5", "run 1", "run 2", "run 3"]);
  assert.deepEqual(paper.lines(), [
    "# probe-result",
    "# meta",
    "run",
    "# stack",
    ..."123",
    "# end",
  ]);
  assert.deepEqual(paper.said, [
    "measuring 3 runs at tier full into host.csv",
    "3 of 3 runs written to host.csv",
  ]);
  assert.deepEqual(endOf(paper), {
    rows: 3,
    complete: 3,
    timeout: 0,
    aborted: 0,
    lost_events: 0,
    recursion_misses: 0,
    self_reads: 0,
    recursion_misses_of: { ttwu_entry: 1 },
    edges: { missed: 0, absent: 0 },
  });
  assert.deepEqual([summary.path, summary.notices, summary.meta.tier], ["host.csv", [], "full"]);
});

Deno.test("another task is named, and what is missing on the machine is a notice", async () => {
  const parts = new PaperParts(() => "returns");
  const paper = new PaperRequest(parts, { runs: 1, target: "comm:other" });
  const request = { ...paper.request, machine: { ...paper.request.machine, kernel: "4.4.1" } };
  const { summary } = await measureSeries(
    request,
    paperKernel(parts, { task: { pid: 9, comm: "other", start_ticks: 100 } }),
  );
  assert.deepEqual(paper.said.slice(0, 2), [
    "measuring 1 runs of other (pid 9) at tier full into host.csv",
    "notice: no table of wake flags for kernel 4.4.1: raw flags only, no signatures",
  ]);
  const name = 'run 1: the target is named "probe-target", it was "other" when chosen';
  assert.deepEqual(summary.notices, [
    "no table of wake flags for kernel 4.4.1: raw flags only, no signatures",
    name,
  ]);
  const end = endOf(paper);
  assert.ok(end !== null && "notices" in end);
  assert.deepEqual(end.notices, [name], "a machine's own notice is not one of the runs");
});

Deno.test("a run that is done again, and observers that disagree, are in the end line and in the summary", async () => {
  const parts = new PaperParts((call) => call === 1 ? { errno: ESTALE } : "returns");
  const paper = new PaperRequest(parts, { runs: 2 });
  const { summary } = await measureSeries(
    paper.request,
    paperKernel(parts, { scxWakeFlags: new Map([["SCX_WAKE_SYNC", 99]]) }),
  );
  const [repeat, disagreement] = summary.notices;
  assert.match(repeat!, /^run 1 was done again: the clock was set, or the machine slept/);
  assert.match(disagreement!, /^disagreement on kernel 6\.12\.117: SCX_WAKE_SYNC is 0x63/);
  const end = endOf(paper);
  assert.ok(end !== null && !("unusable" in end));
  assert.deepEqual(end.notices, summary.notices);
  assert.deepEqual(paper.said.filter((line) => line.startsWith("notice: ")).length, 2);
});

Deno.test("a series that Ctrl-C ends keeps its rows and has no end line", async () => {
  const parts = new PaperParts((call) => {
    if (call < 2) return "returns";
    parts.recordComes = false;
    parts.interrupt.abort();
    return "never returns";
  });
  const paper = new PaperRequest(parts, { runs: 3 });
  const { interruptedAt } = await measureSeries(paper.request, paperKernel(parts));
  assert.equal(interruptedAt, 2);
  assert.equal(endOf(paper), null);
  assert.equal(paper.said.at(-1), "2 of 3 runs written to host.csv");
});

Deno.test("a part of a series has no end line, and says that it can go on", async () => {
  const parts = new PaperParts(() => "returns");
  const paper = new PaperRequest(parts, { runs: 5 }, { last: 2 });
  await measureSeries(paper.request, paperKernel(parts));
  assert.equal(endOf(paper), null);
  assert.deepEqual(paper.said, [
    "measuring runs 1 to 2 at tier full into host.csv",
    "2 of 5 runs written to host.csv; --resume goes on",
  ]);
});

const ABOVE_1NS = { text: "1ns", ns: 1, quantile: null };

Deno.test("a slow run ends a series that stops at one, without an end line or a look; --resume goes on", async () => {
  for (const looks of [null, { after: [2, 5], take: () => assert.fail("no look is taken") }]) {
    const folder = Deno.makeTempDirSync();
    try {
      const parts = new PaperParts(() => "returns");
      const paper = new PaperRequest(parts, { runs: 5 }, { slow: { limit: ABOVE_1NS, stops: true }, looks });
      const file = new ResultWriter(`${folder}/host.csv`, paper.disk);
      const { summary, interruptedAt } = await measureSeries({ ...paper.request, file }, paperKernel(parts));
      // After no warm-up attached all the time, so that the events before the edge are seen, and read 50 ms after the run.
      assert.deepEqual(parts.calls, ["open", "close", "open", "run 1", "recent", "close"]);
      assert.ok(parts.nowNs - parts.edges[0]! > 50_000_000n);
      assert.deepEqual([interruptedAt, endOf(paper), summary.slow?.ended_at], [null, null, 1]);
      assert.equal(paper.said.at(-1), `1 of 5 runs written to ${folder}/host.csv; --resume goes on`);
      const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
      assert.deepEqual(names, ["host.csv.slow-1.json", "host.csv.slow-1.perfetto.json"]);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  }
});

Deno.test("a series without a slow run, or whose last run is the slow one, has all its runs and its end", async () => {
  const parts = new PaperParts(() => "returns");
  const limit = { text: "1s", ns: 1_000_000_000, quantile: null };
  const none = new PaperRequest(parts, { runs: 2 }, { slow: { limit, stops: true } });
  const { summary } = await measureSeries(none.request, paperKernel(parts));
  assert.deepEqual(summary.slow, { limit: "1s", runs: 0, kept: [], ended_at: null });
  assert.notEqual(endOf(none), null);
  const folder = Deno.makeTempDirSync();
  try {
    const last = new PaperRequest(parts, { runs: 1 }, { slow: { limit: ABOVE_1NS, stops: true } });
    const file = new ResultWriter(`${folder}/host.csv`, last.disk);
    const ended = await measureSeries({ ...last.request, file }, paperKernel(parts));
    assert.equal(ended.summary.slow?.ended_at, 1);
    assert.notEqual(endOf(last), null);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

/** Looks after these runs, of which that one ends the series. */
function looking(after: readonly number[], last: number, seen: string[], rows: () => number) {
  const take = (look: number) => {
    seen.push(`look ${look} at ${rows()}`);
    return look === last;
  };
  return { after, take };
}

Deno.test("a series that may end early is ended by a look, and says how many were planned and taken", async () => {
  const parts = new PaperParts(() => "returns");
  const seen: string[] = [];
  const rows = (): number => paper.lines().filter((line) => /^\d+$/.test(line)).length;
  const paper: PaperRequest = new PaperRequest(parts, { runs: 7, looks: 3 }, {
    looks: looking([2, 4, 7], 2, seen, rows),
  });
  const { summary, interruptedAt } = await measureSeries(paper.request, paperKernel(parts));
  assert.deepEqual(seen, ["look 1 at 2", "look 2 at 4"]);
  assert.deepEqual([interruptedAt, summary.meta.looks], [null, 3]);
  const end = endOf(paper);
  assert.ok(end !== null && !("unusable" in end));
  assert.deepEqual([end.rows, end.looks, end.edges], [4, 2, { missed: 0, absent: 0 }]);
  assert.equal(paper.said.at(-1), "4 of 7 runs written to host.csv");
});

Deno.test("where no look settles anything, all runs are done, and the last look is counted", async () => {
  const parts = new PaperParts(() => "returns");
  const paper = new PaperRequest(parts, { runs: 5 }, { looks: looking([2, 5], 0, [], () => 0) });
  await measureSeries(paper.request, paperKernel(parts));
  const end = endOf(paper);
  assert.ok(end !== null && !("unusable" in end));
  assert.deepEqual([end.rows, end.looks], [5, 2]);
});

Deno.test("a part after which another process looks has no end, but for the last one", async () => {
  for (const [last, looks] of [[2, null], [5, 2]] as const) {
    const parts = new PaperParts(() => "returns");
    const paper = new PaperRequest(parts, { runs: 5 }, { last, looks: { after: [2, 5], take: null } });
    const { summary } = await measureSeries(paper.request, paperKernel(parts));
    const end = endOf(paper);
    assert.equal(summary.meta.looks, 2);
    assert.deepEqual(end === null || "unusable" in end ? null : end.looks, looks);
  }
});

Deno.test("a resumed series keeps its looks: it takes those from its last run on", async () => {
  const after = [2, 4, 6];
  for (const [last, looks] of [[2, ["look 1", "look 2"]], [3, ["look 2"]], [4, ["look 2"]]] as const) {
    const { begun, content } = await begunOf(6, last, { after, take: null });
    const parts = new PaperParts(() => "returns");
    const seen: string[] = [];
    const paper = new PaperRequest(parts, { runs: 6 }, { begun, looks: looking(after, 2, seen, () => 0) });
    paper.disk.content = content;
    await measureSeries(paper.request, paperKernel(parts));
    assert.deepEqual(seen.map((line) => line.slice(0, 6)), looks, `from ${last}`);
    const end = endOf(paper);
    assert.ok(end !== null && !("unusable" in end));
    assert.deepEqual([end.rows, end.looks], [4, 2]);
  }
});

Deno.test("Ctrl-C between two looks leaves a file that can go on", async () => {
  const parts = new PaperParts((call) => {
    if (call < 3) return "returns";
    parts.recordComes = false;
    parts.interrupt.abort();
    return "never returns";
  });
  const seen: string[] = [];
  const paper = new PaperRequest(parts, { runs: 4 }, { looks: looking([2, 4], 0, seen, () => 0) });
  const { interruptedAt } = await measureSeries(paper.request, paperKernel(parts));
  assert.deepEqual([interruptedAt, seen.length, endOf(paper)], [3, 1, null]);
});

/** A file that was cut off after that run, read back. */
async function begunOf(
  runs: number,
  last: number,
  looks: PlannedLooks | null = null,
): Promise<{ begun: Begun; content: string }> {
  const parts = new PaperParts(() => "returns");
  const paper = new PaperRequest(parts, { runs }, { last, looks });
  await measureSeries(paper.request, paperKernel(parts));
  const path = Deno.makeTempFileSync();
  try {
    const content = paper.disk.content.replace(/^# end .*\n$/m, "");
    Deno.writeTextFileSync(path, content);
    return { begun: readBegun(path), content };
  } finally {
    Deno.removeSync(path);
  }
}

Deno.test("a resumed series goes on behind the last row, and counts no edges and misses of a part it did not see", async () => {
  const { begun, content } = await begunOf(4, 2);
  const parts = new PaperParts(() => "returns");
  const paper = new PaperRequest(parts, { runs: 4 }, { begun });
  paper.disk.content = content;
  const { summary } = await measureSeries(paper.request, paperKernel(parts));
  assert.equal(paper.said[0], "measuring runs 3 to 4 at tier full into host.csv");
  assert.deepEqual(paper.lines(), [
    "# probe-result",
    "# meta",
    "run",
    "# stack",
    ..."12",
    "# resumed",
    ..."34",
    "# end",
  ]);
  assert.equal(summary.tally.end().complete, 4);
  const end = endOf(paper);
  assert.ok(end !== null && !("edges" in end) && !("recursion_misses_of" in end));
});

Deno.test("a series of which only the end line is missing takes no run, nor one to warm up", async () => {
  const { begun, content } = await begunOf(2, 2);
  const parts = new PaperParts(() => "returns");
  const paper = new PaperRequest(parts, { runs: 2 }, { begun });
  paper.disk.content = content;
  const { interruptedAt } = await measureSeries(paper.request, paperKernel(parts));
  assert.deepEqual([parts.calls, interruptedAt], [[], null]);
  assert.deepEqual(paper.lines().slice(-2), ["# resumed", "# end"]);
});

Deno.test("another tier than the file's is refused before anything is written", async () => {
  const { begun, content } = await begunOf(4, 2);
  const parts = new PaperParts(() => "returns");
  const paper = new PaperRequest(parts, { runs: 4 }, { begun });
  paper.disk.content = content;
  const kernel = paperKernel(parts);
  const probes = { ...kernel.probes, tier: "kprobe" } as const;
  await assert.rejects(measureSeries(paper.request, { ...kernel, probes }), {
    exitCode: 1,
    found: "cannot resume host.csv: its tier is full, here it is kprobe",
  });
  assert.equal(paper.disk.content, content);
});

Deno.test("what the probes cost is measured beside each second run, and is in the end line", async () => {
  const parts = new PaperParts(() => "returns");
  const paper = new PaperRequest(parts, { runs: 2 }, { measureOverhead: true });
  await measureSeries(paper.request, paperKernel(parts));
  const [suspended, resumed] = [parts.calls.indexOf("suspend"), parts.calls.indexOf("resume")];
  assert.deepEqual(parts.calls.slice(suspended, resumed), ["suspend", "run 1", "run 2"]);
  const end = endOf(paper);
  assert.ok(end !== null && !("unusable" in end));
  assert.deepEqual(end.overhead?.programs, [{ program: "ttwu_entry", run_cnt: 4, run_time_ns: 2000 }]);
  assert.equal(end.overhead?.wakeup?.armed.n, 2);
});
