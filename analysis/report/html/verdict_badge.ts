/** Verdicts as badges that differ in shape and word, not only in colour. */

import type { Verdict } from "../../compare/verdict.ts";
import { type Markup, markup } from "./markup.ts";

const CIRCLE = markup`<circle cx="12" cy="12" r="10"/>`;
const SHAPES: Readonly<Record<Verdict, Markup>> = {
  EQUIVALENT: markup`${CIRCLE}<path d="M7 12.5l3.5 3.5 6.5-8"/>`,
  "DIFFERENT-WITHIN-MARGIN": markup`${CIRCLE}<path d="M7 10q2.5-2.5 5 0t5 0M7 15q2.5-2.5 5 0t5 0"/>`,
  DIFFERENT:
    markup`<rect x="2" y="2" width="20" height="20" rx="2"/><path d="M7 9.5h10M7 14.5h10M15 6l-6 12"/>`,
  INCONCLUSIVE:
    markup`<path class="body" d="M12 1l11 11-11 11L1 12z"/><path d="M9.3 10q0-3 2.7-3t2.7 2.6q0 1.7-2.7 3v1M12 16.6v.4"/>`,
  "NO-DATA": markup`<circle cx="12" cy="12" r="9.5" class="open"/><path class="stroke" d="M7 12h10"/>`,
  CONFOUNDED: markup`<path class="body" d="M12 1.5L23.5 22H.5z"/><path d="M12 9v6M12 18.3v.4"/>`,
};

export function badge(verdict: Verdict): Markup {
  return markup`<span class="badge ${verdict}"><svg width="22" height="22" viewBox="0 0 24 24" aria-hidden="true">${
    SHAPES[verdict]
  }</svg>${verdict}</span>`;
}
