import assert from "node:assert/strict";
import { Exploration } from "../../../analysis/compare/exploration.ts";
import { benjaminiHochberg } from "../../../analysis/stats/holm.ts";

Deno.test("the first adjusted p-value that is read closes the family, for which all of it is explored", () => {
  const exploration = new Exploration();
  const explored: number[] = [];
  const [first, second, third] = [0.01, 0.04, 0.03].map((p) =>
    exploration.later(() => {
      explored.push(p);
      return exploration.add(p, null, { of: p });
    })
  );
  assert.deepEqual([second!().p, explored], [0.04, [0.04]]);
  const adjusted = benjaminiHochberg([0.04, 0.01, 0.03]);
  assert.deepEqual({ ...second!() }, { of: 0.04, p: 0.04, p_capped: false, p_bh: adjusted[0] });
  assert.deepEqual(explored, [0.04, 0.01, 0.03]);
  assert.deepEqual([first!().p_bh, third!().p_bh], adjusted.slice(1));
  assert.equal(exploration.size, 3);
});

Deno.test("what is explored may announce more", () => {
  const exploration = new Exploration();
  const all = exploration.later(() =>
    [0.2, 0.1].map((p) => exploration.later(() => exploration.add(p, null, {})))
  );
  assert.equal(exploration.size, 2);
  assert.deepEqual(all().map((one) => one().p_bh), benjaminiHochberg([0.2, 0.1]));
});

Deno.test("a family is closed by its adjustment: a p-value more would change those already given", () => {
  const exploration = new Exploration();
  assert.equal(exploration.add(0.5, null, {}).p_bh, 0.5);
  assert.throws(() => exploration.add(0.1, null, {}), /adjusted already/);
});
