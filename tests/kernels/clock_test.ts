import assert from "node:assert/strict";
import { EXECUTABLE, executableLibraries } from "../../build/parts/executable.ts";
import type { Guest } from "../../guest/vm/boot.ts";
import { parseMeasurement } from "../harness/measurement.ts";
import { text } from "../harness/driven_guest.ts";
import { kernelGuest } from "../harness/kernel_guest.ts";

const RUNS = 12;
const HOUR_NS = 3_600_000_000_000;

/** Shell functions: wait until a file has the row of a run, at most five minutes; one probe run into a file. */
const PRELUDE = `
row() { i=0; until grep -q "^$1," "$2" 2>/dev/null; do i=$((i+1)); [ $i -le 3000 ] || exit 99; sleep 0.1; done; }
run() { out=$1; shift; rm -f $out; probe run --env vm --out $out "$@" >$out.said 2>&1; echo $? >$out.code; }
`;

/** Every run once, and no edge that was placed by the clock's setting from before or after it was set. */
async function assertNoLie(guest: Guest, out: string): Promise<string> {
  const said = await text(guest, `cat ${out}.said`);
  assert.equal((await text(guest, `cat ${out}.code`)).trim(), "0", said);
  const { rows, end } = parseMeasurement(new TextDecoder().decode(await guest.readFile(out)));
  assert.deepEqual(rows.map(({ run }) => Number(run)), Array.from({ length: RUNS }, (_, i) => i + 1));
  assert.equal(end?.rows, RUNS);
  for (const row of rows) {
    if (row.status !== "complete") continue;
    assert.ok(BigInt(row.edge_ns) <= BigInt(row.ttwu_ns), JSON.stringify(row));
    assert.ok(Number(row.offset_ns) < HOUR_NS / 2, JSON.stringify(row));
    assert.ok(Math.abs(Number(row.realtime_step_ns)) < HOUR_NS / 2, JSON.stringify(row));
  }
  return said;
}

/** How long the machine sleeps: a time, because the test is about it. */
const ASLEEP_MS = 3_000;

/** Wakes the machine up each time it has slept this long; ends with QEMU. */
async function wakeUp(qmp: Deno.Conn): Promise<void> {
  const say = (command: string) => qmp.write(new TextEncoder().encode(`{"execute":"${command}"}\n`));
  await say("qmp_capabilities");
  for await (const text of qmp.readable.pipeThrough(new TextDecoderStream())) {
    if (!text.includes('"SUSPEND"')) continue;
    await new Promise((resolve) => setTimeout(resolve, ASLEEP_MS));
    await say("system_wakeup");
  }
}

/** CLOCK_REALTIME minus CLOCK_MONOTONIC, ns, according to the kernel's timers. */
const DIFFERENCE = "sed -n '/ktime_get_real$/{n;s/[^0-9]//g;p;q}' /proc/timer_list";

const ROUNDING_NS = 1_000_000;

interface Asleep {
  readonly periodNs: number;
  /** {@linkcode DIFFERENCE} before the machine slept, and after. */
  readonly differences: readonly [bigint, bigint];
}

/**
 * Every run once. Each edge lies on a multiple of the period, on the clock either before or since the sleep;
 * a row during which the machine slept says so.
 */
async function assertSlept(guest: Guest, out: string, { periodNs, differences }: Asleep) {
  const said = await text(guest, `cat ${out}.said`);
  const { rows } = parseMeasurement(new TextDecoder().decode(await guest.readFile(out)));
  assert.deepEqual(rows.map(({ run }) => Number(run)), rows.map((_, i) => i + 1));
  const sleptNs = Number(differences[1] - differences[0]);
  const counts: [before: number, after: number] = [0, 0];
  let stepped = 0;
  for (const row of rows.filter(({ status }) => status === "complete")) {
    const where = JSON.stringify(row);
    assert.ok(Number(row.offset_ns) >= 0 && BigInt(row.edge_ns) <= BigInt(row.ttwu_ns), where);
    const side = differences.findIndex((difference) => {
      const phase = Number((BigInt(row.edge_ns) + difference) % BigInt(periodNs));
      return Math.min(phase, periodNs - phase) < ROUNDING_NS;
    });
    assert.ok(side === 1 || (side === 0 && counts[1] === 0), where);
    counts[side as 0 | 1]++;
    const step = Number(row.realtime_step_ns);
    if (Math.abs(step) < ROUNDING_NS) continue;
    assert.ok(Math.abs(step - sleptNs) < ROUNDING_NS, where);
    stepped++;
  }
  assert.ok(counts[0] > 0 && counts[1] > 0, `${counts} ${said}`);
  return { stepped, repeats: said.match(/^notice: run \d+ was done again: /gm)?.length ?? 0, said };
}

Deno.test("a clock that is set in the middle of a series, and a machine that sleeps", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "probe-qmp-" });
  await using guest = await kernelGuest("trixie-cloud", {
    files: [{ path: "/bin/probe", source: EXECUTABLE }],
    libraries: executableLibraries(),
    memoryMiB: 2048,
    qemuArgs: ["-qmp", `unix:${folder}/qmp,server=on,wait=off`],
  });
  const qmp = await Deno.connect({ transport: "unix", path: `${folder}/qmp` });
  await Deno.remove(folder, { recursive: true });
  const waking = wakeUp(qmp);

  for (const [way, sign] of [["back", "-"], ["forward", "+"]] as const) {
    await t.step(`a clock set ${way} by an hour hangs no run and moves no edge`, async () => {
      const out = `/root/${way}`;
      await text(
        guest,
        `${PRELUDE}
        run ${out} --runs ${RUNS} --period 2s & probe=$!
        row 3 ${out}; sleep 1; date -s @$(( $(date +%s) ${sign} 3600 )) >/dev/null; wait $probe`,
      );
      await assertNoLie(guest, out);
    });
  }

  await t.step(
    "a machine that sleeps moves no edge, and the run in flight is done again or says so",
    async () => {
      // A second sleep of this machine would end at once: its firmware wakes up because of the first.
      const said = await text(
        guest,
        `${PRELUDE}
      run /root/slow --runs 8 --period 2s & slow=$!
      run /root/fast --runs 100000 --period 200ms --wake timer,pipe,futex,eventfd,signal & fast=$!
      row 3 /root/slow; row 5 /root/fast
      ${DIFFERENCE}; echo mem >/sys/power/state; ${DIFFERENCE}
      wait $slow; row $(($(grep -c '^[0-9]' /root/fast) + 5)) /root/fast
      kill -INT $(pidof probe); wait $fast`,
      );
      const [before, after] = said.split("\n").map(BigInt);
      const differences = [before!, after!] as const;
      assert.ok(after! - before! > 1_000_000_000n, said);
      const slow = await assertSlept(guest, "/root/slow", { periodNs: 2e9, differences });
      assert.match(slow.said, /^8 of 8 runs written to /m);
      const fast = await assertSlept(guest, "/root/fast", { periodNs: 2e8, differences });
      assert.match(fast.said, /^probe: interrupted at run /m);
      // At most one run of a series is in flight when the machine falls asleep, none between two series. A
      // repeated run may have to be repeated again while the machine is still waking up.
      for (const { stepped, repeats, said } of [slow, fast]) assert.ok(stepped + repeats <= 2, said);
    },
  );

  await guest.close();
  await waking;
});
