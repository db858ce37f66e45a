/**
 * Parses arguments that several commands take; a wrong value is a usage failure that says what is allowed.
 */

import { didYouMean } from "../../analysis/did_you_mean.ts";
import { EXIT, Failure } from "../../analysis/failure.ts";
import { parseQuestion } from "../../analysis/asked/askable.ts";
import { parseMargin } from "../../analysis/units/margin.ts";
import type { GivenMargin } from "../compared_files.ts";
import { type Verdict, VERDICTS } from "../../analysis/compare/verdict.ts";

/** A whole number of at least 1. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count > 0) return count;
  throw new Failure(
    EXIT.usage,
    `"${text}" is not a number of runs`,
    "give a whole number from 1, such as 30",
  );
}

/** The sides that every measurement knows. */
export const ENVS = ["host", "vm"] as const;

/** host, vm, or a label that can be part of a file name. */
export function parseEnv(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text)) return text;
  throw new Failure(
    EXIT.usage,
    `"${text}" cannot name an environment`,
    `use ${ENVS.join(", ")}, or a label of letters, digits, dots, dashes and underscores`,
  );
}

/** The part of such a form that a shell can complete: `cpu:` of `cpu:N`. */
export function withoutPlaceholders(forms: readonly string[]): string[] {
  return forms.map((form) => form.replace(/[A-Z]+$/, ""));
}

/** A number strictly between 0 and 1. */
export function parseShare(text: string): number {
  const share = Number(text);
  if (/^0?\.\d+$/.test(text) && share > 0 && share < 1) return share;
  throw new Failure(EXIT.usage, `"${text}" is not a level between 0 and 1`, "give a number such as 0.05");
}

/** `10%`, `4ms`, or for one question `offset=10%`. */
export function parseGivenMargin(text: string): GivenMargin {
  const [, word, value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (word === undefined) return { question: null, margin: parseMargin(text) };
  return { question: parseQuestion(word), margin: parseMargin(value!.trim()) };
}

/** Verdicts separated by commas. */
export function parseVerdicts(text: string): Verdict[] {
  return text.split(",").map((word) => {
    const verdict = VERDICTS.find((known) => known === word);
    if (verdict !== undefined) return verdict;
    throw new Failure(
      EXIT.usage,
      `"${word}" is not a verdict`,
      didYouMean(word, VERDICTS) ?? `use some of ${VERDICTS.join(",")}`,
    );
  });
}
