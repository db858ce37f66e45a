import assert from "node:assert/strict";
import { declareRunbook } from "../../../runbook/protocol/runbook.ts";
import type { Begun } from "../../../runbook/files/resume.ts";
import { lastRunOf, type PartOptions, requireRunsLeft } from "../../../runbook/run/part.ts";

const RUNBOOK = declareRunbook({ runs: 7 });
const NONE: PartOptions = { resume: false, "measure-overhead": false, "until-decided": false };

Deno.test("without --until the last run is the runbook's, with it the one it names", () => {
  assert.equal(lastRunOf(NONE, RUNBOOK), 7);
  assert.equal(lastRunOf({ ...NONE, until: 3 }, RUNBOOK), 3);
  assert.equal(lastRunOf({ ...NONE, "until-decided": true, against: "a.csv" }, RUNBOOK), 7);
  assert.equal(lastRunOf({ ...NONE, "until-decided": true, until: 3 }, RUNBOOK), 3);
  assert.equal(lastRunOf({ ...NONE, until: 7, resume: true, out: "f.csv" }, RUNBOOK), 7);
});

const REFUSED: readonly (readonly [options: Partial<PartOptions>, message: string])[] = [
  [{ resume: true }, "--resume does not say which file to go on with; name it with --out FILE"],
  [
    { resume: true, out: "f.csv", "measure-overhead": true },
    "--measure-overhead cannot be resumed: what the rows before cost is not known any more; " +
    "leave it out, or begin another file",
  ],
  [{ until: 8 }, "--until 8 is after the last of 7 runs; give one of them"],
  [
    { until: 3, "measure-overhead": true },
    "--measure-overhead cannot stop in between: what goes on with its file does not know it any more; " +
    "leave out --until, or --measure-overhead",
  ],
  [
    { "stop-on-slow": true, "measure-overhead": true },
    "--measure-overhead cannot stop in between: what goes on with its file does not know it any more; " +
    "leave out --stop-on-slow, or --measure-overhead",
  ],
  [
    { against: "a.csv" },
    "--against FILE is for --until-decided; give it too, or leave --against out and compare afterwards",
  ],
  [
    { "until-decided": true },
    "--until-decided does not say which file decides; name it with --against FILE",
  ],
  [
    { "until-decided": true, against: "a.csv", until: 3 },
    "--until stops at a run, --until-decided at a look; leave one of them out",
  ],
  [
    { "until-decided": true, against: "a.csv", out: "-" },
    "--until-decided reads what was measured, and that goes to standard output; give --out FILE",
  ],
];

for (const [options, message] of REFUSED) {
  Deno.test(`wrong use is refused: ${message}`, () => {
    assert.throws(() => lastRunOf({ ...NONE, ...options }, RUNBOOK), { exitCode: 2, message });
  });
}

Deno.test("a part that the file already has is refused; a whole series may lack only its end", () => {
  const begunAt = (lastRun: number) => ({ lastRun }) as Begun;
  requireRunsLeft("f.csv", null, 3, RUNBOOK);
  requireRunsLeft("f.csv", begunAt(2), 3, RUNBOOK);
  requireRunsLeft("f.csv", begunAt(7), 7, RUNBOOK);
  for (const lastRun of [3, 4]) {
    assert.throws(() => requireRunsLeft("f.csv", begunAt(lastRun), 3, RUNBOOK), {
      exitCode: 1,
      message: `cannot go on with f.csv until run 3: its last one is ${lastRun} already; ` +
        "give a later run with --until, or leave it out",
    });
  }
});
