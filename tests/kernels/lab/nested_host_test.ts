import assert from "node:assert/strict";
import { type HostEvents, parseHostEvents } from "../../../analysis/host/host_events.ts";
import { abInEmulatedHost, startEmulatedHost } from "../../../build/tasks/emulated_host.ts";
import { compiled } from "../../harness/compiled.ts";
import { assertHostPart, HOGGED, hoggedRuns, runsAround } from "../../runbook/vcpu/lab_fixture.ts";
import { type Attempt, measuredInLab } from "./lab_attempts.ts";
import { assertSound, type Measurement, parseMeasurement } from "../../harness/measurement.ts";

const RUNS = 12;
/**
 * Tracepoints are enough, and the emulation loses fewer machines whose text is not patched. With two blocks the VM
 * stays up, so that its rows can be watched from its host.
 */
const RUNBOOK = `runs = ${RUNS}\nblocks = 2\nperiod = "1s"\nrequire = "tracepoint"\n`;

/** Where the hogs' program writes which edges they were around. */
const HOGS = "/hogged";

interface Measured {
  readonly stderr: string;
  readonly vm: Measurement;
  readonly events: HostEvents;
  /** Edges that were hogged, in ns of the VM, and those at which a hog came late. */
  readonly hogged: readonly bigint[];
  readonly late: readonly bigint[];
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
  await host.run(["sh", "-c", `setsid /bin/hog_edges ${HOGGED.join(" ")} >${HOGS} </dev/null 3<&- &`]);
  const { code, stderr, files } = await abInEmulatedHost(host, ["--runbook", "/runbook.toml"], limitMs);
  assert.equal(code, 0, stderr);
  const events = parseHostEvents(new TextDecoder().decode(await host.readFile("/ab/vm.host.jsonl")));
  assert.ok(typeof events === "object", String(events));
  const lines = new TextDecoder().decode(await host.readFile(HOGS)).trim().split("\n");
  const [late, hogged] = [true, false].map((isLate) =>
    lines.filter((line) => line.endsWith(" late") === isLate).map((line) => BigInt(line.split(" ")[0]!))
  );
  return {
    stderr,
    hogged: hogged!,
    late: late!,
    vm: parseMeasurement(new TextDecoder().decode(files[1]!)),
    events,
  };
}

Deno.test("the VM's rows have the host's part: hogs show in the runs around which they were, and in no others", async (t) => {
  const { stderr, vm, events, hogged, late } = await measuredInLab(measureOnce);
  await t.step("all rows are complete, and every hook of the host is attached", () => {
    assertSound(vm, RUNS);
    assert.deepEqual(vm.meta.host_part?.reasons, [], stderr);
    assert.deepEqual(vm.meta.host_part?.hooks.filter(({ attached }) => !attached), []);
  });
  await t.step("mapped times never run backwards, and the VM's own lie in guest mode", () => {
    assertHostPart(vm.rows, events);
  });
  await t.step("the hogged runs name the hog, and no others do", () => {
    const expected = runsAround(vm.rows, hogged);
    assert.ok(
      expected.length >= HOGGED.length && expected.length < RUNS / 2,
      `hogged edges: ${hogged.join(", ")}`,
    );
    const unsure = runsAround(vm.rows, late);
    assert.deepEqual(hoggedRuns(vm.rows).filter((run) => !unsure.includes(run)), expected);
  });
});
