import assert from "node:assert/strict";
import { EXIT, Failure } from "../../../analysis/failure.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { CPU_INTERRUPT } from "../../../ffi/layout.generated.ts";
import { around, MOST_EVENTS } from "../../../runbook/slow/around.ts";
import { slowJson, slowTrace } from "../../../runbook/slow/document.ts";
import { parseSlowLimit } from "../../../runbook/slow/limit.ts";
import { SlowRuns, type SlowRunsParts } from "../../../runbook/slow/slow_runs.ts";
import { SYMBOLS } from "../run/series_fixture.ts";
import { CHAIN } from "../row/chain_fixture.ts";
import { builtOf, outcomeOf, recent, ringOf, RINGS, slowRun } from "./slow_fixture.ts";

/** Slow runs whose files and words are kept here. */
function paper(over: Partial<SlowRunsParts> = {}) {
  const files = new Map<string, string>();
  const said: string[] = [];
  const asked: number[] = [];
  const slow = new SlowRuns({
    limit: parseSlowLimit("50us"),
    stops: false,
    path: "host.csv",
    meta: generatedMeta("host"),
    symbols: SYMBOLS,
    recent: () => {
      asked.push(files.size);
      return Promise.resolve(RINGS);
    },
    say: (line) => void said.push(line),
    write: (path, text) => Promise.resolve(void files.set(path, text)),
    ...over,
  });
  const ran = (run: number) => slow.ran(outcomeOf(run), builtOf(outcomeOf(run)));
  return { slow, files, said, asked, ran };
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

Deno.test("a run whose time passed before its wakeup began is told what that went into", async () => {
  const { slow, said } = paper();
  const { target, ...rest } = outcomeOf(3);
  const outcome = { ...rest, target: { ...target!, edge_ns: target!.edge_ns! - 900_000n } };
  await slow.ran(outcome, builtOf(outcome));
  const late = "run 3 is slow: 1.000 ms, above 50.00 us, mainly edge_unexplained before its wakeup began";
  assert.equal(said[0], `${late}; its events are in host.csv.slow-3.json`);
});

Deno.test("where events were lost, no cause is named", async () => {
  const { slow, said } = paper();
  const outcome = outcomeOf(3, { logs: outcomeOf(3).logs.map((log) => ({ ...log, lost: 1 })) });
  await slow.ran(outcome, builtOf(outcome));
  assert.equal(said[0], "run 3 is slow: 100.0 us, above 50.00 us; its events are in host.csv.slow-3.json");
});

Deno.test("the first ten are kept, all are counted", async () => {
  const { slow, files, asked, ran } = paper();
  for (let run = 1; run <= 13; run++) await ran(run);
  assert.equal(files.size, 20);
  const { runs, kept } = slow.summary();
  assert.deepEqual([runs, kept.length, kept.at(-1)], [13, 10, "host.csv.slow-10.json"]);
  assert.equal(asked.length, 10, "nobody waits for the events of a run that is not kept");
});

Deno.test("a run below the limit leaves nothing, and ends nothing", async () => {
  const { slow, files, said, asked, ran } = paper({ limit: parseSlowLimit("1ms"), stops: true });
  await ran(1);
  assert.deepEqual([files.size, said.length, asked.length], [0, 0, 0]);
  assert.deepEqual([slow.endedAt, slow.summary().runs], [null, 0]);
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
      symbols: SYMBOLS,
      recent: () => Promise.resolve(RINGS),
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

Deno.test("the document has the cause, every event of all CPUs with its time from the wakeup, and the row", () => {
  const { cause, cpus, from_ns, to_ns, origin_ns, row, stacks } = JSON.parse(slowJson(slowRun()));
  // The edge is 50 us before the wakeup, the read 50 us after it.
  assert.deepEqual([cause, from_ns, to_ns], ["tasks", -50_050_000, 50_050_000]);
  assert.equal(origin_ns, "1000050000");
  const hog = { pid: 77, comm: "hog" };
  assert.deepEqual(cpus, [{
    cpu: 0,
    from_ns: -50_050_000,
    running: null,
    events_lost: 2,
    events: [
      { at_ns: -70_000, kind: "timekeeper" },
      { at_ns: -60_500, kind: "contention", lock: 1 },
      { at_ns: -60_000, kind: "contention_end", lock: 1 },
      { at_ns: 2000, kind: "migrate", pid: 9, comm: "other", cpu: 1 },
    ],
  }, {
    cpu: 1,
    from_ns: -50_050_000,
    running: hog,
    events_lost: 0,
    events: [
      { at_ns: -3000, kind: "switch", pid: 0, comm: "swapper/1", from_pid: 77 },
      { at_ns: -2000, kind: "idle", idle_state: 2 },
      { at_ns: -500, kind: "idle_end" },
      { at_ns: -400, kind: "interrupt", name: "local_timer" },
      { at_ns: -300, kind: "timer", function: "hrtimer_wakeup" },
      { at_ns: 0, kind: "waking", ...hog },
      { at_ns: 1000, kind: "wakeup", ...hog, cpu: 1 },
      { at_ns: 1500, kind: "timer_end" },
      { at_ns: 1600, kind: "softirq", name: "softirq timer" },
      { at_ns: 1700, kind: "softirq_end", name: "softirq timer" },
      { at_ns: 2000, kind: "interrupt_end", name: "local_timer" },
      { at_ns: 40_000, kind: "switch", ...hog, from_pid: 0 },
    ],
  }]);
  assert.deepEqual([row.run, row.offset_ns, row.signature], ["7", "100000", null]);
  assert.deepEqual(Object.values(stacks), [["try_to_wake_up", "hrtimer_wakeup"]]);
});

Deno.test("a timer whose function is hidden has none", () => {
  const { cpus } = JSON.parse(slowJson({ ...slowRun(), symbols: { symbolise: () => null } }));
  const [timer] = cpus[1].events.filter(({ kind }: { kind: string }) => kind === "timer");
  assert.deepEqual(timer, { at_ns: -300, kind: "timer" });
});

Deno.test("the trace has the run, and a track of each CPU: tasks, in them what was served, and what happened", () => {
  const { traceEvents } = JSON.parse(slowTrace(slowRun()));
  const tracks = new Map<number, string>();
  for (const { name, tid, args } of traceEvents) if (name === "thread_name") tracks.set(tid, args.name);
  assert.deepEqual([...tracks.values()], ["runs", "CPU 1", "CPU 0 events", "CPU 1 events"]);
  const eventsOf = (track: string) =>
    traceEvents.filter(({ tid, ph }: { tid: number; ph: string }) => tracks.get(tid) === track && ph !== "M")
      .map(({ ph, name, ts }: { ph: string; name: string; ts: number }) => `${ph} ${name} ${ts}`);
  // The trace begins with the first event that may be in it: 50.05 ms before the wakeup.
  assert.deepEqual(eventsOf("CPU 0 events"), [
    "i timekeeper's update 49980",
    "i waits for lock 1 49989.5",
    "i has lock 1 49990",
    "i other (9) moves to CPU 1 50052",
  ]);
  assert.deepEqual(eventsOf("CPU 1 events"), [
    "B hog (77) 0",
    "E hog (77) 50047",
    "B idle 50047",
    "B idle state 2 50048",
    "E idle state 2 50049.5",
    "B local_timer 50049.6",
    "B hrtimer_wakeup 50049.7",
    "E hrtimer_wakeup 50051.5",
    "B softirq timer 50051.6",
    "E softirq timer 50051.7",
    "E local_timer 50052",
    "E idle 50090",
    "B hog (77) 50090",
    "E hog (77) 100100",
    "i wakes hog (77) 50050",
    "i hog (77) is runnable on CPU 1 50051",
  ]);
  const [run] = traceEvents.filter(({ name }: { name: string }) => name === "run 7");
  assert.deepEqual([run.args.cause, run.ts], ["tasks", 50_000]);
});

Deno.test("what has not ended is drawn to the end, what had begun before not at all, and who left first by its pid", () => {
  const events = [
    recent(-9000, "interrupt_end", { other: CPU_INTERRUPT.INTERRUPT_RESCHEDULE }),
    recent(-8000, "switch", { arg: 5n, name: "five", other: 4 }),
    recent(30_000, "softirq", { arg: 9n }),
  ];
  const span = { from: CHAIN.ttwu_ns - 1000n, to: CHAIN.ttwu_ns + 1000n };
  const text = slowTrace({ ...slowRun(), around: around(span, [ringOf(3, events)]) });
  const slices = JSON.parse(text).traceEvents
    .filter(({ ph, tid }: { ph: string; tid: number }) => (ph === "B" || ph === "E") && tid >= 1_000_000)
    .map(({ ph, name, ts }: { ph: string; name: string; ts: number }) => `${ph} ${name} ${ts}`);
  assert.deepEqual(slices, [
    "B pid 4 49992",
    "E pid 4 49993",
    "B five (5) 49993",
    "B softirq rcu 50031",
    "E softirq rcu 100002",
    "E five (5) 100002",
  ]);
});

Deno.test("the most events that are kept, with names that JSON must spell out, make files of 20 MB in all", () => {
  const name = "\u0001".repeat(15);
  const events = Array.from(
    { length: MOST_EVENTS + 1000 },
    (_, i) => recent(i, "switch", { arg: 4_000_000n, other: 4_000_000, name }),
  );
  const span = { from: CHAIN.ttwu_ns, to: CHAIN.ttwu_ns + 1_000_000n };
  const slow = { ...slowRun(), around: around(span, [ringOf(3, events)]) };
  assert.equal(slow.around.cpus[0]!.events.length, MOST_EVENTS);
  const bytes = [slowJson(slow), slowTrace(slow)].map((text) => text.length);
  assert.ok(bytes.every((length) => length > 1_000_000) && bytes[0]! + bytes[1]! < 20_000_000, `${bytes}`);
});
