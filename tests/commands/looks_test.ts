import assert from "node:assert/strict";
import { judge, requireSameRunbook, takeLook } from "../../commands/looks.ts";
import type { Comparison } from "../../analysis/compare/comparison.ts";
import { declareRunbook, protocolOf, runbookSha256 } from "../../runbook/protocol/runbook.ts";
import { compared, MS, runs, spread } from "../analysis/compare/compare_fixture.ts";
import { fileText, read, timeoutOf } from "../analysis/result/result_fixture.ts";

const NEAR = spread(30, 100 * MS, MS / 1000);
const WIDE = spread(30, 100 * MS, 4 * MS);

/** What is said at a look, and whether it was the last. */
function judged(comparison: Comparison, look: number) {
  const said: string[] = [];
  const isLast = judge(comparison, { look, planned: 5 }, (line) => void said.push(line));
  return { isLast, said };
}

Deno.test("a look that leaves nothing open is the last", () => {
  const { isLast, said } = judged(compared(runs(NEAR), runs(NEAR)), 2);
  assert.equal(isLast, true);
  assert.deepEqual(said, [
    "look 2 of 5, 30 runs a side: offset EQUIVALENT, ttwu_to_tkread EQUIVALENT, edge_to_wakeup EQUIVALENT, " +
    "wakeup_to_switch EQUIVALENT",
    "decided at look 2 of 5",
  ]);
});

Deno.test("one open question is enough to go on, up to the last look", () => {
  const open = compared(runs(NEAR), runs(WIDE));
  assert.deepEqual([open.offset.verdict, open.edge_to_wakeup.verdict], ["INCONCLUSIVE", "EQUIVALENT"]);
  const { isLast, said } = judged(open, 4);
  assert.deepEqual([isLast, said.length], [false, 1]);
  assert.match(said[0]!, /^look 4 of 5, 30 runs a side: offset INCONCLUSIVE, /);
  const last = judged(open, 5);
  assert.equal(last.isLast, true);
  assert.equal(last.said[1], "still open at the last look: offset, ttwu_to_tkread");
});

Deno.test("too few runs are a matter of more, as are runs that have all timed out; sides differ in size", () => {
  const few = compared(runs(NEAR), runs(NEAR).slice(0, 3));
  assert.equal(few.offset.verdict, "NO-DATA");
  const { isLast, said } = judged(few, 1);
  assert.equal(isLast, false);
  assert.match(said[0]!, /^look 1 of 5, 30 and 3 runs: offset NO-DATA/);
  assert.equal(judged(compared(runs(NEAR), [timeoutOf(1), timeoutOf(2)]), 1).isLast, false);
});

Deno.test("a question that none of the complete runs can answer keeps nobody measuring", () => {
  const bare = () => ({ wakeup_ns: null });
  const blind = compared(runs(NEAR, bare), runs(NEAR, bare));
  assert.equal(blind.edge_to_wakeup.verdict, "NO-DATA");
  assert.equal(judged(blind, 1).isLast, true);
});

Deno.test("where more runs do not help, the look ends it and says so", () => {
  const confounded = judged(
    compared(runs(NEAR), runs(NEAR), {
      tier: "kprobe",
      hooks: [
        { stage: "tkread", hook: "other", kind: "kprobe", attached: true },
      ],
    }),
    1,
  );
  assert.equal(confounded.isLast, true);
  assert.match(
    confounded.said[1]!,
    /^more runs do not help: offset is CONFOUNDED, and probe compare says why$/,
  );
  const backwards = compared(runs(NEAR), runs(spread(30, 10 * MS, 4 * MS)));
  assert.equal(backwards.offset.verdict, "NO-DATA");
  assert.match(judged(backwards, 1).said[1]!, /offset is NO-DATA/);
});

Deno.test("a look compares two files at the level of one look, or of the option", () => {
  const near = (meta: object) =>
    read(fileText(runs(spread(30, 100 * MS, MS / 10)), meta), undefined, "a.csv");
  const far = read(
    fileText(runs(spread(30, 103.5 * MS, MS / 10)), { started: "2026-01-02T00:00:00Z" }, "vm"),
  );
  const verdictOf = (meta: object, flags = {}) => {
    const said: string[] = [];
    takeLook([near(meta), far], flags, { look: 1, planned: 20 }, (line) => void said.push(line));
    return /offset (\S+),/.exec(said[0]!)![1];
  };
  assert.equal(verdictOf({}), "DIFFERENT-WITHIN-MARGIN");
  assert.equal(verdictOf({ looks: 20 }), "INCONCLUSIVE");
  assert.equal(verdictOf({ looks: 20 }, { alpha: 0.4 }), "DIFFERENT-WITHIN-MARGIN");
  assert.equal(
    verdictOf({ looks: 20 }, { margin: [{ question: null, margin: { kind: "duration", ns: 10 * MS } }] }),
    "DIFFERENT-WITHIN-MARGIN",
  );
});

Deno.test("a file of another runbook is refused before the first run, one that plans other looks is not", async () => {
  const runbook = declareRunbook({ runs: 50, looks: 4 });
  const against = async (over: object) =>
    read(
      fileText([], {
        runbook: { ...protocolOf(runbook), ...over },
        runbook_sha256: await runbookSha256(runbook),
        looks: 10,
      }),
      undefined,
      "a.csv",
    );
  for (const over of [{}, { runs: 300 }]) await requireSameRunbook(await against(over), runbook);
  await assert.rejects(requireSameRunbook(await against({ order_seed: 7 }), runbook), {
    exitCode: 1,
    message:
      "a.csv was measured by another runbook: its order_seed is 7, here it is 1; give the options and the " +
      "runbook that it was measured with, or another file",
  });
});
