/** All of `probe doctor`: the answers of all checks, and the verdict. */

import type { Tier } from "../../analysis/result/meta.ts";
import { attributeChecks, attributeFacts } from "./attributes.ts";
import type { Attachments, Check, CheckAnswer, Examined, Fact, TierFinding } from "./check.ts";
import { clockChecks, clockFacts } from "./clock.ts";
import { cpuChecks, cpuFacts } from "./cpu.ts";
import { deviceChecks } from "./devices.ts";
import { limitChecks } from "./limits.ts";
import { kernelChecks, kernelFacts } from "./kernel.ts";
import { namespaceChecks } from "./namespaces.ts";
import { privilegeChecks } from "./privileges.ts";
import type { Machine } from "../machine/machine.ts";

export interface CheckFinding extends Pick<Check, "id" | "topic" | "asks"> {
  readonly answer: CheckAnswer;
}

export interface MachineVerdict {
  /** Whether a measurement can be made, at any tier. */
  readonly outcome: CheckAnswer["outcome"];
  /** The best tier; null when no tier works. */
  readonly tier: Tier | null;
  readonly text: string;
}

export interface Diagnosis {
  readonly verdict: MachineVerdict;
  readonly tiers: readonly TierFinding[];
  readonly checks: readonly CheckFinding[];
  readonly facts: readonly Fact[];
  readonly machine: Machine;
}

export function diagnose(examined: Examined): Diagnosis {
  const checks = [
    ...privilegeChecks,
    ...namespaceChecks,
    ...attributeChecks,
    ...limitChecks,
    ...kernelChecks,
    ...clockChecks(examined.machine),
    ...cpuChecks,
    ...deviceChecks,
  ];
  return {
    verdict: verdictOf(examined.attachments),
    tiers: examined.attachments.tiers,
    checks: checks.map(({ id, topic, asks, answer }) => ({ id, topic, asks, answer: answer(examined) })),
    facts: [
      ...attributeFacts(examined),
      ...kernelFacts(examined),
      ...clockFacts(examined),
      ...cpuFacts(examined),
    ],
    machine: examined.machine,
  };
}

function verdictOf({ tiers, unrequired }: Attachments): MachineVerdict {
  const best = tiers.find(({ answer }) => answer.outcome === "yes");
  if (best !== undefined) {
    const { tier } = best;
    const missing = tiers.filter(({ answer }) => answer.outcome === "no").map((finding) => finding.tier);
    const without = missing.length === 0 ? "" : `, not at ${missing.join(" or ")}`;
    const only = "refused" in unrequired ? `, but only with --require ${tier}` : "";
    return { outcome: "yes", tier, text: `this machine can measure at tier ${tier}${without}${only}` };
  }
  if (tiers.some(({ answer }) => answer.outcome === "could not tell")) {
    const found = tiers.find(({ answer }) => answer.outcome === "could not tell")!.answer.found;
    return { outcome: "could not tell", tier: null, text: `could not tell what can be measured: ${found}` };
  }
  return { outcome: "no", tier: null, text: `this machine cannot measure: ${tiers.at(-1)!.answer.found}` };
}
