import type { Show } from "../../show/show.ts";
import { answerJson } from "../json.ts";
import { betweenInWords, contradictionInWords, noteInWords } from "../notes.ts";

/** Files as JSON: of each the fields of `Show`, in its order, with notes and reasons in words. */
export function showJson(shows: readonly Show[]): string {
  return answerJson("show", { files: shows.map(inWords) });
}

function inWords(show: Show): object {
  const { notes, integrity, between } = show;
  const { first_contradiction: first } = integrity;
  return {
    ...show,
    ...between === undefined ? {} : { between: between.map((one) => betweenInWords(one).text) },
    integrity: {
      ...integrity,
      first_contradiction: first && { line: first.line, reason: contradictionInWords(first.reason).text },
    },
    notes: notes.map((note) => noteInWords(note).text),
  };
}
