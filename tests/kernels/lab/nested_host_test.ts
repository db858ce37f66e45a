import assert from "node:assert/strict";
import { type HostEvents, parseHostEvents } from "../../../analysis/host/host_events.ts";
import { abInEmulatedHost, startEmulatedHost } from "../../../build/tasks/emulated_host.ts";
import { compiled } from "../../harness/compiled.ts";
import {
  assertHostPart,
  HOGGED,
  hoggedRuns,
  runsAround,
  STOPPED,
  stoppedRuns,
} from "../../runbook/vcpu/lab_fixture.ts";
import { type Attempt, measuredInLab } from "./lab_attempts.ts";
import { assertSound, type Measurement, parseMeasurement } from "../../harness/measurement.ts";

const RUNS = 12;
/**
 * Tracepoints are enough, and the emulation loses fewer machines whose text is not patched. With two blocks the VM
 * stays up, so that its rows can be watched from its host.
 */
const RUNBOOK = `runs = ${RUNS}\nblocks = 2\nperiod = "1s"\nrequire = "tracepoint"\n`;

/** Where the hogs' program writes which edges they were around, and around which the VM was stopped. */
const HOGS = "/hogged";

interface Measured {
  readonly stderr: string;
  readonly vm: Measurement;
  readonly events: HostEvents;
  /** Edges that were hogged, in ns of the VM, and those at which hogs or signals came late. */
  readonly hogged: readonly bigint[];
  readonly late: readonly bigint[];
  /** Edges around which the VM's process was stopped. */
  readonly stopped: readonly bigint[];
}

async function measureOnce({ cpus, limitMs }: Attempt): Promise<Measured> {
  await using host = await startEmulatedHost({
    cpus,
    onConsole: (line) => console.error(`host | ${line}`),
    files: [
      { path: "/bin/hog_edges", source: await compiled("tests/harness/programs/hog_edges.c") },
      { path: "/runbook.toml", source: new TextEncoder().encode(RUNBOOK), mode: 0o644 },
    ],
  });
  const occupied = [...HOGGED.map(String), `${STOPPED}s`].toSorted((a, b) => parseInt(a) - parseInt(b));
  await host.run(["sh", "-c", `setsid /bin/hog_edges ${occupied.join(" ")} >${HOGS} </dev/null 3<&- &`]);
  const { code, stderr, files } = await abInEmulatedHost(host, ["--runbook", "/runbook.toml"], limitMs);
  assert.equal(code, 0, stderr);
  const events = parseHostEvents(new TextDecoder().decode(await host.readFile("/ab/vm.host.jsonl")));
  assert.ok(typeof events === "object", String(events));
  const lines = new TextDecoder().decode(await host.readFile(HOGS)).trim().split("\n");
  const edgesOf = (how: RegExp) =>
    lines.filter((line) => how.test(line)).map((line) => BigInt(line.split(" ")[1]!));
  return {
    stderr,
    hogged: edgesOf(/^hog \d+$/),
    stopped: edgesOf(/^stop \d+$/),
    late: edgesOf(/ late$/),
    vm: parseMeasurement(new TextDecoder().decode(files[1]!)),
    events,
  };
}

Deno.test("the VM's rows have the host's part: hogs show in the runs around which they were, and in no others", async (t) => {
  const { stderr, vm, events, hogged, stopped, late } = await measuredInLab(measureOnce);
  await t.step("all rows are complete, and every hook of the host is attached", () => {
    assertSound(vm, RUNS);
    assert.deepEqual(vm.meta.host_part?.reasons, [], stderr);
    assert.deepEqual(vm.meta.host_part?.hooks.filter(({ attached }) => !attached), []);
  });
  await t.step("mapped times never run backwards, and the VM's own lie in guest mode", () => {
    assertHostPart(vm.rows, events);
  });
  const unsure = runsAround(vm.rows, late);
  const surely = (runs: readonly number[]) => runs.filter((run) => !unsure.includes(run));
  await t.step("the hogged runs name the hog, and no others do", () => {
    const expected = runsAround(vm.rows, hogged);
    assert.ok(
      expected.length >= HOGGED.length && expected.length < RUNS / 2,
      `hogged edges: ${hogged.join(", ")}`,
    );
    assert.deepEqual(surely(hoggedRuns(vm.rows)), expected);
  });
  await t.step(
    "the runs at whose edge a signal stopped the VM say so, no others do, and the VM itself cannot",
    () => {
      const expected = runsAround(vm.rows, stopped);
      assert.ok(expected.length >= 1 && expected.length < RUNS / 2, `stopped edges: ${stopped.join(", ")}`);
      assert.deepEqual(surely(stoppedRuns(vm.rows)), expected);
      for (const row of vm.rows.filter(({ run }) => expected.includes(Number(run)))) {
        // A stopped thread does not wait for a CPU, so KVM counts nothing as stolen (record_steal_time(), 6.12).
        assert.ok(Number(row.part_steal_ns || 0) < 10_000_000, row.part_steal_ns);
      }
    },
  );
});
