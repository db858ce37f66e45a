import assert from "node:assert/strict";
import { assertRow } from "../harness/measurement.ts";
import { drive, drivenGuest, setClocksource, text } from "../harness/driven_guest.ts";
import { type Driven, OVER, type Series } from "../harness/driver.ts";
import { compiled } from "../harness/compiled.ts";
import { CLOCKSOURCE_FOLDER } from "../harness/kernel_guest.ts";
import { THREAD_WAKES } from "../../runbook/protocol/wakes.ts";

const HOLD_NS = 1_111_000_000;
const RUNS = 8;
const PERIOD_NS = 50_000_000;

/** For wakes by another thread, the moment can be chosen. */
const WAKES = THREAD_WAKES.map(({ name }) => name);

/** Everything in a row that is a distance between two instants of the kernel. */
const INTERVALS = [
  ["ttwu_ns", "wakeup_ns"],
  ["wakeup_ns", "switch_ns"],
  ["ttwu_ns", "tkread_ns"],
  ["ttwu_ns", "tkread_task_ns"],
] as const;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const intervals = (runs: readonly Driven[]) =>
  INTERVALS.map(([from, to]) => runs.map(({ row }) => Number(BigInt(row[to]) - BigInt(row[from]))));

const offsets = (runs: readonly Driven[]) => runs.map(({ row }) => Number(row.offset_ns));

/**
 * What the machine currently needs between edge and read, and for each interval: no speed is required of it.
 */
function costOf(plain: readonly Driven[], injected: readonly Driven[]): number {
  return Math.max(...offsets(plain), ...intervals(injected).flat());
}

/** The clock that cannot be stepped has not stepped. */
function assertSteady({ row, clockStepUncertaintyNs }: Driven): void {
  const step = Math.abs(Number(row.clock_step_ns));
  assert.ok(clockStepUncertaintyNs !== null && step <= clockStepUncertaintyNs, JSON.stringify(row));
}

Deno.test("a wake held back by 1.111 s is in the offset and in nothing else", async () => {
  await using guest = await drivenGuest("trixie-cloud");
  const series = WAKES.flatMap((wake): Series[] => [
    { name: wake, wake, runs: RUNS, periodNs: PERIOD_NS },
    { name: `${wake} held`, wake, runs: RUNS, periodNs: PERIOD_NS, holdNs: HOLD_NS },
  ]);
  const driven = await drive(guest, { require: "full", series });
  for (const wake of WAKES) {
    const [plain, held] = [driven.of(wake), driven.of(`${wake} held`)];
    for (const { row } of [...plain, ...held]) assertRow(row);
    // The measured hold must match to within this.
    const cost = costOf(plain, held);
    for (const [i, offset] of offsets(held).entries()) {
      assert.ok(offset >= HOLD_NS, `${wake}: ${JSON.stringify(held[i]?.row)}`);
    }
    const shift = median(offsets(held)) - median(offsets(plain));
    assert.ok(Math.abs(shift - HOLD_NS) <= cost, `${wake}: shifted by ${shift} ns, cost ${cost} ns`);
    for (const [i, lengths] of intervals(held).entries()) {
      // Each run was held; a single one may have been delayed further when the whole machine stood still.
      const said = `${wake}: ${INTERVALS[i]} ${lengths}`;
      assert.ok(median(lengths) < HOLD_NS / 2, said);
    }
    for (const run of [...plain, ...held]) assertSteady(run);
  }
});

/**
 * Waits until a run's waker delays its wake after the edge: it then sleeps on CLOCK_MONOTONIC, which is 1.
 * Fails when the run is over.
 */
const UNTIL_HELD = `
pid=$(pidof deno)
until [ -n "$waker" ]; do
  [ ! -e ${OVER} ] || exit 1
  for task in /proc/$pid/task/*; do
    read -r name <$task/comm || continue
    [ "$name" = probe-waker ] || continue
    read -r number clock rest <$task/syscall || continue
    [ "$number $clock" = "230 0x1" ] && waker=\${task##*/}
  done
done 2>/dev/null`;

/** Long enough for what happens meanwhile on a slow machine. */
const LONG_HOLD_NS = 5_000_000_000;
const STEP_NS = 1_111_000_000;

Deno.test("a step of CLOCK_REALTIME by 1.111 s", async (t) => {
  await using guest = await drivenGuest("trixie-cloud");
  await guest.writeFile("/opt/realtime", await compiled("tests/harness/programs/realtime.c"), 0o755);
  const step = `/opt/realtime step ${STEP_NS} >>/tmp/took`;
  /** The longest that a step has taken so far: no step is shorter by more than this. */
  const took = async () => Math.max(...(await text(guest, "cat /tmp/took")).split("\n").map(Number));

  await t.step("while the target sleeps is in realtime_step_ns and in no other distance", async () => {
    const held = { wake: "pipe", periodNs: PERIOD_NS, holdNs: LONG_HOLD_NS };
    const driven = await drive(guest, {
      require: "full",
      series: [
        { name: "plain", wake: "pipe", runs: RUNS, periodNs: PERIOD_NS },
        { ...held, name: "stepped", runs: 2, duringRun: `set -e\n${UNTIL_HELD}\n${step}` },
        { ...held, name: "held", runs: 1 },
      ],
    });
    const [plain, stepped] = [driven.of("plain"), [...driven.of("stepped"), ...driven.of("held")]];
    const cost = await took() + median(intervals(stepped).flat());
    for (const run of [...plain, ...stepped]) {
      const { row } = run;
      const expected = run.series === "stepped" ? STEP_NS : 0;
      assertRow(row);
      assertSteady(run);
      const said = JSON.stringify(row);
      assert.ok(Math.abs(Number(row.realtime_step_ns) - expected) <= cost, `cost ${cost} ns: ${said}`);
      assert.ok(Number(row.tkread_value_ns) - Number(row.tkread_ns) < STEP_NS / 2, said);
      if (plain.includes(run)) continue;
      assert.ok(Number(row.offset_ns) >= LONG_HOLD_NS, said);
    }
    for (const lengths of intervals(stepped)) assert.ok(median(lengths) < STEP_NS / 2, `${lengths}`);
    const shift = median(offsets(stepped)) - median(offsets(plain));
    assert.ok(Math.abs(shift - LONG_HOLD_NS) <= costOf(plain, stepped), `shifted by ${shift} ns`);
  });

  await t.step("is in the value of a read of CLOCK_REALTIME and not in the chain", async () => {
    await text(
      guest,
      "mkfifo /tmp/wake; /opt/realtime read <>/tmp/wake >/dev/null 2>&1 & echo $! >/tmp/reader",
    );
    const wake = "printf x >/tmp/wake";
    const reader = { pid: Number(await text(guest, "cat /tmp/reader")), runs: 8, periodNs: 1_000_000_000 };
    // CLOCK_REALTIME minus CLOCK_MONOTONIC, according to the reads.
    const before: { steps: number; ns: number }[] = [];
    const stepped: typeof before = [];
    const runs: Driven[] = [];
    // The tick, or what clock_was_set() sends to each CPU, may read another clock first, and often does in a
    // slow guest. Then that run shows nothing.
    for (let steps = 0; steps < 64 && (before.length === 0 || stepped.length === 0); steps += reader.runs) {
      const driven = await drive(guest, {
        require: "full",
        series: [
          { ...reader, name: "before", duringRun: wake },
          { ...reader, name: "stepped", duringRun: `${step} && ${wake}` },
        ],
      });
      for (const run of [...driven.of("before"), ...driven.of("stepped")]) {
        const { row, series } = run;
        assert.equal(row.status, "complete", JSON.stringify(row));
        runs.push(run);
        if (row.tkread_function !== "ktime_get_real_ts64") continue;
        const ns = Number(BigInt(row.tkread_value_ns) - BigInt(row.tkread_ns));
        if (series === "before") before.push({ steps, ns });
        else stepped.push({ steps: steps + Number(row.run), ns });
      }
    }
    for (const lengths of intervals(runs.filter(({ series }) => series === "stepped"))) {
      assert.ok(median(lengths) < STEP_NS / 2, `${lengths}`);
    }
    assert.ok(before.length > 0 && stepped.length > 0, JSON.stringify(runs));
    const origin = median(before.map(({ steps, ns }) => ns - steps * STEP_NS));
    const all = [...before, ...stepped];
    // The origin may come from after as many steps as any read.
    const cost = Math.max(...all.map(({ steps }) => steps)) * await took() +
      Math.max(...intervals(runs).flat());
    for (const { steps, ns } of all) {
      const off = ns - origin - steps * STEP_NS;
      assert.ok(Math.abs(off) <= cost, `after ${steps} steps off by ${off} ns, cost ${cost} ns`);
    }
  });
});

/**
 * A hog on the second CPU, and one script of ours, may starve everything else there for as long as it takes.
 */
const LET_STARVE = `
echo -1 >/proc/sys/kernel/sched_rt_runtime_us
mount -t debugfs none /sys/kernel/debug
for server in /sys/kernel/debug/sched/fair_server/cpu*/runtime; do [ -e $server ] && echo 0 >$server; done
true`;

/**
 * Switches between the wakeup and the read: the target is woken on a CPU that a real-time task occupies until
 * the switch is done.
 */
const switchInWindow = (clocksource: string) =>
  `set -e
${UNTIL_HELD}
taskset -p 1 $waker
for task in /proc/$pid/task/*; do
  read -r name <$task/comm || continue
  read -r wchan <$task/wchan || true
  case "$name $wchan" in probe-target*pipe_read*) target=\${task##*/};; esac
done
taskset -p 2 $target
/opt/hog 1 & hog=$!
state=S
while [ $state = S ]; do read -r a b state rest </proc/$pid/task/$target/stat; done
echo ${clocksource} >${CLOCKSOURCE_FOLDER}/current_clocksource
kill -9 $hog
taskset -p 3 $target`;

for (const tier of ["full", "kprobe"] as const) {
  Deno.test(`a clocksource switch between wakeup and read is in the row, at tier ${tier}`, async () => {
    await using guest = await drivenGuest("trixie-cloud");
    await guest.writeFile("/opt/hog", await compiled("tests/harness/programs/hog.c"), 0o755);
    await setClocksource(guest, "tsc");
    const path = ["tsc", "hpet", "acpi_pm", "tsc"];
    const series = path.slice(1).map((to, i): Series => ({
      name: `${path[i]} to ${to}`,
      wake: "pipe",
      runs: 1,
      periodNs: PERIOD_NS,
      holdNs: LONG_HOLD_NS,
      duringRun: switchInWindow(to),
      ...(i === 0 ? { before: LET_STARVE } : {}),
    }));
    const driven = await drive(guest, { require: tier, series });
    for (const [i, { name }] of series.entries()) {
      const [run] = driven.of(name);
      const { row } = run!;
      assertRow(row);
      const said = `${name}: ${JSON.stringify(row)}`;
      assert.equal(row.clocksource_switches, "1", said);
      assert.deepEqual([row.clocksource_from, row.clocksource_to], [path[i], path[i + 1]], said);
      assert.ok(BigInt(row.ttwu_ns) <= BigInt(row.clocksource_switch_ns), said);
      assert.ok(BigInt(row.clocksource_switch_ns) <= BigInt(row.tkread_ns), said);
      assert.ok(Number(row.tkreads_after_switch) >= 1, said);
      assert.ok(Number(row.tkreads_after_switch) <= Number(row.tkreads), said);
      assert.equal(row.clocksource, path[i + 1], said);
    }
  });
}
