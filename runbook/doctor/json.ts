/**
 * The report of `probe doctor --json`: one object in a stable form.
 *
 * ```
 * {
 *   "version": 1, "kind": "doctor",
 *   "verdict": {"outcome", "tier", "text"},               tier: the best one, null when no tier works
 *   "machine": {"host", "kernel", "arch", "cpu", "cpus", "virtualization", "boot_id",
 *               "clocksource": {"current", "available": []}},
 *   "tiers":  [{"tier", "outcome", "found", "prevents", "remedy", "hooks": [
 *                {"stage", "hook", "kind", "attached", "reason", "prevents", "remedy"}]}],
 *   "checks": [{"id", "topic", "asks", "outcome", "found", "prevents", "remedy"}],
 *   "facts":  [{"id", "topic", "value"}]                  value: a text, null when it could not be read
 * }
 * ```
 *
 * `outcome` is "yes", "no" or "could not tell". `prevents` and `remedy` are texts when the outcome is "no" or
 * the hook is not attached, and null otherwise. The best tier comes first. The hooks of a tier are all hooks
 * of the program, in the order of a result file's `# meta` line; the list is empty when the tier is not
 * available. Identify a check by its `id`: its texts are for people and may change.
 */

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
