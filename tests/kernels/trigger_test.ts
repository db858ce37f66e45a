import assert from "node:assert/strict";
import { EXECUTABLE, executableLibraries } from "../../build/parts/executable.ts";
import { fetchKernel } from "../../build/debian/kernels.ts";
import type { Guest } from "../../guest/vm/boot.ts";
import { type Wake, WAKES, wakesFor } from "../../runbook/protocol/wakes.ts";
import { assertRow, type Measurement, parseMeasurement, type TextRow } from "../harness/measurement.ts";
import { compiled } from "../harness/compiled.ts";
import { kernelGuest } from "../harness/kernel_guest.ts";

const MODULES = ["parport/parport", "parport/parport_pc", "pps/clients/pps_parport"];
const OUT = "/tmp/out.csv";
const LOG = "/tmp/log";
const PULSES = "/tmp/pulses";

/** A guest with a real /dev/pps0: a parallel port, whose pulses the program /bin/pulses makes. */
async function pulsedGuest(): Promise<Guest> {
  const { modulesDir } = await fetchKernel("bookworm-full");
  const program = await Deno.makeTempFile();
  try {
    const { success, stderr } = await new Deno.Command("clang", {
      args: [
        "-O2",
        "-static",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-o",
        program,
        "tests/harness/programs/pulses.c",
      ],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const guest = await kernelGuest("bookworm-full", {
      files: [
        { path: "/bin/probe", source: EXECUTABLE },
        { path: "/bin/pulses", source: program },
        { path: "/bin/waits", source: await compiled("tests/harness/programs/waits.c") },
        ...MODULES.map((module) => ({
          path: `/opt/${module.slice(module.lastIndexOf("/") + 1)}.ko`,
          source: `${modulesDir}/kernel/drivers/${module}.ko`,
        })),
      ],
      libraries: executableLibraries(),
      memoryMiB: 1536,
      qemuArgs: ["-chardev", "null,id=port", "-device", "isa-parallel,chardev=port"],
    });
    await shell(guest, "insmod /opt/parport.ko; insmod /opt/parport_pc.ko");
    await shell(guest, "insmod /opt/pps_parport.ko clear_wait=0 && [ -c /dev/pps0 ]");
    return guest;
  } finally {
    await Deno.remove(program);
  }
}

async function shell(guest: Guest, script: string): Promise<string> {
  const { code, stdout, stderr } = await guest.run(["sh", "-c", script], { timeoutMs: 600_000 });
  assert.equal(code, 0, `${script}: ${stdout} ${stderr}`);
  return stdout;
}

/** Number of rows in the file by now. */
const ROWS = `$(grep -c '^[0-9]' ${OUT})`;

/** Stops the pulses, after the line of each pulse so far, so that a SIGCONT starts them again. */
const STOP_PULSES = `kill -USR2 $pulses; until grep -q '^State:.T' /proc/$pulses/status; do sleep 0.1; done`;

/** Stops the pulses, and waits until a run waits for one. */
const SILENCE = `${STOP_PULSES}; before=; until [ "$before" = "${ROWS}" ]; do before=${ROWS}; sleep 2; done`;

/** Waits until the target waits for a pulse: it is in ioctl(), number 16. */
const WAITING = `is_waiting() { for at in /proc/$probe/task/*; do
  [ "$(cat $at/comm)" = probe-target ] && grep -q '^16 ' $at/syscall && return 0; done; return 1; }
until is_waiting; do sleep 0.1; done`;

/**
 * Starts pulses and `probe run` with these options, then runs the script beside them. The script finds their
 * process ids in $pulses and $probe.
 *
 * @returns how probe ended and what it printed; its file; the pulses according to the kernel's sysfs
 */
async function series(guest: Guest, options: string, script: string) {
  const said = await shell(
    guest,
    `rm -f ${OUT}
pulses >${PULSES} 2>&1 & pulses=$!
probe run ${options} --out ${OUT} >${LOG} 2>&1 & probe=$!
rows() { until [ "${ROWS}" -ge "$1" ]; do sleep 0.1; kill -0 $probe || exit 1; done; }
${script}
wait $probe; echo "code $?"
kill -CONT $pulses; kill $pulses; wait $pulses; cat ${LOG}`,
  );
  const read = async (path: string) => new TextDecoder().decode(await guest.readFile(path));
  return {
    code: Number(/^code (\d+)$/m.exec(said)?.[1] ?? NaN),
    said,
    measurement: parseMeasurement(await read(OUT)),
    pulses: (await read(PULSES)).trim().split("\n").map(pulseOf),
  };
}

interface Pulse {
  /** CLOCK_MONOTONIC of the assert, from the difference of the clocks just after it. */
  readonly monoNs: bigint;
  readonly uncertaintyNs: bigint;
  readonly sequence: number;
}

function pulseOf(line: string): Pulse {
  const [real, difference, uncertainty, sequence] = line.split(" ");
  return {
    monoNs: BigInt(real!) - BigInt(difference!),
    uncertaintyNs: BigInt(uncertainty!),
    sequence: Number(sequence),
  };
}

/** The pulse whose assert is the row's edge; it is also the last one before the row's wakeup. */
function pulseFor(row: TextRow, pulses: readonly Pulse[], { meta }: Measurement): Pulse {
  const edge = BigInt(row.edge_ns);
  const said = `${JSON.stringify(row)} ${pulses.map(({ monoNs }) => monoNs)}`;
  const apart = ({ monoNs }: Pulse) => Math.abs(Number(edge - monoNs));
  // The nearest: a guest that stands still while a pulse's clocks are read knows it to seconds only.
  const found = pulses.reduce((best, pulse, at) => apart(pulse) < apart(pulses[best]!) ? at : best, 0);
  const unsure = Number(pulses[found]!.uncertaintyNs) + Number(meta.edge_uncertainty_ns);
  assert.ok(apart(pulses[found]!) <= unsure, said);
  assert.ok(BigInt(row.ttwu_ns) >= edge, said);
  const next = pulses[found + 1];
  assert.ok(next === undefined || BigInt(row.ttwu_ns) < next.monoNs, said);
  return pulses[found]!;
}

/**
 * Each row's edge is a different pulse, and the end line accounts for those between them.
 *
 * @param leftOut pulses that were left out on purpose; a guest that stands still for seconds leaves out others
 */
function assertAccounted(measurement: Measurement, pulses: readonly Pulse[], leftOut: number): void {
  const taken = measurement.rows.map((row) => pulseFor(row, pulses, measurement));
  const numbers = taken.map(({ sequence }) => sequence);
  assert.deepEqual(numbers, [...new Set(numbers)].toSorted((a, b) => a - b));
  let absent = 0;
  for (const [at, { monoNs, sequence }] of taken.entries()) {
    const before = taken[at - 1];
    if (before === undefined) continue;
    const seconds = Math.round(Number(monoNs - before.monoNs) / 1e9);
    absent += Math.max(0, seconds - (sequence - before.sequence));
  }
  assert.ok(absent >= leftOut, `${absent} did not come`);
  const came = numbers.at(-1)! - numbers[0]! + 1;
  assert.deepEqual(measurement.end?.edges, { missed: came - numbers.length, absent }, numbers.join(" "));
}

function assertWoken(measurement: Measurement, { name, sync, callers }: Wake): void {
  const rows = measurement.rows.filter(({ wake }) => wake === name);
  assert.ok(rows.length > 0, name);
  for (const row of rows) {
    const stack = measurement.stacks.get(row.ttwu_stack) ?? [];
    const said = `${JSON.stringify(row)} ${stack.join(";")}`;
    assert.ok(callers.some((caller) => stack.includes(caller)), said);
    assert.equal(Number(row.wake_flags_entry), sync ? 0x10 : 0, said);
  }
}

Deno.test("pulses of a real PPS device", async (t) => {
  await using guest = await pulsedGuest();

  await t.step(
    "each run's edge is the kernel's own timestamp of the pulse that woke the target",
    async () => {
      const { code, said, measurement, pulses } = await series(
        guest,
        "--trigger pps:/dev/pps0 --runs 12",
        "",
      );
      assert.equal(code, 0, said);
      assert.match(said, /^ {2}edges +from \/dev\/pps0: \d+ came between runs, \d+ did not come$/m);
      assert.equal(measurement.rows.length, 12);
      for (const row of measurement.rows) assertRow(row);
      assertAccounted(measurement, pulses, 0);
      assertWoken(measurement, WAKES.find(({ name }) => name === "pps")!);
      const { runbook, trigger_device } = measurement.meta;
      assert.deepEqual([runbook.trigger, runbook.wake, trigger_device], ["pps", "pps", "/dev/pps0"]);
      // The interrupt reads the clock itself before its wakeup.
      for (const row of measurement.rows) assert.notEqual(row.tkread_function, "ktime_get_snapshot");
    },
  );

  await t.step("a pulse that is left out, and pulses while nobody runs, are no wrong edges", async () => {
    const { code, said, measurement, pulses } = await series(
      guest,
      "--trigger pps --runs 9",
      "rows 2; kill -USR1 $pulses; rows 5; kill -STOP $probe; sleep 3; kill -CONT $probe",
    );
    assert.equal(code, 0, said);
    assert.equal(measurement.rows.length, 9);
    for (const row of measurement.rows) assertRow(row);
    assertAccounted(measurement, pulses, 1);
    assert.ok((measurement.end?.edges?.missed ?? 0) >= 1, said);
  });

  await t.step(
    "a wait that a stop of the process cut short is not a run, and what was seen of it is nobody's",
    async () => {
      const { code, said, measurement, pulses } = await series(
        guest,
        "--trigger pps --runs 5",
        `rows 2; ${SILENCE}
kill -STOP $probe; sleep 1; kill -CONT $probe; rows $((before + 1)); kill -CONT $pulses`,
      );
      assert.equal(code, 0, said);
      assert.equal(measurement.rows.length, 5);
      // The signal of the stop woke the target, which read the clock; that wait was given up, and the next
      // one was silent.
      const silent = measurement.rows.filter(({ status }) => status !== "complete");
      assert.deepEqual(silent.map(({ status, last_stage }) => [status, last_stage]), [["timeout", "none"]]);
      for (const row of measurement.rows) {
        if (silent.includes(row)) continue;
        assertRow(row);
        pulseFor(row, pulses, measurement);
      }
    },
  );

  await t.step("a task that waits for the pulses itself is followed from each of them", async () => {
    const waits = await shell(guest, "waits /dev/pps0 >/dev/null 2>&1 & echo $!");
    const { code, said, measurement, pulses } = await series(
      guest,
      "--trigger pps --target comm:waits --runs 6",
      "",
    );
    await shell(guest, `kill ${waits}`);
    assert.equal(code, 0, said);
    assert.equal(measurement.rows.length, 6);
    for (const row of measurement.rows) {
      assert.deepEqual([row.status, row.comm, row.wake], ["complete", "waits", "own"], JSON.stringify(row));
      // Woken by the pulse that is its edge, not by the one after it.
      pulseFor(row, pulses, measurement);
    }
    assertAccounted(measurement, pulses, 0);
    const { callers } = WAKES.find(({ name }) => name === "pps")!;
    for (const { ttwu_stack } of measurement.rows) {
      const stack = measurement.stacks.get(ttwu_stack) ?? [];
      assert.ok(callers.some((caller) => stack.includes(caller)), stack.join(";"));
    }
  });

  await t.step("another thread can wake the target after the pulse", async () => {
    const wakes = wakesFor("pps");
    const list = wakes.map(({ name }) => name).join(",");
    const { code, said, measurement, pulses } = await series(
      guest,
      `--trigger pps --runs ${2 * wakes.length} --wake ${list}`,
      "",
    );
    assert.equal(code, 0, said);
    for (const row of measurement.rows) assertRow(row);
    assertAccounted(measurement, pulses, 0);
    for (const wake of wakes) assertWoken(measurement, wake);
  });

  await t.step("when the clock is set during the wait the edge is not known, and not guessed", async () => {
    const { code, said, measurement, pulses } = await series(
      guest,
      "--trigger pps --runs 6",
      `rows 2; ${SILENCE}; rows $((before + 1)); ${WAITING}
date -s @$(($(date +%s) + 1000)) >/dev/null; kill -CONT $pulses`,
    );
    assert.equal(code, 0, said);
    const complete = measurement.rows.filter(({ status }) => status === "complete");
    const untold = complete.filter(({ edge_ns }) => edge_ns === "");
    assert.equal(untold.length, 1, JSON.stringify(measurement.rows));
    assertRow(untold[0]!, "untold");
    assert.ok(Math.abs(Number(untold[0]!.realtime_step_ns) / 1e9 - 1000) < 2, untold[0]!.realtime_step_ns);
    for (const row of complete) {
      if (row === untold[0]) continue;
      assertRow(row);
      pulseFor(row, pulses, measurement);
    }
  });

  for (const [wake, what] of [["pps", "itself"], ["pipe", "through a waker"]] as const) {
    await t.step(`pulses that stop end the series, woken ${what}, with its rows on disk`, async () => {
      const options = `--trigger pps --wake ${wake} --runs 30`;
      const { code, said, measurement, pulses } = await series(guest, options, `rows 3; ${STOP_PULSES}`);
      assert.equal(code, 1, said);
      assert.match(
        said,
        /^probe: \/dev\/pps0 has stopped: 3 runs up to run \d+ waited for an edge, each for 5 s/m,
      );
      assert.equal(measurement.end, null);
      const [complete, silent] = [measurement.rows.slice(0, -3), measurement.rows.slice(-3)];
      assert.ok(complete.length >= 3, said);
      for (const row of complete) {
        assertRow(row);
        pulseFor(row, pulses, measurement);
      }
      for (const { status, last_stage, edge_ns, ttwu_ns } of silent) {
        assert.deepEqual([status, last_stage, edge_ns, ttwu_ns], ["timeout", "none", "", ""]);
      }
    });
  }

  await t.step("Ctrl-C ends a wait for a pulse that does not come", async () => {
    for (const wake of ["pps", "pipe"]) {
      const { code, said, measurement } = await series(
        guest,
        `--trigger pps --wake ${wake} --runs 30`,
        `rows 2; ${STOP_PULSES}; sleep 2; kill -INT $probe`,
      );
      assert.equal(code, 130, said);
      assert.match(said, /^probe: interrupted at run \d+ of 30/m);
      assert.ok(measurement.rows.length >= 2, said);
    }
  });

  await t.step("a PPS device that is not there is refused with those that are", async () => {
    for (const path of ["/dev/pps7", "/dev/null"]) {
      const { code, stderr } = await guest.run([
        "probe",
        "run",
        "--trigger",
        `pps:${path}`,
        "--out",
        "/tmp/refused.csv",
      ]);
      assert.equal(code, 3, stderr);
      const reason = path === "/dev/null"
        ? "it is not a device of that kind \\(ENOTTY\\)"
        : "there is no such device \\(found: /dev/pps0 \\(pps_parport\\)\\); use --trigger pps:/dev/pps0";
      assert.match(stderr, new RegExp(`^probe: cannot take edges from ${path}: ${reason}`, "m"));
    }
  });
});

Deno.test("update interrupts of the real-time clock wake the target, and tell no edge", async () => {
  await using guest = await kernelGuest("trixie-cloud", {
    files: [
      { path: "/bin/probe", source: EXECUTABLE },
      { path: "/bin/waits", source: await compiled("tests/harness/programs/waits.c") },
    ],
    libraries: executableLibraries(),
    memoryMiB: 1536,
  });
  for (const [wake, options] of [["rtc", ""], ["pipe", "--wake pipe"]] as const) {
    const { code, stdout, stderr } = await guest.run([
      "sh",
      "-c",
      `probe run --trigger rtc ${options} --runs 10 --out /tmp/${wake}.csv`,
    ]);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^ {2}edges +from \/dev\/rtc0: \d+ came between runs, unknown how many did not come$/m,
    );
    assert.match(stdout, /^ {2}offset +0 +-/m);
    const measurement = parseMeasurement(
      new TextDecoder().decode(await guest.readFile(`/tmp/${wake}.csv`)),
    );
    assert.equal(measurement.rows.length, 10);
    for (const row of measurement.rows) assertRow(row, "untold");
    assertWoken(measurement, WAKES.find(({ name }) => name === wake)!);
    assert.equal(measurement.meta.trigger_device, "/dev/rtc0");
  }
  // No other task can read /dev/rtc0, because it is already open. Other tasks wake at their own times.
  const waits = (await shell(guest, "waits >/dev/null 2>&1 & echo $!")).trim();
  const another = ["probe", "run", "--trigger", "rtc", "--target", `pid:${waits}`, "--runs", "5"];
  // A slow guest may be given up; what it has measured remains.
  for (let call = 1;; call++) {
    const resume = call === 1 ? [] : ["--resume"];
    const { code, stderr } = await guest.run([...another, "--out", "/tmp/own.csv", ...resume]);
    if (code === 0) break;
    assert.match(stderr, /none is known to have woken the target|\/dev\/rtc0 has stopped/);
    assert.ok(call < 5, stderr);
  }
  await shell(guest, `kill ${waits}`);
  const own = parseMeasurement(new TextDecoder().decode(await guest.readFile("/tmp/own.csv")));
  assert.equal(own.rows.length, 5);
  for (const row of own.rows) {
    const said = [row.status, row.pid, row.comm, row.wake, row.edge_ns, row.offset_ns];
    assert.deepEqual(said, ["complete", waits, "waits", "own", "", ""], JSON.stringify(row));
    assert.ok(BigInt(row.ttwu_ns) <= BigInt(row.tkread_task_ns), JSON.stringify(row));
  }
  const compared = await guest.run(["probe", "compare", "/tmp/rtc.csv", "/tmp/rtc.csv"]);
  assert.equal(compared.code, 0, compared.stderr);
  assert.match(compared.stdout, /^offset [^]*? NO-DATA$/m);
  const { code, stderr } = await guest.run([
    "sh",
    "-c",
    "exec 3</dev/rtc0; probe run --trigger rtc --out /tmp/busy.csv",
  ]);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /cannot take edges from \/dev\/rtc0: another program has it open \(EBUSY\)/);
});
