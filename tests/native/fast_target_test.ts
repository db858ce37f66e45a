import assert from "node:assert/strict";
import { capture } from "../../build/process/command.ts";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { compiled } from "../harness/compiled.ts";
import { assertRow, parseMeasurement, type TextRow } from "../harness/measurement.ts";

const RUNS = 10;

/** With fewer wakeups between two edges, the target would not be fast. */
const MANY = 1000;

/** Number of wakeups in the pair's own account: more than it makes while the test runs. */
const CAPACITY = 1 << 22;

/**
 * The pair gets one CPU for itself, if allowed: two CPUs would wake each other by interrupts, and other tasks
 * would keep it from running. It is the last CPU, because interrupts mostly go to the first.
 */
const SCRIPT = `
cpu=$(taskset -cp $$ | sed 's/.*[ ,-]//')
chrt -f 1 true && alone="chrt -f 1"
$alone taskset -c $cpu "$1" "$2" & pair=$!
trap 'kill -9 $pair' EXIT
until [ "$(od -An -td8 -N8 "$2")" -gt 0 ]; do kill -0 $pair || exit 99; done
ls /proc/$pair/task >"$3"
"$4" run --require tracepoint --runs ${RUNS} --period 300ms --target pid:$pair --out "$5"
`;

/** What the pair recorded: the clock at each of its wakeups, ascending, ns. */
function accountOf(path: string): BigInt64Array {
  const all = new BigInt64Array(Deno.readFileSync(path).buffer);
  assert.ok(all[0]! < all.length, `${all[0]} wakeups, more than the account can hold`);
  return all.subarray(1, 1 + Number(all[0]));
}

/** How many of them came before that time. */
function before(wakeups: BigInt64Array, ns: bigint): number {
  let [low, high] = [0, wakeups.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (wakeups[middle]! < ns) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The row describes one wakeup of the pair, the first after the edge: its stages lie between the pair's
 * previous read and its own, and no other wakeup lies between it and the edge.
 *
 * @returns what the pair read then, ns
 */
function readOf(row: TextRow, wakeups: BigInt64Array): bigint {
  const own = before(wakeups, BigInt(row.tkread_task_ns));
  const said = `${JSON.stringify(row)}, the pair's reads: ${wakeups.slice(own - 2, own + 2)}`;
  assert.ok(own > 0 && own < wakeups.length, said);
  assert.equal(before(wakeups, BigInt(row.ttwu_ns)), own, said);
  assert.ok(BigInt(row.edge_ns) <= BigInt(row.ttwu_ns), said);
  // The read of a wakeup before the edge may come after it.
  const between = own - before(wakeups, BigInt(row.edge_ns));
  assert.ok(between <= 1, `${between} wakeups between the edge and the one of ${said}`);
  return wakeups[own]!;
}

Deno.test("a target that wakes 100,000 times a second is followed in its first wakeup after each edge", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-fast-" });
  try {
    const [pair, account, tasks, out] = ["pingpong", "account", "tasks", "fast.csv"].map((name) =>
      `${folder}/${name}`
    ) as [string, string, string, string];
    Deno.writeFileSync(pair, await compiled("tests/harness/programs/pingpong.c"), { mode: 0o755 });
    Deno.writeFileSync(account, new Uint8Array(8 * (1 + CAPACITY)));
    const { code, stdout, stderr } = await capture([
      ...["sh", "-c", SCRIPT, "sh"],
      ...[pair, account, tasks, EXECUTABLE, out],
    ]);
    assert.equal(code, 0, stderr);
    const wakeups = accountOf(account);
    const { rows, end } = parseMeasurement(Deno.readTextFileSync(out));

    const [from, to] = [BigInt(rows[0]!.edge_ns), BigInt(rows.at(-1)!.edge_ns)];
    const count = before(wakeups, to) - before(wakeups, from);
    // How fast the pair is depends on the machine; but it must be too fast for every wakeup to be followed.
    console.error(`${Math.round(count / (Number(to - from) / 1e9))} wakeups a second`);
    for (const [i, row] of rows.slice(1).entries()) {
      const between = before(wakeups, BigInt(row.edge_ns)) - before(wakeups, BigInt(rows[i]!.edge_ns));
      assert.ok(between >= MANY, `${between} wakeups between the edges of runs ${i + 1} and ${i + 2}`);
    }

    assert.deepEqual(rows.map((row) => Number(row.run)), Array.from({ length: RUNS }, (_, i) => i + 1));
    assert.deepEqual([end?.rows, end?.lost_events, end?.recursion_misses], [RUNS, 0, 0]);
    const [target, waker] = Deno.readTextFileSync(tasks).trim().split("\n");
    // Some kernels hide some switches (bpf/reads.h, target_runs): such a run lacks its switch-in, or is a
    // timeout.
    const complete = rows.filter(({ status }) => status === "complete");
    for (const row of rows) assert.ok(["complete", "timeout"].includes(row.status), JSON.stringify(row));
    assert.ok(complete.length > 0, stdout);
    assert.equal(end?.complete, complete.length);
    for (const row of complete) {
      const where = JSON.stringify(row);
      // Only the program that made a system call knows what it returned, and what a clock did meanwhile.
      assert.deepEqual([row.tkread_value_ns, row.clock_step_ns, row.realtime_step_ns], ["", "", ""], where);
      const told = {
        tkread_value_ns: String(readOf(row, wakeups)),
        clock_step_ns: "0",
        realtime_step_ns: "0",
      };
      assertRow({ ...row, ...told });
      assert.deepEqual([row.pid, row.comm, row.waker_pid], [target, "pingpong", waker], where);
      assert.deepEqual([row.migrated, row.state_before, row.path], ["false", "0x1", "direct"], where);
      assert.deepEqual([row.self_reads, row.lost_events, row.recursion_misses], ["0", "0", "0"], where);
    }
    assert.equal(new Set(complete.map((row) => row.correlation_id)).size, complete.length);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
