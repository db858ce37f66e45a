/** Sections of the page, and what stands in them for one file as for two. */

import { type Markup, markup, type Part } from "../html/markup.ts";

export const CHAIN_SAYS =
  "The chain of a run from the trigger's edge to the first clock read: from each stage to the next one seen.";
export const STACKS_SAY =
  "Call chains, the outermost function above; hold the pointer over a frame for its full name and its runs.";

export function section(title: string, says: string, content: Part): Markup {
  return markup`<section><h2>${title}</h2>${says !== "" && markup`<p class="soft">${says}</p>`}
${content}</section>`;
}

export function warnings(all: readonly string[]): Part {
  if (all.length === 0) return null;
  return markup`<section><h2>Warnings</h2><ul class="warnings">${
    all.map((one) => markup`<li>${one}</li>`)
  }</ul></section>`;
}
