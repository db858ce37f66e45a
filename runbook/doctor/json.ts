/** The report of `probe doctor --json`, in the form that docs/schema/doctor.schema.json describes. */

import { answerJson } from "../../analysis/print/json.ts";
import type { Diagnosis } from "./doctor.ts";
import type { CheckAnswer } from "./check.ts";
import { hookConsequence } from "./hooks.ts";
import { hookFact, type HookState } from "../probes/reasons.ts";

export function reportJson({ verdict, machine, tiers, checks, facts }: Diagnosis): string {
  return answerJson("doctor", {
    verdict,
    machine,
    tiers: tiers.map(({ tier, answer, hooks }) => ({
      tier,
      ...answerFields(answer),
      hooks: hooks.map(hookFields),
    })),
    checks: checks.map(({ id, topic, asks, answer }) => ({ id, topic, asks, ...answerFields(answer) })),
    facts,
  });
}

function answerFields(answer: CheckAnswer) {
  const { outcome, found } = answer;
  const { prevents, remedy } = answer.outcome === "no" ? answer : { prevents: null, remedy: null };
  return { outcome, found, prevents, remedy };
}

function hookFields(state: HookState) {
  const { stage, hook, kind, attached, reason = null } = hookFact(state);
  const { prevents, remedy } = attached ? { prevents: null, remedy: null } : hookConsequence(state);
  return { stage, hook, kind, attached, reason, prevents, remedy };
}
