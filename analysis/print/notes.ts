/** What a reader of a file noted, in words. */

import type { Note } from "../result/note.ts";

export function noteText(of: Note): string {
  switch (of.code) {
    case "cut_off":
      return `${of.file} was cut off: no # end line follows its ${of.rows} rows, which are used`;
    case "resumed":
      return `${of.file} was cut off and resumed at run ${of.run}`;
    case "line_cut_off":
      return `${of.file} line ${of.line} was cut off in its middle and is not used`;
  }
}
