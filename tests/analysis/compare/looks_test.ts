import assert from "node:assert/strict";
import type { Comparison } from "../../../analysis/compare/comparison.ts";
import { levelsOf } from "../../../analysis/compare/limits.ts";
import { compareJson } from "../../../analysis/print/compare/json.ts";
import { compareText } from "../../../analysis/print/compare/text.ts";
import { powerAnalysis } from "../../../analysis/power/power.ts";
import { levelOfEachLook } from "../../../analysis/stats/looks.ts";
import type { End, Meta } from "../../../analysis/result/meta.ts";
import { endOf, fileText, read } from "../result/result_fixture.ts";
import { codesOf, compare, MS, runs, spread } from "./compare_fixture.ts";

/** Thirty runs a side around a shift of 3.5 ms, whose 90 % interval ends just inside the margin of 4 ms. */
function comparedWith(ofA: Partial<Meta>, ofB: Partial<Meta>, alpha?: number): Comparison {
  const [a, b] = [runs(spread(30, 10 * MS, MS / 10)), runs(spread(30, 13.5 * MS, MS / 10))];
  return compare(
    read(fileText(a, ofA), undefined, "a.csv"),
    read(fileText(b, { started: "2026-01-02T00:00:00Z", ...ofB }, "vm"), undefined, "b.csv"),
    alpha === undefined ? {} : { alpha },
  );
}

const end = (comparison: Comparison) => comparison.offset.tost!.ci_ns[1];

Deno.test("planned looks give every interval the level of one look, by the file with more of them", () => {
  const without = comparedWith({}, {});
  const planned = comparedWith({}, { looks: 5 });
  // Pocock's five looks: 2.413 instead of 1.960.
  assert.deepEqual(planned.looks, { planned: 5, alpha: 0.05 });
  assert.equal(planned.alpha, 0.01581);
  assert.ok(end(planned) > end(without));
  assert.deepEqual(planned.offset, comparedWith({}, {}, 0.01581).offset);
  assert.equal(comparedWith({ looks: 10 }, { looks: 5 }).alpha, comparedWith({ looks: 10 }, {}).alpha);
  assert.deepEqual(comparedWith({ looks: 2 }, {}, 0.01).looks, { planned: 2, alpha: 0.01 });
  assert.equal(without.verdict, "DIFFERENT-WITHIN-MARGIN");
  assert.equal(comparedWith({ looks: 20 }, {}).verdict, "INCONCLUSIVE");
});

Deno.test("the level of a look is rounded down to what is printed", () => {
  const planning = (looks: number) => [read(fileText([], { looks }))];
  for (const alpha of [0.3, 0.05, 1e-6]) {
    for (let looks = 2; looks <= 20; looks++) {
      const { alpha: level } = levelsOf(planning(looks), alpha);
      const exact = 2 * levelOfEachLook(looks, alpha / 2);
      assert.ok(level <= exact && level > exact * 0.999, `${looks} looks at ${alpha}: ${level}, ${exact}`);
      assert.equal(level, Number(level.toPrecision(4)));
      // The margin's one-sided tests could have as much.
      assert.ok(level <= levelOfEachLook(looks, alpha));
    }
  }
});

Deno.test("planned looks are said once, and files without them say nothing of looks", () => {
  const planned = comparedWith({ looks: 5 }, {});
  const text = compareText([planned]).replaceAll(/\s+/g, " ");
  assert.deepEqual(text.match(/looks 5 were planned[^:]*: every test and interval has alpha \S+/g), [
    "looks 5 were planned (Pocock): every test and interval has alpha 0.01581,",
  ]);
  assert.match(text, /EQUIVALENT: the 96\.838 % interval of the shift/);
  assert.match(text, /has an error rate of 0\.05 of its own/);
  assert.deepEqual(JSON.parse(compareJson([planned])).comparisons[0].looks, { planned: 5, alpha: 0.05 });
  for (const said of [compareText, compareJson]) assert.doesNotMatch(said([comparedWith({}, {})]), /look/);
});

Deno.test("a measurement that a look ended misses no runs", () => {
  const rows = runs(spread(24, 10 * MS, MS / 10));
  const file = (over: Partial<End>) =>
    read(
      fileText(rows, { looks: 5 }).replace(
        /^# end .*$/m,
        `# end ${JSON.stringify({ ...endOf(rows), ...over })}`,
      ),
    );
  assert.ok(codesOf(compare(file({}), file({}))).includes("runs_missing"));
  assert.ok(!codesOf(compare(file({ looks: 4 }), file({ looks: 4 }))).includes("runs_missing"));
});

Deno.test("what a second look costs is said once, where a number of runs is needed", () => {
  const a = read(fileText(runs(spread(12, 10 * MS, MS))), undefined, "a.csv");
  const b = read(
    fileText(runs(spread(12, 12 * MS, MS)), { started: "2026-01-02T00:00:00Z" }, "vm"),
    undefined,
    "b.csv",
  );
  const text = compareText([compare(a, b)]).replaceAll(/\s+/g, " ");
  assert.ok(text.match(/complete runs a side would settle it/g)!.length > 1);
  assert.equal(
    text.match(/second look: at alpha 0\.05 a false EQUIVALENT comes in 6 to 10 % instead of 5 %/g)?.length,
    1,
  );
});

Deno.test("the runs that probe power names are enough for a look", () => {
  const file = (meta: Partial<Meta>) => read(fileText(runs(spread(30, 10 * MS, MS)), meta));
  const runsFor = (meta: Partial<Meta>) => powerAnalysis([file(meta)], { power: 0.9 }).offset.runs_per_side!;
  assert.ok(runsFor({ looks: 10 }) > runsFor({}));
});

for (const looks of [1, 21, 2.5, "5"]) {
  Deno.test(`a file that plans ${JSON.stringify(looks)} looks is refused`, () => {
    assert.throws(
      () => read(fileText([], { looks: looks as number })),
      /the # meta line field looks must be an integer from 2 to 20/,
    );
  });
}
