/** The report of `probe doctor` for people: the verdict first, then topic by topic, 80 columns wide. */

import { wrap } from "../../analysis/print/layout/terminal.ts";
import { printable } from "../../analysis/print/printable.ts";
import type { CheckFinding, Diagnosis } from "./doctor.ts";
import { type CheckAnswer, type Fact, type TierFinding, type Topic, TOPICS } from "./check.ts";
import { hookConsequence, sharedReason } from "./hooks.ts";
import type { HookState } from "../probes/reasons.ts";

const MARKS: Readonly<Record<CheckAnswer["outcome"], string>> = {
  "yes": "  yes  ",
  "no": "  no   ",
  "could not tell": "  ?    ",
};
const UNDER_MARK = "       ";

const TITLES: Readonly<Record<Topic, string>> = {
  privileges: "privileges",
  namespaces: "namespaces",
  attributes: "attributes and limits",
  kernel: "kernel",
  symbols: "symbols",
  clock: "clock",
  cpu: "CPU",
  devices: "devices",
};

export function reportText({ verdict, machine, tiers, checks, facts }: Diagnosis): string {
  const best = tiers.find(({ tier }) => tier === verdict.tier);
  const sections = [
    [
      ...wrap(verdict.text),
      ...wrap(`kernel ${machine.kernel}, ${machine.arch}, virtualization: ${machine.virtualization}`),
      ...wrap(`${checks.length} checks: ${tally(checks)}`),
    ],
    ["tiers, each attached for a moment", ...tiers.flatMap(({ tier, answer }) => answered(tier, answer))],
    ...best === undefined ? [] : [[`hooks at tier ${best.tier}`, ...hookLines(best)]],
    ...TOPICS.map((topic) => [TITLES[topic], ...topicLines(topic, checks, facts)]),
  ];
  return sections.map((lines) => `${lines.map(printable).join("\n")}\n`).join("\n");
}

function tally(checks: readonly CheckFinding[]): string {
  const outcomes = Object.keys(MARKS) as CheckAnswer["outcome"][];
  const count = (outcome: string) => checks.filter(({ answer }) => answer.outcome === outcome).length;
  return outcomes.map((outcome) => `${count(outcome)} ${outcome}`).join(", ");
}

/** A "could not tell" begins with these words, because its mark alone is not clear. */
function answered(asks: string, answer: CheckAnswer): string[] {
  const unknown = answer.outcome === "could not tell" ? "could not tell: " : "";
  const lines = wrap(`${asks}: ${unknown}${answer.found}`, MARKS[answer.outcome]);
  if (answer.outcome !== "no") return lines;
  return [...lines, ...consequence(answer)];
}

function consequence({ prevents, remedy }: { readonly prevents: string; readonly remedy: string }): string[] {
  return [...wrap(prevents, `${UNDER_MARK}prevents: `), ...wrap(remedy, `${UNDER_MARK}remedy:   `)];
}

function topicLines(topic: Topic, checks: readonly CheckFinding[], facts: readonly Fact[]): string[] {
  return [
    ...checks.filter((check) => check.topic === topic).flatMap(({ asks, answer }) => answered(asks, answer)),
    ...facts.filter((fact) => fact.topic === topic).flatMap(({ id, value }) =>
      wrap(value ?? "could not be read", `${UNDER_MARK}${id}: `)
    ),
  ];
}

const namesOf = (hooks: readonly HookState[]) => hooks.map(({ kind, hook }) => `${kind}/${hook}`).join(", ");

/** Attached hooks by stage; the others under the reason and remedy they share. */
function hookLines({ hooks }: TierFinding): string[] {
  const attached = Map.groupBy(hooks.filter(({ reasons }) => reasons.length === 0), ({ stage }) => stage);
  const missing = Map.groupBy(
    hooks.filter(({ reasons }) => reasons.length > 0),
    (hook) => `${sharedReason(hook)}\n${hookConsequence(hook).remedy}`,
  );
  return [
    ...[...attached].flatMap(([stage, sharing]) => wrap(namesOf(sharing), `${MARKS.yes}${stage}: `)),
    ...[...missing.values()].flatMap(missingLines),
  ];
}

/** @param sharing hooks with one reason and one remedy */
function missingLines(sharing: readonly HookState[]): string[] {
  const consequences = sharing.map(hookConsequence);
  const prevents = [...new Set(consequences.map((consequence) => consequence.prevents))].join("; ");
  return [
    ...sharing.length === 1 ? wrap(`${namesOf(sharing)}: ${sharedReason(sharing[0]!)}`, MARKS.no) : [
      ...wrap(`${sharing.length} hooks: ${sharedReason(sharing[0]!)}`, MARKS.no),
      ...wrap(namesOf(sharing), UNDER_MARK),
    ],
    ...consequence({ prevents, remedy: consequences[0]!.remedy }),
  ];
}
