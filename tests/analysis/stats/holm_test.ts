import assert from "node:assert/strict";
import fc from "fast-check";
import { benjaminiHochberg, holm } from "../../../analysis/stats/holm.ts";
import { close, golden } from "./golden.ts";

Deno.test("Holm and Benjamini-Hochberg agree with R's p.adjust", () => {
  for (const expected of golden("adjust")) {
    for (const [i, p] of holm(expected.p).entries()) close(p, expected.holm[i], `Holm ${expected.p}`);
    for (const [i, p] of benjaminiHochberg(expected.p).entries()) {
      close(p, expected.benjamini_hochberg[i], `Benjamini-Hochberg ${expected.p}`);
    }
  }
});

Deno.test("adjusted p-values are at least the raw ones, at most 1, Holm's at least Benjamini-Hochberg's", () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(fc.array(unit), (p) => {
    const [strict, mild] = [holm(p), benjaminiHochberg(p)];
    for (const [i, raw] of p.entries()) {
      assert.ok(raw <= mild[i]! && mild[i]! <= strict[i]! * (1 + 1e-12) && strict[i]! <= 1);
    }
  }));
});

Deno.test("a p-value outside [0, 1] is refused", () => {
  for (const p of [-0.1, 1.1, NaN]) {
    assert.throws(() => holm([0.5, p]), RangeError);
    assert.throws(() => benjaminiHochberg([p]), RangeError);
  }
});
