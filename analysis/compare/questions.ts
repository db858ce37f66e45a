/**
 * The one table of the questions that a comparison answers: is this duration the same on both sides?
 * Everything else about a question follows from its row: its numbers, its place in the text, the JSON, the
 * CSV and the page.
 */

import { type Duration, DURATIONS, type Point } from "../result/durations.ts";

export interface Question {
  /** Its name in the text, the JSON and the CSV. */
  readonly name: string;
  readonly duration: Duration;
  /**
   * - lead, one question: the first of them;
   * - strata, one question: the one that is examined stratum by stratum;
   * - part: the others are made of it.
   *
   * The order of the runs, the shape, and the shift within strata are examined for all questions that are not
   * a part.
   */
  readonly role: "lead" | "strata" | "part";
  readonly title: string;
}

export const QUESTIONS = [
  {
    name: "offset",
    duration: "offset_ns",
    role: "lead",
    title: "edge to first clock read",
  },
  {
    name: "ttwu_to_tkread",
    duration: "ttwu_to_tkread_ns",
    role: "strata",
    title: "wakeup begun to first clock read",
  },
  {
    name: "edge_to_wakeup",
    duration: "edge_to_wakeup_ns",
    role: "part",
    title: "edge to target runnable",
  },
  {
    name: "wakeup_to_switch",
    duration: "wakeup_to_switch_ns",
    role: "part",
    title: "target runnable to target on its CPU",
  },
] as const satisfies readonly Question[];

type Listed = (typeof QUESTIONS)[number];
type Whole = Exclude<Listed, { readonly role: "part" }>;
export type QuestionName = Listed["name"];
/** Questions that are not part of another one. */
export type WholeName = Whole["name"];

export const LEAD = QUESTIONS.find(({ role }) => role === "lead") as Extract<
  Listed,
  { readonly role: "lead" }
>;
export const OF_STRATA = QUESTIONS.find(({ role }) => role === "strata") as Extract<
  Listed,
  { readonly role: "strata" }
>;
export const WHOLES: readonly Whole[] = QUESTIONS.filter((question) => question.role !== "part");

/** The answer to each question, or anything else that each question has, in the order of the table. */
export function perQuestion<T>(of: (question: Listed) => T): Record<QuestionName, T> {
  return Object.fromEntries(QUESTIONS.map((question) => [question.name, of(question)])) as Record<
    QuestionName,
    T
  >;
}

/**
 * Points of the chain that hooks observe and that a question's answer depends on. The edge is the trigger's.
 */
export function hookedPoints({ duration }: Question): Exclude<Point, "edge">[] {
  const { from, to } = DURATIONS.find(({ name }) => name === duration)!;
  return [from, to].filter((point) => point !== "edge");
}
