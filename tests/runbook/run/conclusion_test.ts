import assert from "node:assert/strict";
import { EXIT } from "../../../analysis/failure.ts";
import { Tally } from "../../../runbook/files/tally.ts";
import { conclude, type ConclusionOptions } from "../../../runbook/run/conclusion.ts";
import { type Measured, measureSeries } from "../../../runbook/run/series.ts";
import { PaperParts } from "./loop_fixture.ts";
import { paperKernel, PaperRequest } from "./series_fixture.ts";

/** Two runs; this many of them complete. */
async function measured(complete: number, interruptedAt: number | null = null): Promise<Measured> {
  const parts = new PaperParts((call) => {
    parts.recordComes = call <= complete;
    return "returns";
  });
  const paper = new PaperRequest(parts, { runs: 2 });
  return { ...await measureSeries(paper.request, paperKernel(parts)), interruptedAt };
}

const OPTIONS: ConclusionOptions = {
  runs: 2,
  last: 2,
  interrupted: EXIT.terminated,
  resume: "probe run --resume --out host.csv",
  json: false,
  quiet: false,
};

function concluded(result: Measured, options: Partial<ConclusionOptions> = {}) {
  const written: string[] = [];
  const code = conclude(result, { ...OPTIONS, ...options }, (text) => void written.push(text));
  return { code, written: written.join("") };
}

Deno.test("a series ends with its summary, for a reader or as JSON, or with its path", async () => {
  const result = await measured(1);
  const text = concluded(result);
  assert.equal(text.code, 0);
  assert.match(
    text.written,
    /^host\.csv\n {2}runs +1 of 2 complete, 1 timed out\n\n {2}complete runs .*\n[^]* {2}tier /,
  );
  const json = concluded(result, { json: true, quiet: true });
  assert.equal(JSON.parse(json.written).runs.complete, 1);
  assert.deepEqual(concluded(result, { quiet: true }), { code: 0, written: "host.csv\n" });
});

Deno.test("a part of a series says nothing but JSON, and is done even when no run of it completed", async () => {
  const result = await measured(0);
  assert.deepEqual(concluded(result, { runs: 9 }), { code: 0, written: "" });
  assert.equal(JSON.parse(concluded(result, { runs: 9, json: true }).written).runs.timeout, 2);
});

Deno.test("a series that a slow run ended is done, and says so in its summary", async () => {
  const result = await measured(1);
  const slow = { limit: "200us", runs: 1, kept: ["host.csv.slow-2.json"], ended_at: 2 };
  const ended = { ...result, summary: { ...result.summary, slow } };
  const { code, written } = concluded(ended);
  assert.equal(code, 0);
  assert.match(
    written,
    /^ {2}slow {9}1 above 200us, 1 of them kept\n {15}run 2 was slow and ended the series\n {15}host\.csv\.slow-2\.json$/m,
  );
  assert.equal(concluded(ended, { runs: 9 }).written, written, "before the part of --until is done, too");
  assert.deepEqual(JSON.parse(concluded(ended, { json: true }).written).slow, slow);
});

Deno.test("a series of which no run completed has failed, after its summary", async () => {
  const result = await measured(0);
  const written: string[] = [];
  assert.throws(() => conclude(result, OPTIONS, (text) => void written.push(text)), {
    exitCode: 1,
    message: "none of the 2 runs completed: no clock read of the target was seen; " +
      "see column last_stage in host.csv for where the runs stopped",
  });
  assert.match(written.join(""), /0 of 2 complete/);
});

for (const [complete, rows] of [[1, "1 complete row is"], [2, "2 complete rows are"]] as const) {
  Deno.test(`an interrupted series with ${complete} complete sums up what exists, and says how to go on`, async () => {
    const result = await measured(complete, 2);
    const written: string[] = [];
    assert.throws(() => conclude(result, OPTIONS, (text) => void written.push(text)), {
      exitCode: 143,
      message:
        `interrupted at run 2 of 2; ${rows} in host.csv; go on with: probe run --resume --out host.csv`,
    });
    assert.match(written.join(""), new RegExp(`runs +${complete} of 2 complete[^]*complete runs`));
  });
}

Deno.test("an interrupted series without a row has nothing to sum up; one that cannot go on starts again", async () => {
  const result = await measured(0, 1);
  const { summary } = result;
  const none = { ...result, summary: { ...summary, tally: new Tally() } };
  assert.throws(() => conclude(none, { ...OPTIONS, resume: null }, () => assert.fail("nothing is written")), {
    message: "interrupted at run 1 of 2; 0 complete rows are in host.csv; start again",
  });
});
