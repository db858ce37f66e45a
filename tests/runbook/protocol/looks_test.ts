import assert from "node:assert/strict";
import { blocksBetweenLooks, evenly, looksAfter } from "../../../runbook/protocol/looks.ts";
import { declareRunbook } from "../../../runbook/protocol/runbook.ts";

Deno.test("looks are evenly spaced, the last one after the last run", () => {
  assert.deepEqual(looksAfter(declareRunbook({})), [6, 12, 18, 24, 30]);
  assert.deepEqual(looksAfter(declareRunbook({ runs: 8, looks: 3 })), [2, 5, 8]);
});

const REFUSED = [
  [
    { looks: 1 },
    "--until-decided: the runbook's 1 look is at all runs; declare looks from 2 on, or leave it out",
  ],
  [
    { runs: 4 },
    "--until-decided: 5 looks at 4 runs: some would see nothing new; give more runs or fewer looks, or leave it out",
  ],
] as const;

for (const [settings, message] of REFUSED) {
  Deno.test(`looks that nothing can come of are refused: ${message}`, () => {
    assert.throws(() => looksAfter(declareRunbook(settings)), { exitCode: 2, message });
  });
}

Deno.test("each look is at the end of a block", () => {
  for (const [blocks, looks, of] of [[1, 5, 5], [5, 5, 5], [10, 5, 10], [6, 2, 6]] as const) {
    const runbook = declareRunbook({ runs: 37, blocks, looks });
    assert.equal(blocksBetweenLooks(runbook), of);
    const ends = evenly(37, of);
    for (const look of looksAfter(runbook)) assert.ok(ends.includes(look), `${look} of ${ends}`);
  }
  // Where one block is declared, each boot is one.
  assert.equal(blocksBetweenLooks(declareRunbook({ boots: 10, looks: 5 })), 10);
  assert.equal(blocksBetweenLooks(declareRunbook({ boots: 3, blocks: 15, looks: 5 })), 15);
  assert.throws(() => blocksBetweenLooks(declareRunbook({ boots: 3, looks: 5 })), /5 looks .* its 3 blocks/);
  assert.throws(() => blocksBetweenLooks(declareRunbook({ blocks: 6 })), {
    exitCode: 2,
    message: "--until-decided: the runbook's 5 looks do not fall between its 6 blocks; " +
      "declare a multiple of the looks as blocks, or 1",
  });
});
