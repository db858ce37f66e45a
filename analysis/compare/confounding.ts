/** Whether two files were measured in the same way, question by question, and what differs if not. */

import { hookedPoints, type Question } from "./questions.ts";
import type { Confounding } from "./reasons.ts";
import type { Meta, Stage } from "../result/meta.ts";

type Protocol = Pick<Meta, "runbook" | "runbook_sha256">;

/** How many runs are measured does not change how each is. */
export const HOW_MANY: readonly string[] = ["runs"];

/**
 * What differs in the declared protocol, field by field; it confounds every question. The fields decide. The
 * hash counts only when they are the same: a file may have been changed, or two programs may hash
 * differently.
 */
export function protocolDifferences(a: Protocol, b: Protocol): Confounding[] {
  const fields = [...new Set([...Object.keys(a.runbook), ...Object.keys(b.runbook)])].sort();
  const all = fields.filter((field) => a.runbook[field] !== b.runbook[field]);
  const is_hash_same = a.runbook_sha256 === b.runbook_sha256;
  if (all.length === 0) return is_hash_same ? [] : [{ code: "runbook_hash" }];
  return all.filter((field) => !HOW_MANY.includes(field)).map((field) => ({
    code: "runbook",
    field,
    values: [a.runbook[field] ?? null, b.runbook[field] ?? null],
    is_hash_same,
  }));
}

/** What differs in the hooks that observed the ends of a question's duration. */
export function hookDifferences(question: Question, a: Meta, b: Meta): Confounding[] {
  return hookedPoints(question).flatMap((stage) => stageDifference(stage, a, b) ?? []);
}

/** Differences between the hooks of one stage, or null. */
export function stageDifference(stage: Stage, a: Meta, b: Meta): Confounding | null {
  const [inA, inB] = [hooksOf(a, stage), hooksOf(b, stage)];
  if (inA.length === 0 && inB.length === 0) return null;
  const only = [onlyIn(inA, inB), onlyIn(inB, inA)] as const;
  return only.every((hooks) => hooks?.length === 0) ? null : { code: "hooks", stage, only };
}

/** What differs in the decoding of wake flags; it confounds only what depends on signatures. */
export function decodeDifference(
  a: Meta,
  b: Meta,
): Extract<Confounding, { readonly code: "decode" }> | null {
  return a.decode === b.decode ? null : { code: "decode", values: [a.decode, b.decode] };
}

function hooksOf(meta: Meta, stage: Stage): string[] {
  const attached = meta.hooks.filter((hook) => hook.attached && hook.stage === stage);
  return [...new Set(attached.map((hook) => `${hook.kind} ${hook.hook}`))].sort();
}

/** null: this side has no hooks at all. */
function onlyIn(hooks: readonly string[], others: readonly string[]): readonly string[] | null {
  return hooks.length === 0 ? null : hooks.filter((hook) => !others.includes(hook));
}
