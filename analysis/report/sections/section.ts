/** Sections of the page, and the content that pages of one file and of two share. */

import { IN_ORDER } from "../../print/measured.ts";
import type { Note } from "../../print/model.ts";
import { said } from "../html/blocks.ts";
import { capital, unbroken } from "../html/labels.ts";
import { type Markup, markup, type Part } from "../html/markup.ts";

/** What the page of one file and that of a comparison share: the heading, and what the drawings show. */
export const DISTRIBUTIONS = [
  "How the times are distributed",
  "Share of the complete runs that took at most this long.",
] as const;
export const ORDER = [
  capital(IN_ORDER),
  "Each dot is a run, large dots are outliers, the line is the running median, red strokes at the upper edge are runs without a read (censored).",
] as const;
export const CHAIN = [
  "Where the time goes",
  "The chain of a run from the trigger's edge to the first clock read: from each stage to the next one seen.",
] as const;
export const STACKS = [
  "What wakes and what reads",
  "Call chains, the outermost function above; hold the pointer over a frame for its full name and its runs.",
] as const;

/** A part of the page that its contents name. */
export interface Section {
  readonly title: string;
  readonly content: Markup;
}

export function section([title, says]: readonly [title: string, says: string], content: Part): Section {
  return {
    title,
    content: markup`${says !== "" && markup`<p class="soft">${unbroken(says)}</p>`}\n${content}`,
  };
}

/** None without warnings. */
export function warnings(all: readonly Note[]): Section[] {
  if (all.length === 0) return [];
  const items = all.map(({ says }) => markup`<li>${said(says)}</li>`);
  return [section(["Warnings", ""], markup`<ul class="warnings">${items}</ul>`)];
}
