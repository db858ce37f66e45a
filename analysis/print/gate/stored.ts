/** Reads what an earlier gate left. */

import { type Outcome, OUTCOMES } from "../../gate/outcome.ts";

/** What of an earlier result is compared. */
export interface StoredResult {
  readonly outcome: Outcome;
  /** SHA-256 of the files, the baseline first. */
  readonly files: readonly string[];
  /** The outcome of each question, series by series. */
  readonly series: readonly ReadonlyMap<string, Outcome>[];
}

/** @returns null when the text is not a `gate_result.json` of version 1 */
export function parseStored(text: string): StoredResult | null {
  try {
    return storedOf(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function storedOf(value: unknown): StoredResult | null {
  if (!isObject(value) || value.version !== 1 || value.kind !== "gate") return null;
  const { outcome, baseline, series } = value;
  if (!isOutcome(outcome) || !Array.isArray(series)) return null;
  const files = [baseline, ...series].map((one) => isObject(one) ? one.sha256 : null);
  const questions = series.map((one) => isObject(one) ? questionsOf(one.questions) : null)
    .filter((one) => one !== null);
  if (!files.every((one) => typeof one === "string") || questions.length !== series.length) return null;
  return { outcome, files, series: questions };
}

function questionsOf(questions: unknown): ReadonlyMap<string, Outcome> | null {
  if (!Array.isArray(questions)) return null;
  const found = new Map<string, Outcome>();
  for (const question of questions) {
    if (!isObject(question) || typeof question.name !== "string" || !isOutcome(question.outcome)) return null;
    found.set(question.name, question.outcome);
  }
  return found;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isOutcome(value: unknown): value is Outcome {
  return OUTCOMES.some((outcome) => outcome === value);
}
