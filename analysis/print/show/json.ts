import type { Show } from "../../show/show.ts";
import { answerJson } from "../json.ts";
import { contradictionInWords, noteInWords } from "../notes.ts";

/** The fields of `Show`, in its order, with notes and reasons in words. */
export function showJson(show: Show): string {
  const { notes, integrity } = show;
  const { first_contradiction: first } = integrity;
  return answerJson("show", {
    ...show,
    integrity: {
      ...integrity,
      first_contradiction: first && { line: first.line, reason: contradictionInWords(first.reason).text },
    },
    notes: notes.map((note) => noteInWords(note).text),
  });
}
