/** Whether two files were measured alike, question by question, and what differs where they were not. */

import { hookedPoints, type Question } from "./questions.ts";
import type { Meta, Stage } from "../result/meta.ts";

/** Hooks that a reason names; a full tier has dozens. */
const NAMED_HOOKS = 3;

/**
 * What differs in the declared protocol, one sentence per field: confounds every question. The fields decide, the
 * hash only where they are the same: a file may have been changed, or two programs may hash in different ways.
 *
 * @param other name of the side that is not A; so in the functions below
 */
export function protocolDifferences(a: Meta, b: Meta, other: string): string[] {
  const fields = [...new Set([...Object.keys(a.runbook), ...Object.keys(b.runbook)])].sort();
  const differing = fields.filter((field) => a.runbook[field] !== b.runbook[field]);
  const sameHash = a.runbook_sha256 === b.runbook_sha256;
  if (differing.length === 0) {
    return sameHash ? [] : ["runbook_sha256 differs, though all known fields are the same"];
  }
  const note = sameHash ? ", though runbook_sha256 is the same" : "";
  return differing.map((field) =>
    `runbook ${field}: ${shown(a.runbook[field])} in A, ${shown(b.runbook[field])} in ${other}${note}`
  );
}

/** What differs in the hooks that observed the ends of a question's duration. */
export function hookDifferences(question: Question, a: Meta, b: Meta, other: string): string[] {
  return hookedPoints(question).flatMap((stage) => stageDifference(stage, a, b, other) ?? []);
}

/** What differs in the hooks of one stage, or null. */
export function stageDifference(stage: Stage, a: Meta, b: Meta, other: string): string | null {
  const [inA, inB] = [hooksOf(a, stage), hooksOf(b, stage)];
  const onlyA = inA.filter((hook) => !inB.includes(hook));
  const onlyB = inB.filter((hook) => !inA.includes(hook));
  if (inA.length === 0 && inB.length === 0) return null;
  const parts = [...only("A", inA, onlyA), ...only(other, inB, onlyB)];
  return parts.length === 0 ? null : `hooks of ${stage}: ${parts.join("; ")}`;
}

/** What differs in the decoding of wake flags: confounds only what depends on signatures. */
export function decodeDifference(a: Meta, b: Meta, other: string): string | null {
  return a.decode === b.decode
    ? null
    : `decode table of the wake flags: ${a.decode} in A, ${b.decode} in ${other}`;
}

function hooksOf(meta: Meta, stage: Stage): string[] {
  const attached = meta.hooks.filter((hook) => hook.attached && hook.stage === stage);
  return [...new Set(attached.map((hook) => `${hook.kind} ${hook.hook}`))].sort();
}

function only(side: string, all: readonly string[], alone: readonly string[]): string[] {
  if (all.length === 0) return [`none in ${side}`];
  if (alone.length === 0) return [];
  const more = alone.length > NAMED_HOOKS ? ` and ${alone.length - NAMED_HOOKS} more` : "";
  return [`${alone.slice(0, NAMED_HOOKS).join(", ")}${more} only in ${side}`];
}

function shown(value: string | number | boolean | undefined): string {
  return value === undefined ? "absent" : String(value);
}
