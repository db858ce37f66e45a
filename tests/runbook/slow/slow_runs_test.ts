import assert from "node:assert/strict";
import { EXIT, Failure } from "../../../analysis/failure.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { slowJson, slowTrace } from "../../../runbook/slow/document.ts";
import { parseSlowLimit } from "../../../runbook/slow/limit.ts";
import { SlowRuns, type SlowRunsParts } from "../../../runbook/slow/slow_runs.ts";
import { builtOf, outcomeOf, slowRun } from "./slow_fixture.ts";

/** Slow runs whose files and words are kept here. */
function paper(over: Partial<SlowRunsParts> = {}) {
  const files = new Map<string, string>();
  const said: string[] = [];
  const slow = new SlowRuns({
    limit: parseSlowLimit("50us"),
    stops: false,
    path: "host.csv",
    meta: generatedMeta("host"),
    say: (line) => void said.push(line),
    write: (path, text) => Promise.resolve(void files.set(path, text)),
    ...over,
  });
  const ran = (run: number) => slow.ran(outcomeOf(run), builtOf(outcomeOf(run)));
  return { slow, files, said, ran };
}

Deno.test("a slow run is two files beside the result, and a line", async () => {
  const { slow, files, said, ran } = paper();
  await ran(3);
  assert.deepEqual([...files.keys()], ["host.csv.slow-3.json", "host.csv.slow-3.perfetto.json"]);
  assert.deepEqual(said, [
    "run 3 is slow: 100.0 us, above 50.00 us, mainly tasks; its events are in host.csv.slow-3.json",
  ]);
  assert.deepEqual(slow.summary(), {
    limit: "50us",
    runs: 1,
    kept: ["host.csv.slow-3.json"],
    ended_at: null,
  });
});

Deno.test("where events were lost, no cause is named", async () => {
  const { slow, said } = paper();
  const outcome = outcomeOf(3, { logs: outcomeOf(3).logs.map((log) => ({ ...log, lost: 1 })) });
  await slow.ran(outcome, builtOf(outcome));
  assert.equal(said[0], "run 3 is slow: 100.0 us, above 50.00 us; its events are in host.csv.slow-3.json");
});

Deno.test("the first ten are kept, all are counted", async () => {
  const { slow, files, ran } = paper();
  for (let run = 1; run <= 13; run++) await ran(run);
  assert.equal(files.size, 20);
  const { runs, kept } = slow.summary();
  assert.deepEqual([runs, kept.length, kept.at(-1)], [13, 10, "host.csv.slow-10.json"]);
});

Deno.test("a run below the limit leaves nothing, and ends nothing", async () => {
  const { slow, files, said, ran } = paper({ limit: parseSlowLimit("1ms"), stops: true });
  await ran(1);
  assert.deepEqual([files.size, said.length, slow.endedAt, slow.summary().runs], [0, 0, null, 0]);
});

Deno.test("the first slow run ends the series when asked to", async () => {
  const { slow, ran } = paper({ stops: true });
  await ran(4);
  assert.deepEqual([slow.endedAt, slow.summary().ended_at], [4, 4]);
});

Deno.test("a file that cannot be written is said, counts as a slow run that is not kept, and ends nothing", async () => {
  const { slow, said, ran } = paper({
    write: (path) => Promise.reject(new Failure(EXIT.failed, `cannot create ${path}: full`, "make room")),
  });
  await ran(2);
  assert.match(said[0]!, /^notice: run 2 is slow: .*; its events are not kept: cannot create .*json: full$/);
  assert.deepEqual([slow.summary().runs, slow.summary().kept], [1, []]);
});

Deno.test("without a writer the files are on the disk, and one that exists stays as it is", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/host.csv`;
    Deno.writeTextFileSync(`${path}.slow-2.json`, "mine");
    const said: string[] = [];
    const slow = new SlowRuns({
      limit: parseSlowLimit("50us"),
      stops: false,
      path,
      meta: generatedMeta("host"),
      say: (line) => void said.push(line),
    });
    for (const run of [1, 2]) await slow.ran(outcomeOf(run), builtOf(outcomeOf(run)));
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(names, [
      "host.csv.slow-1.json",
      "host.csv.slow-1.perfetto.json",
      "host.csv.slow-2.json",
    ]);
    assert.equal(Deno.readTextFileSync(`${path}.slow-2.json`), "mine");
    assert.match(said[1]!, /it exists already$/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("the document has the cause, every event with its time from the wakeup, and the row as in the file", () => {
  const { cause, cpus, to_ns, origin_ns, row, stacks } = JSON.parse(slowJson(slowRun()));
  assert.deepEqual([cause, to_ns, origin_ns], ["tasks", 50_000, "1000050000"]);
  assert.deepEqual(cpus, [{
    cpu: 1,
    events_lost: 0,
    events: [
      { at_ns: 1000, kind: "idle", idle_state: 2, idle_ns: 10_000 },
      { at_ns: 2000, kind: "switch", pid: 0, comm: "swapper/1" },
      { at_ns: 3000, kind: "interrupt", name: "local_timer" },
      { at_ns: 3500, kind: "softirq", name: "softirq timer" },
      { at_ns: 4500, kind: "softirq_end", name: "softirq timer" },
      { at_ns: 5000, kind: "interrupt_end", name: "local_timer" },
      { at_ns: 40_000, kind: "switch", pid: 77, comm: "hog" },
    ],
  }]);
  assert.deepEqual([row.run, row.offset_ns, row.signature], ["7", "100000", null]);
  assert.deepEqual(Object.values(stacks), [["try_to_wake_up", "hrtimer_wakeup"]]);
});

Deno.test("the trace has the run, and beside its CPU the tasks and the nested interrupts", () => {
  const { traceEvents } = JSON.parse(slowTrace(slowRun()));
  const tracks = new Map<number, string>();
  for (const { name, tid, args } of traceEvents) if (name === "thread_name") tracks.set(tid, args.name);
  assert.deepEqual([...tracks.values()], ["runs", "CPU 1", "CPU 1 tasks", "CPU 1 interrupts"]);
  const slicesOf = (track: string) =>
    traceEvents.filter(({ tid, ph }: { tid: number; ph: string }) => tracks.get(tid) === track && ph !== "M")
      .map(({ ph, name, ts }: { ph: string; name: string; ts: number }) => `${ph} ${name} ${ts}`);
  // The wakeup is 50 us after the edge, from which the trace counts.
  assert.deepEqual(slicesOf("CPU 1 tasks"), [
    "B idle 50",
    "E idle 52",
    "B hog (77) 52",
    "E hog (77) 90",
  ]);
  assert.deepEqual(slicesOf("CPU 1 interrupts"), [
    "B local_timer 53",
    "B softirq timer 53.5",
    "E softirq timer 54.5",
    "E local_timer 55",
  ]);
  const [run] = traceEvents.filter(({ name }: { name: string }) => name === "run 7");
  assert.equal(run.args.cause, "tasks");
});
