import assert from "node:assert/strict";
import { EXECUTABLE, executableLibraries } from "../../build/parts/executable.ts";
import { parseMeasurement } from "../harness/measurement.ts";
import { setClocksource, text } from "../harness/driven_guest.ts";
import { CLOCKSOURCE_FOLDER, kernelGuest } from "../harness/kernel_guest.ts";

/** What remains where a change is written down; the folder itself may stay. */
const LEFT = `ls -A /run/probe 2>/dev/null; cat ${CLOCKSOURCE_FOLDER}/current_clocksource`;
const TOML = 'clocksource = "tsc"\nperiod = "200ms"\nrequire = "tracepoint"\n';

/**
 * Shell functions: a run, and waiting until its file has the row of a run. The file of an earlier run is
 * removed before the run starts in the background, or its rows would be taken for this one's.
 */
const PRELUDE = `
rm -f /root/out
run() { probe run --runbook /root/lab.toml --out /root/out "$@" >/root/said 2>&1; }
row() { i=0; until grep -q "^$1," /root/out 2>/dev/null; do i=$((i+1)); [ $i -le 1200 ] || exit 99; sleep 0.1; done; }
`;

Deno.test("a declared clocksource is set only when that is allowed, and set back however the call ends", async (t) => {
  await using guest = await kernelGuest("trixie-cloud", {
    files: [{ path: "/bin/probe", source: EXECUTABLE }],
    libraries: executableLibraries(),
    memoryMiB: 2048,
  });
  await guest.writeFile("/root/lab.toml", new TextEncoder().encode(TOML));
  const shell = (script: string) => text(guest, PRELUDE + script);
  const said = () => text(guest, "cat /root/said");
  const clocksources = async () => {
    const { rows } = parseMeasurement(new TextDecoder().decode(await guest.readFile("/root/out")));
    assert.ok(rows.length > 0);
    return [...new Set(rows.map(({ clocksource }) => clocksource))];
  };
  await setClocksource(guest, "acpi_pm");

  await t.step("without --allow-system-changes it is refused, and nothing is changed", async () => {
    assert.equal(await shell(`run; echo $?; ${LEFT}`), "3\nacpi_pm");
    assert.match(await said(), /clocksource is acpi_pm, the runbook wants tsc; available: .*tsc.*; set it/);
  });

  await t.step("with it all runs have it, and the end of the call sets it back", async () => {
    assert.equal(await shell(`run --runs 5 --allow-system-changes; echo $?; ${LEFT}`), "0\nacpi_pm");
    assert.match(await said(), /^setting the clocksource from acpi_pm to tsc; it is set back at the end$/m);
    assert.deepEqual(await clocksources(), ["tsc"]);
    const { meta } = parseMeasurement(new TextDecoder().decode(await guest.readFile("/root/out")));
    assert.equal(meta.clocksource.current, "tsc");
  });

  await t.step("SIGINT in the middle sets it back", async () => {
    // A shell starts background jobs with SIGINT ignored; the program's own listener undoes that.
    const script =
      `run --runs 1000 --allow-system-changes & row 2; cat ${CLOCKSOURCE_FOLDER}/current_clocksource
      kill -INT $(pidof probe); wait $!; echo $?; ${LEFT}`;
    assert.equal(await shell(script), "tsc\n130\nacpi_pm");
    assert.deepEqual(await clocksources(), ["tsc"]);
  });

  await t.step("an error in the middle sets it back", async () => {
    const script = `sleep 100000 & target=$!
      run --runs 1000 --allow-system-changes --target pid:$target & probe=$!
      row 1; kill -9 $target; wait $probe; echo $?; ${LEFT}`;
    assert.equal(await shell(script), "1\nacpi_pm");
    assert.match(await said(), /probe: the target has ended before run/);
  });

  await t.step("after kill -9 the next call sets it back, before it measures, and says so", async () => {
    const script = `run --runs 1000 --allow-system-changes & row 2; kill -9 $(pidof probe); wait $!; ${LEFT}`;
    assert.equal(await shell(script), "changed\ntsc");
    const next =
      `rm -f /root/out; probe run --runs 2 --require tracepoint --out /root/out >/root/said 2>&1; echo $?; ${LEFT}`;
    assert.equal(await shell(next), "0\nacpi_pm");
    assert.match(
      await said(),
      /^notice: .*current_clocksource was left at tsc by a probe run that was killed; it is acpi_/m,
    );
    assert.deepEqual(await clocksources(), ["acpi_pm"]);
  });
});
