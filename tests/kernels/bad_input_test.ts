import assert from "node:assert/strict";
import { EXECUTABLE, executableLibraries } from "../../build/parts/executable.ts";
import type { Guest } from "../../guest/vm/boot.ts";
import { assertRow, assertSound, type Measurement, parseMeasurement } from "../harness/measurement.ts";
import { compiled } from "../harness/compiled.ts";
import { setClocksource, text } from "../harness/driven_guest.ts";
import { CLOCKSOURCE_FOLDER, kernelGuest } from "../harness/kernel_guest.ts";

const CPU1 = "/sys/devices/system/cpu/cpu1/online";

/**
 * Shell functions: wait until a file has the row of a run, at most five minutes; in the file `changes` count the rows,
 * wait for some more, note the count; one probe run into a file.
 */
const PRELUDE = `
row() { i=0; until grep -q "^$1," "$2" 2>/dev/null; do i=$((i+1)); [ $i -le 3000 ] || exit 99; sleep 0.1; done; }
rows() { grep -c '^[0-9]' /root/changes; }
more() { row $(($(rows) + 4)) /root/changes; }
mark() { rows >>/root/marks; }
run() { out=$1; shift; rm -f $out; probe run --env vm --out $out "$@" >$out.said 2>&1; echo $? >$out.code; }
`;

interface Ended {
  readonly code: number;
  readonly said: string;
  readonly measurement: Measurement;
}

async function ended(guest: Guest, out: string): Promise<Ended> {
  return {
    code: Number(await text(guest, `cat ${out}.code`)),
    said: await text(guest, `cat ${out}.said`),
    measurement: parseMeasurement(new TextDecoder().decode(await guest.readFile(out))),
  };
}

/** A target that was followed but did not read the clock: nothing after its last stage, nothing invented. */
function assertTimedOut({ rows }: Measurement, atLeast = 1): void {
  assert.ok(rows.length >= atLeast);
  for (const row of rows) {
    const said = JSON.stringify(row);
    assert.equal(row.status, "timeout", said);
    assert.notEqual(row.edge_ns, "", said);
    assert.equal(row.tkread_task_ns, "", said);
    const times = [row.ttwu_ns, row.activate_ns, row.wakeup_ns, row.switch_ns].filter(Boolean).map(BigInt);
    for (const [i, time] of times.entries()) assert.ok(i === 0 || times[i - 1]! <= time, said);
    assert.equal(row.correlation_id === "", row.last_stage === "none", said);
    assert.equal(row.lost_events, "0", said);
  }
}

Deno.test("what a machine and its users do in the middle of a run", async (t) => {
  await using guest = await kernelGuest("trixie-cloud", {
    files: [
      { path: "/bin/probe", source: EXECUTABLE },
      { path: "/bin/pingpong", source: await compiled("tests/harness/programs/pingpong.c"), mode: 0o755 },
    ],
    libraries: executableLibraries(),
    memoryMiB: 2048,
  });
  await setClocksource(guest, "tsc");

  await t.step("a target that never wakes, and then exits, gives timeouts and an error", async () => {
    await text(
      guest,
      `${PRELUDE}
      sleep 100000 & target=$!
      run /root/exits --target pid:$target --runs 1000 --period 200ms & probe=$!
      row 3 /root/exits; kill -9 $target; wait $probe`,
    );
    const { code, said, measurement } = await ended(guest, "/root/exits");
    assert.equal(code, 1, said);
    assert.match(said, /probe: the target has ended before run \d+/);
    assert.equal(measurement.end, null);
    // The kill wakes it too, and while it exits the kernel may read the clock.
    const asleep = { ...measurement, rows: measurement.rows.slice(0, 3) };
    assertTimedOut(asleep);
    for (const row of asleep.rows) assert.equal(row.last_stage, "none", JSON.stringify(row));
  });

  await t.step("a target of which no run sees a clock read makes the whole run fail", async () => {
    await text(
      guest,
      `${PRELUDE}
      sleep 100000 & target=$!
      run /root/none --target pid:$target --runs 3 --period 200ms; kill -9 $target`,
    );
    const { code, said, measurement } = await ended(guest, "/root/none");
    assert.equal(code, 1, said);
    assert.match(said, /^probe: none of the 3 runs completed: .*last_stage in \/root\/none/m);
    assertTimedOut(measurement, 3);
    assert.deepEqual([measurement.end?.rows, measurement.end?.timeout], [3, 3]);
  });

  await t.step("a target that wakes as fast as the machine can is followed once a run", async () => {
    await text(
      guest,
      `${PRELUDE}
      slept() { sed -n 's/^voluntary_ctxt_switches:\t//p' /proc/$target/task/$target/status; }
      /bin/pingpong & target=$!
      slept >/root/sleeps; cut -d ' ' -f 1 /proc/uptime >/root/times
      run /root/fast --target pid:$target --runs 5 --period 200ms
      slept >>/root/sleeps; cut -d ' ' -f 1 /proc/uptime >>/root/times
      kill -9 $target`,
    );
    const { code, said, measurement } = await ended(guest, "/root/fast");
    assert.equal(code, 0, said);
    const counts = async (path: string) => (await text(guest, `cat ${path}`)).split("\n").map(Number);
    const [[before = 0, after = 0], [from = 0, to = 0]] = [
      await counts("/root/sleeps"),
      await counts("/root/times"),
    ];
    console.error(`${after - before} wakeups in ${to - from} s`);
    // How fast it is depends on the machine: a thousand wakeups per followed run is too many to follow all.
    assert.ok(after - before >= 1000 * measurement.rows.length, `${after - before} wakeups`);
    assert.equal(measurement.rows.length, 5);
    const seen = measurement.rows.filter((row) => row.status === "complete");
    assertTimedOut({ ...measurement, rows: measurement.rows.filter((row) => row.status !== "complete") }, 0);
    assert.ok(seen.length > 0, said);
    assert.equal(new Set(seen.map((row) => row.correlation_id)).size, seen.length);
    for (const [i, row] of seen.entries()) {
      // The chain belongs to the first wakeup after its edge, and to no other.
      assert.ok(BigInt(row.ttwu_ns) <= BigInt(row.wakeup_ns), JSON.stringify(row));
      assert.ok(BigInt(row.wakeup_ns) <= BigInt(row.tkread_ns), JSON.stringify(row));
      const last = seen[i - 1];
      assert.ok(last === undefined || BigInt(last.tkread_task_ns) < BigInt(row.edge_ns), JSON.stringify(row));
    }
  });

  await t.step("two probes at once each see their own target", async () => {
    await text(
      guest,
      `${PRELUDE}
      run /root/one --runs 12 --period 200ms & run /root/two --runs 12 --period 200ms & wait`,
    );
    const [one, two] = [await ended(guest, "/root/one"), await ended(guest, "/root/two")];
    for (const { code, said, measurement } of [one, two]) {
      assert.equal(code, 0, said);
      assertSound(measurement, 12);
    }
    const tgids = (side: Ended) => new Set(side.measurement.rows.map((row) => row.tgid));
    assert.equal(tgids(one).union(tgids(two)).size, 2);
  });

  await t.step("a CPU that goes and comes, and another clocksource, are in the rows", async () => {
    await text(
      guest,
      `${PRELUDE}
      run /root/changes --runs 100000 --period 200ms & probe=$!
      row 5 /root/changes; echo 0 >${CPU1}; mark; more; mark
      echo hpet >${CLOCKSOURCE_FOLDER}/current_clocksource; mark; more; mark
      echo 1 >${CPU1}; echo tsc >${CLOCKSOURCE_FOLDER}/current_clocksource; mark; more
      kill -INT $(pidof probe); wait $probe`,
    );
    const { code, said, measurement } = await ended(guest, "/root/changes");
    assert.equal(code, 130, said);
    assert.match(said, /^probe: interrupted at run /m);
    const rows = measurement.rows.filter(({ status }) => status !== "aborted");
    for (const row of rows) assertRow(row);
    const marks = (await text(guest, "cat /root/marks")).split("\n").map(Number);
    // A run in progress at a mark may belong to the time before; the one after it does not.
    const between = (mark: number) => {
      const found = rows.slice(marks[mark]! + 1, marks[mark + 1]);
      assert.ok(found.length > 0, `${marks}`);
      return found;
    };
    for (const row of between(0)) assert.equal(row.target_cpu, "0", JSON.stringify(row));
    for (const row of rows.slice(0, 5)) assert.equal(row.clocksource, "tsc", JSON.stringify(row));
    for (const row of between(2)) assert.equal(row.clocksource, "hpet", JSON.stringify(row));
    for (const row of between(4)) assert.equal(row.clocksource, "tsc", JSON.stringify(row));
  });

  await t.step(
    "a guest that stands still for 3 s goes on, and the gap is in its edges or its offsets",
    async () => {
      await text(guest, `${PRELUDE} run /root/paused --runs 25 --period 200ms & row 5 /root/paused`);
      Deno.kill(guest.pid, "SIGSTOP");
      // The test is about the pause itself, so it waits for a time and not for a condition.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      Deno.kill(guest.pid, "SIGCONT");
      const end =
        "i=0; until [ -s /root/paused.code ]; do i=$((i+1)); [ $i -le 3000 ] || exit 99; sleep 0.1; done";
      await text(guest, end);
      const { code, said, measurement } = await ended(guest, "/root/paused");
      assert.equal(code, 0, said);
      assertSound(measurement, 25);
      const edges = measurement.rows.map((row) => Number(row.edge_ns));
      const gaps = edges.map((edge, i) => edge - (edges[i - 1] ?? edge));
      const offsets = measurement.rows.map((row) => Number(row.offset_ns));
      assert.ok(Math.max(...gaps, ...offsets) > 2.5e9, `${gaps} ${offsets}`);
    },
  );
});
