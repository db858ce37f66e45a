import assert from "node:assert/strict";
import type { Row } from "../../../analysis/result/columns.ts";
import { groupShares, spreadSources } from "../../../analysis/mechanisms/sources.ts";
import { sampleOf } from "../../../analysis/sample/sample.ts";
import { fileText, read, rowOf, USUAL } from "../result/result_fixture.ts";
import { side } from "./story.ts";

const WIDTHS = { env: "host", direct: 10_000, wakelist: 40_000 };

Deno.test("a link's share is its covariance with the whole over the variance of the whole", () => {
  for (const runs of [60, 900]) {
    const file = side({ ...WIDTHS, seed: 5, runs });
    const { offset_ns: whole, ttwu_to_tkread_ns: rest } = file.durations;
    const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [edge, total] = [whole.map((value, i) => value - rest[i]!), whole];
    const covariance = mean(edge.map((value, i) => (value - mean(edge)) * (total[i]! - mean(total))));
    const variance = mean(total.map((value) => (value - mean(total)) ** 2));
    const found = spreadSources(file, "offset_ns", 0.05)!;
    assert.equal(found.n, runs);
    assert.ok(Math.abs(found.links[0]!.share - covariance / variance) < 1e-9);
    assert.ok(Math.abs(found.sd_ns / Math.sqrt(variance) - 1) < 1e-9);
    for (const { share, ci: [low, high] } of found.links) assert.ok(low! <= share && share <= high!);
    assert.deepEqual(
      spreadSources(file, "ttwu_to_tkread_ns", 0.05)!.links.map(({ from, to }) => [from, to]),
      [["ttwu", "wakeup"], ["wakeup", "switch"], ["switch", "tkread"]],
    );
  }
});

Deno.test("links of which some run lacks an end are one, and runs that do not vary have no sources", () => {
  const rows = Array.from(
    { length: 30 },
    (_, i): Row =>
      rowOf(i + 1, { ...USUAL, tkread: 100_000 + 37 * i * i }, i === 3 ? { switch_ns: null } : {}),
  );
  const links = spreadSources(read(fileText(rows)), "offset_ns", 0.05)!.links;
  assert.deepEqual(links.map(({ from, to }) => [from, to]), [["edge", "ttwu"], ["ttwu", "tkread"]]);
  assert.ok(Math.abs(links[1]!.share - 1) < 1e-9);
  assert.equal(spreadSources(read(fileText(rows.slice(0, 3))), "offset_ns", 0.05), null);
  const still = Array.from({ length: 30 }, (_, i) => rowOf(i + 1));
  assert.equal(spreadSources(read(fileText(still)), "offset_ns", 0.05), null);
});

Deno.test("a group's share is p (s^2 + (m - mean)^2) / s^2 of all, and what is in no group is missing to 1", () => {
  for (const runs of [80, 900]) {
    const file = side({ ...WIDTHS, seed: 6, runs });
    const sample = sampleOf(file, "ttwu_to_tkread_ns");
    const values = file.durations.ttwu_to_tkread_ns;
    const { path } = file.texts;
    const direct = path.values.indexOf("direct");
    const codes = Uint8Array.from(values, (_, i) => i % 7 === 0 ? 0 : path.codes()[i] === direct ? 1 : 2);
    const mean = values.reduce((sum, value) => sum + value, 0) / runs;
    const squares = (code: number) =>
      values.reduce((sum, value, i) => codes[i] === code ? sum + (value - mean) ** 2 : sum, 0);
    const all = squares(0) + squares(1) + squares(2);
    const [first, second] = groupShares(sample, codes, 0.05)!;
    assert.ok(Math.abs(first.share - squares(1) / all) < 1e-9);
    assert.ok(Math.abs(second.share - squares(2) / all) < 1e-9);
    for (const { share, ci: [low, high] } of [first, second]) {
      assert.ok(low! < share && share < high!, `${low} ${share} ${high}`);
    }
    assert.ok(first.share + second.share < 1);
  }
});
