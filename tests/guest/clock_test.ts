import assert from "node:assert/strict";
import { EXECUTABLE, executableLibraries } from "../../build/executable.ts";
import type { Guest } from "../../guest/boot.ts";
import { parseMeasurement } from "../measurement.ts";
import { text } from "./driven_guest.ts";
import { kernelGuest } from "./kernel_guest.ts";

const RUNS = 12;
const HOUR_NS = 3_600_000_000_000;

/** Shell functions: wait until a file has the row of a run, at most five minutes; one probe run into a file. */
const PRELUDE = `
row() { i=0; until grep -q "^$1," "$2" 2>/dev/null; do i=$((i+1)); [ $i -le 3000 ] || exit 99; sleep 0.1; done; }
run() { out=$1; shift; rm -f $out; probe run --env vm --out $out "$@" >$out.said 2>&1; echo $? >$out.code; }
`;

/** Every run once, and no edge that lies where the clock was before or after it was set. */
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

Deno.test("a clock that is set in the middle of a series", async (t) => {
  await using guest = await kernelGuest("trixie-cloud", {
    files: [{ path: "/bin/probe", source: EXECUTABLE }],
    libraries: executableLibraries(),
    memoryMiB: 2048,
  });

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
});
