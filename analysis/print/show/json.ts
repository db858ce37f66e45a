import type { Show } from "../../show/show.ts";
import { jsonText } from "../json.ts";
import { noteInWords } from "../notes.ts";

/** The fields of `Show`, in its order; notes in words. */
export function showJson(show: Show): string {
  return jsonText({ ...show, notes: show.notes.map((note) => noteInWords(note).text) });
}
