import type { Show } from "../../show/show.ts";
import { answerJson } from "../json.ts";
import { contradictionInWords, noteInWords } from "../notes.ts";

/** Files as JSON: of each the fields of `Show`, in its order, with notes and reasons in words. */
export function showJson(shows: readonly Show[]): string {
  return answerJson("show", { files: shows.map(inWords) });
}

function inWords(show: Show): object {
  const { notes, integrity } = show;
  const { first_contradiction: first } = integrity;
  return {
    ...show,
    integrity: {
      ...integrity,
      first_contradiction: first && { line: first.line, reason: contradictionInWords(first.reason).text },
    },
    notes: notes.map((note) => noteInWords(note).text),
  };
}
