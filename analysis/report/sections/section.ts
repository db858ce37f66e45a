/** Sections of the page, and the content that pages of one file and of two share. */

import { IN_ORDER } from "../../print/measured.ts";
import type { Note } from "../../print/model.ts";
import { said } from "../html/blocks.ts";
import { capital } from "../html/labels.ts";
import { type Markup, markup, type Part } from "../html/markup.ts";

/** What the page of one file and that of a comparison share: the heading, and what the drawings show. */
export const DISTRIBUTIONS = [
  "How the times are distributed",
  "Share of the complete runs that took at most this long.",
] as const;
export const ORDER = [
  capital(IN_ORDER),
  "Each dot is a run, the line is the running median, red strokes at the upper edge are runs without a read (censored).",
] as const;
export const CHAIN = [
  "Where the time goes",
  "The chain of a run from the trigger's edge to the first clock read: from each stage to the next one seen.",
] as const;
export const STACKS = [
  "What wakes and what reads",
  "Call chains, the outermost function above; hold the pointer over a frame for its full name and its runs.",
] as const;

export function section([title, says]: readonly [title: string, says: string], content: Part): Markup {
  return markup`<section><h2>${title}</h2>${says !== "" && markup`<p class="soft">${says}</p>`}
${content}</section>`;
}

export function warnings(all: readonly Note[]): Part {
  if (all.length === 0) return null;
  return markup`<section><h2>Warnings</h2><ul class="warnings">${
    all.map(({ says }) => markup`<li>${said(says)}</li>`)
  }</ul></section>`;
}
