import assert from "node:assert/strict";
import { hookedPoints, LEAD, OF_STRATA, QUESTIONS, WHOLES } from "../../../analysis/compare/questions.ts";
import { DURATIONS } from "../../../analysis/result/durations.ts";

Deno.test("each question has a name and a duration of its own", () => {
  assert.equal(new Set(QUESTIONS.map(({ name }) => name)).size, QUESTIONS.length);
  assert.deepEqual(
    QUESTIONS.map(({ duration }) => duration).toSorted(),
    DURATIONS.map(({ name }) => name).toSorted(),
  );
});

Deno.test("one question leads, one is asked of the strata, and the JSON has them by these names", () => {
  const roles = QUESTIONS.map(({ role }) => role).filter((role) => role !== "part");
  assert.deepEqual(roles.toSorted(), ["lead", "strata"]);
  assert.deepEqual([LEAD.name, OF_STRATA.name], ["offset", "ttwu_to_tkread"]);
  assert.deepEqual(WHOLES, [LEAD, OF_STRATA]);
});

Deno.test("an answer rests on the hooks at both ends of its duration; the edge is not a hook's", () => {
  const expected = {
    offset: ["tkread"],
    ttwu_to_tkread: ["ttwu", "tkread"],
    edge_to_wakeup: ["wakeup"],
    wakeup_to_switch: ["wakeup", "switch"],
  };
  for (const [name, points] of Object.entries(expected)) {
    assert.deepEqual(hookedPoints(QUESTIONS.find((question) => question.name === name)!), points, name);
  }
});
