/** The same pulses on both sides: a PPS device in the emulated host, and a VM that has none. */

import assert from "node:assert/strict";
import { type HostEvents, parseHostEvents } from "../../../analysis/host/host_events.ts";
import { abInEmulatedHost, startEmulatedHost } from "../../../build/tasks/emulated_host.ts";
import { compiled } from "../../harness/compiled.ts";
import { assertRow, type Measurement, parseMeasurement, type TextRow } from "../../harness/measurement.ts";
import { type Attempt, measuredInLab } from "./lab_attempts.ts";

const RUNS = 10;
const RUNBOOK = `runs = ${RUNS}\nblocks = 2\nrequire = "tracepoint"\n`;
/** A parallel port, whose pulses the program pulses.c makes. */
const PORT = ["-chardev", "null,id=port", "-device", "isa-parallel,chardev=port"];
const MODULES = [
  "drivers/parport/parport.ko",
  "drivers/parport/parport_pc.ko",
  "drivers/pps/clients/pps_parport.ko clear_wait=0",
];
/** Every third second has no pulse, so that some are foreseen that do not come. */
const START = `setsid /bin/pulses in-phase >/pulses 2>&1 </dev/null 3<&- & pulses=$!
until [ -s /pulses ]; do sleep 0.1; kill -0 $pulses || exit 1; done
setsid sh -c "while sleep 3; do kill -USR1 $pulses; done" >/dev/null 2>&1 </dev/null 3<&- &`;

interface Pulse {
  /** CLOCK_MONOTONIC of the host at the assert, ns. */
  readonly ns: bigint;
  readonly uncertaintyNs: bigint;
}

interface Measured {
  readonly stderr: string;
  readonly host: Measurement;
  readonly vm: Measurement;
  readonly events: HostEvents;
  readonly pulses: readonly Pulse[];
}

async function measureOnce({ cpus, limitMs }: Attempt): Promise<Measured> {
  await using host = await startEmulatedHost({
    cpus,
    onConsole: (line) => console.error(`host | ${line}`),
    qemuArgs: PORT,
    furtherModules: MODULES,
    files: [
      { path: "/bin/pulses", source: await compiled("tests/harness/programs/pulses.c") },
      { path: "/runbook.toml", source: new TextEncoder().encode(RUNBOOK), mode: 0o644 },
    ],
  });
  const read = async (path: string) => new TextDecoder().decode(await host.readFile(path));
  const started = await host.run(["sh", "-c", START]);
  assert.equal(started.code, 0, started.stderr);
  const args = ["--trigger", "pps:/dev/pps0", "--runbook", "/runbook.toml"];
  const { code, stderr, files } = await abInEmulatedHost(host, args, limitMs);
  assert.equal(code, 0, stderr);
  const events = parseHostEvents(await read("/ab/vm.host.jsonl"));
  assert.ok(typeof events === "object", String(events));
  const [a, b] = files.map((file) => new TextDecoder().decode(file));
  const pulses = (await read("/pulses")).trim().split("\n").map(pulseOf);
  return { stderr, events, pulses, host: parseMeasurement(a!), vm: parseMeasurement(b!) };
}

function pulseOf(line: string): Pulse {
  const [real, difference, uncertainty] = line.split(" ").map(BigInt);
  return { ns: real! - difference!, uncertaintyNs: uncertainty! };
}

/** The pulse that is this instant of the host, within so many ns; undefined: none is. */
function pulseAt(pulses: readonly Pulse[], ns: bigint, within: bigint): Pulse | undefined {
  return pulses.find((pulse) => {
    const apart = pulse.ns - ns;
    return (apart < 0n ? -apart : apart) <= within + pulse.uncertaintyNs;
  });
}

/** A time of the row on the host's clock, by the file of the host's events. */
function onHost(row: TextRow, ns: string, { runs }: HostEvents): { ns: bigint; within: bigint } | null {
  const record = runs.find(({ run }) => `${run}` === row.run);
  if (record === undefined) return null;
  return {
    ns: BigInt(record.host_ttwu_at_ns) + BigInt(ns) - BigInt(record.ttwu_ns),
    within: BigInt(record.uncertainty_ns) + BigInt(row.clock_map_uncertainty_ns || 0),
  };
}

/** A pulse is only taken for the foreseen one when it came within this. */
const WINDOW_NS = 20_000_000n;

Deno.test("host and VM are measured against the same pulses, and none is made up", async (t) => {
  const { stderr, host, vm, events, pulses } = await measuredInLab(measureOnce);
  const told = vm.rows.filter(({ edge_ns }) => edge_ns !== "");
  await t.step("each side says whose pulses they were, and the VM was woken by its timer", () => {
    assert.deepEqual([host.meta.pulse, vm.meta.pulse], ["device", "foreseen"]);
    assert.equal(host.meta.runbook_sha256, vm.meta.runbook_sha256);
    assert.match(stderr, /^the guest has no PPS device: its timer stands for the pulses of \/dev\/pps0,/m);
    assert.deepEqual(new Set(host.rows.map(({ wake }) => wake)), new Set(["pps"]));
    assert.deepEqual(new Set(vm.rows.map(({ wake }) => wake)), new Set(["timer"]));
  });
  await t.step("the host's edges are pulses", () => {
    assert.equal(host.rows.length, RUNS);
    for (const row of host.rows) {
      if (row.status !== "complete") continue;
      assertRow(row);
      const pulse = pulseAt(pulses, BigInt(row.edge_ns), BigInt(host.meta.edge_uncertainty_ns));
      assert.ok(pulse !== undefined, JSON.stringify(row));
    }
  });
  await t.step("each edge of the VM is another pulse of the host, as the host stamped it", () => {
    assert.ok(told.length >= RUNS / 3, `${told.length} edges: ${stderr}`);
    const taken = told.map((row) => {
      assert.equal(BigInt(row.offset_ns), BigInt(row.tkread_ns) - BigInt(row.edge_ns));
      assert.ok(BigInt(row.clock_map_uncertainty_ns) < 50_000n, row.clock_map_uncertainty_ns);
      const placed = onHost(row, row.edge_ns, events);
      if (placed === null) return null;
      const pulse = pulseAt(pulses, placed.ns, placed.within);
      assert.ok(pulse !== undefined, `${JSON.stringify(row)} ${placed.ns}`);
      return pulse;
    }).filter((pulse) => pulse !== null);
    assert.ok(taken.length > 0);
    assert.equal(new Set(taken).size, taken.length);
  });
  await t.step(
    "where no pulse came the edge is empty and says why, the row is complete, and the host's part is there",
    () => {
      const untold = vm.rows.filter(({ edge_ns }) => edge_ns === "");
      assert.equal(vm.rows.length, RUNS);
      assert.ok(untold.length > 0);
      for (const row of vm.rows) {
        assert.ok(row.foreseen_ns !== "");
        const foreseen = onHost(row, row.foreseen_ns, events);
        if (foreseen === null) continue;
        const came = pulseAt(pulses, foreseen.ns, WINDOW_NS) !== undefined;
        assert.equal(row.edge_ns !== "", came, JSON.stringify(row));
      }
      for (const row of untold) {
        assertRow(row, "untold");
        assert.equal(row.offset_ns, "");
      }
      assert.match(stderr, /^notice: the edge of \d rows? of the VM is empty: no pulse came within 20 ms /m);
    },
  );
});
