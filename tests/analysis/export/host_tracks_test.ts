import assert from "node:assert/strict";
import { type HostDrawn, HostTracks } from "../../../analysis/export/host_tracks.ts";
import { PerfettoTrace } from "../../../analysis/export/perfetto.ts";
import { type HostEvent, type HostEvents, parseHostEvents } from "../../../analysis/host/host_events.ts";
import { readResultFile } from "../../../analysis/result/file.ts";
import { FILES } from "../../answers/cases.ts";
import { fileText, rowOf, USUAL } from "../result/result_fixture.ts";

const LAB = Deno.readTextFileSync(`${FILES}/lab_vm.csv`);
const LAB_EVENTS = parseHostEvents(Deno.readTextFileSync(`${FILES}/lab_vm.host.jsonl`)) as HostEvents;

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly id?: number;
  readonly args?: { readonly name?: string };
}

function drawn(text: string, events: HostEvents) {
  let json = "";
  const trace = new PerfettoTrace((piece) => json += piece);
  const tracks = new HostTracks();
  const file = readResultFile(
    "vm.csv",
    [new TextEncoder().encode(text)],
    (row) => tracks.note(row, trace.visit(row)),
  );
  const host: HostDrawn = tracks.draw(trace, events);
  trace.finish(file, { name: "host", says: {} });
  const all: TraceEvent[] = JSON.parse(json).traceEvents;
  const names = new Map(
    all.filter(({ name }) => name === "thread_name").map(({ pid, tid, args }) =>
      [`${pid} ${tid}`, `${pid === 1 ? "VM" : "host"} ${args!.name}`] as const
    ),
  );
  const nameOf = ({ pid, tid }: TraceEvent) => names.get(`${pid} ${tid}`)!;
  return { json, host, all, nameOf, names: [...names.values()] };
}

/** Begin and end of every slice of a track, in us. */
function slicesOf({ all, nameOf }: ReturnType<typeof drawn>, track: string): [string, number, number][] {
  const open: [string, number][] = [];
  const found: [string, number, number][] = [];
  for (const event of all.filter((one) => nameOf(one) === track)) {
    if (event.ph === "X") found.push([event.name, event.ts, event.ts + event.dur!]);
    if (event.ph === "B") open.push([event.name, event.ts]);
    if (event.ph === "E") {
      const [name, from] = open.pop()!;
      assert.equal(name, event.name);
      assert.ok(from <= event.ts);
      found.push([name, from, event.ts]);
    }
  }
  assert.equal(open.length, 0);
  return found;
}

Deno.test("both machines are in one trace: the VM's tracks, and those of its host's CPUs and vCPUs", () => {
  const trace = drawn(LAB, LAB_EVENTS);
  assert.deepEqual(trace.host, { runs: 12, left_out: 0, foreign: 0 });
  assert.deepEqual(trace.names.toSorted(), [
    "VM CPU 0",
    "VM CPU 1",
    "VM runs",
    "host CPU 0",
    "host CPU 1",
    "host vCPU 0",
    "host vCPU 1",
  ]);
  assert.ok(trace.all.every(({ ts }) => ts === undefined || ts >= 0));
  // The run whose vCPU a task of the host preempted.
  const preemptions = slicesOf(trace, "host vCPU 1").filter(([name]) =>
    name === "preempted by qemu-system-x86/245"
  );
  assert.ok(preemptions.length > 0);
  // What the VM does, it does in guest mode.
  const guest = ["host vCPU 0", "host vCPU 1"].flatMap((track) =>
    slicesOf(trace, track).filter(([name]) => name === "guest")
  );
  for (const [, from] of ["VM CPU 0", "VM CPU 1"].flatMap((track) => slicesOf(trace, track))) {
    assert.ok(guest.some(([, begin, end]) => begin <= from && from <= end + 0.001), String(from));
  }
});

Deno.test("arrows lead from the host's wakeup over its CPU and the entry to the wakeup in the VM, forward in time", () => {
  const trace = drawn(LAB, LAB_EVENTS);
  const flows = Map.groupBy(trace.all.filter(({ ph }) => /^[stf]$/.test(ph)), ({ id }) => id!);
  assert.equal(flows.size, 12);
  for (const [run, steps] of flows) {
    assert.deepEqual(steps.map(({ ph }) => ph), ["s", "t", "t", "f"], `run ${run}`);
    assert.deepEqual(
      steps.map((one) => trace.nameOf(one).replace(/\d+$/, "N")),
      ["host vCPU N", "host CPU N", "host vCPU N", "VM CPU N"],
    );
    const times = steps.map(({ ts }) => ts);
    assert.deepEqual(times, times.toSorted((a, b) => a - b));
    // An arrow that is in no slice is not drawn.
    for (const step of steps) {
      assert.ok(slicesOf(trace, trace.nameOf(step)).some(([, from]) => from === step.ts), `run ${run}`);
    }
  }
});

const EDGE = BigInt(rowOf(1).edge_ns!);
const TTWU = BigInt(rowOf(1).ttwu_ns!);

function handmade(events: readonly HostEvent[], over: Partial<HostEvents["runs"][number]> = {}): HostEvents {
  const run = {
    run: 1,
    correlation_id: rowOf(1).correlation_id,
    ttwu_ns: String(TTWU),
    host_ttwu_at_ns: "1",
    uncertainty_ns: 1,
    left_out: 0,
    events,
    ...over,
  };
  return { head: { probe_host_events: 1, process: 7, hooks: [] }, turns: [], runs: [run] };
}

const ROW = rowOf(1, USUAL, { vcpu: 0, host_switch_ns: EDGE + 500n });
const at = (at: number, kind: HostEvent["kind"], more: Partial<HostEvent> = {}): HostEvent => ({
  at: at - Number(TTWU - EDGE),
  kind,
  vcpu: 0,
  cpu: 3,
  ...more,
});

Deno.test("who had the host's CPU is named by who leaves it; what nobody saw is told as such", () => {
  const trace = drawn(
    fileText([ROW], {}, "vm"),
    handmade([
      at(100, "waking", { by: "timer x" }),
      at(300, "other", { vcpu: null, task: "hog/9" }),
      at(500, "in", { task: "swapper/3/0" }),
      at(600, "run", { reason: "hlt" }),
      at(2000, "out", { task: "a/1", preempted: true }),
      at(3000, "in", { task: "b/2" }),
      at(3100, "run", { since: 1990 - Number(TTWU - EDGE), reason: null }),
    ]),
  );
  assert.deepEqual(slicesOf(trace, "host CPU 3"), [
    ["hog/9", 0.1, 0.3],
    ["idle", 0.3, 0.5],
    ["vCPU 0", 0.5, 2],
    ["a/1 ... b/2", 2, 3],
    ["vCPU 0", 3, 5],
  ]);
  assert.deepEqual(slicesOf(trace, "host vCPU 0"), [
    ["woken by timer x", 0.1, 0.5],
    ["guest", 0.6, 1.99],
    ["preempted by a/1", 2, 3],
    ["exit: unknown", 1.99, 3.1],
    ["guest", 3.1, 5],
  ]);
});

Deno.test("records of another measurement are left out and counted", () => {
  const events = [at(100, "waking"), at(500, "in", { task: "swapper/3/0" })];
  for (
    const over of [{ run: 2 }, { correlation_id: "0".repeat(16) }, { ttwu_ns: String(TTWU + 1n) }] as const
  ) {
    const { host } = drawn(fileText([ROW], {}, "vm"), handmade(events, over));
    assert.deepEqual(host, { runs: 0, left_out: 0, foreign: 1 });
  }
  const { host } = drawn(fileText([rowOf(1)], {}, "vm"), handmade(events));
  assert.equal(host.foreign, 1);
});

Deno.test("with many events the slowest runs are drawn, and the trace stays a file that a browser opens", () => {
  const runs = 3000;
  const rows = Array.from(
    { length: runs },
    (_, i) => rowOf(i + 1, { ...USUAL, tkread: 5000 + i }, { vcpu: 0, host_switch_ns: EDGE }),
  );
  const one = [
    at(100, "waking", { by: "timer hrtimer_wakeup" }),
    at(200, "in", { task: "swapper/3/0" }),
    ...Array.from(
      { length: 18 },
      (_, i) => at(300 + 100 * i, "run", { since: 250 + 100 * i - Number(TTWU - EDGE), reason: "npf" }),
    ),
  ];
  const events = {
    ...handmade([]),
    runs: rows.map((row, i) => ({
      ...handmade(one).runs[0]!,
      run: i + 1,
      correlation_id: row.correlation_id,
      ttwu_ns: String(row.ttwu_ns),
    })),
  };
  const { host, json, all } = drawn(fileText(rows, {}, "vm"), events);
  assert.deepEqual(host, { runs: 1250, left_out: 1750, foreign: 0 });
  assert.ok(json.length < 12e6, `${json.length} bytes`);
  const flows = all.filter(({ ph }) => ph === "s").map(({ id }) => id!);
  assert.equal(Math.min(...flows), 1751);
});
