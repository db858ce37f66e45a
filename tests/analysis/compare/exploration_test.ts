import assert from "node:assert/strict";
import { Exploration } from "../../../analysis/compare/exploration.ts";
import type { ExploratoryP } from "../../../analysis/compare/comparison.ts";
import { benjaminiHochberg } from "../../../analysis/stats/holm.ts";

interface Result {
  readonly name: string;
  readonly first: ExploratoryP;
  readonly others: readonly (ExploratoryP | null)[];
}

Deno.test("a result gets its adjusted p-values once all are known, wherever in it they are", () => {
  const exploration = new Exploration();
  const [first, second, third] = [0.01, 0.04, 0.03].map((p) => exploration.add(p, null, {}));
  const result = exploration.adjust<Result>({ name: "r", first: first!, others: [null, second!, third!] });
  const adjusted = benjaminiHochberg([0.01, 0.04, 0.03]);
  assert.deepEqual(result, {
    name: "r",
    first: { p: 0.01, p_capped: false, p_bh: adjusted[0] },
    others: [
      null,
      { p: 0.04, p_capped: false, p_bh: adjusted[1] },
      { p: 0.03, p_capped: false, p_bh: adjusted[2] },
    ],
  });
  assert.equal(exploration.size, 3);
});

Deno.test("a family is closed by its adjustment: a p-value more would change those already given", () => {
  const exploration = new Exploration();
  exploration.adjust<ExploratoryP>(exploration.add(0.5, null, {}));
  assert.throws(() => exploration.add(0.1, null, {}), /adjusted already/);
});
