/** Reasons and warnings of a power analysis in words. */

import type { NoAnswer, PowerWarning } from "../../power/power.ts";
import { THIN_BELOW } from "../../sample/sample.ts";
import type { Said } from "../model.ts";
import { betweenInWords, noteInWords } from "../notes.ts";
import { exact, number, plain, say } from "../said.ts";

export function noAnswerInWords(reason: NoAnswer): Said {
  switch (reason.code) {
    case "few_runs":
      return say`observed in ${exact(reason.runs)} complete runs of ${reason.file}; ${
        String(reason.needs)
      } are needed`;
    case "many_runs":
      return plain(`more than ${reason.most} runs a side: this margin is too narrow for this spread`);
    case "no_margin":
      return plain("the margin is a percentage of a median that is not above 0: give a duration");
    case "shift_outside":
      return plain("the assumed shift lies on the margin or beyond it: no runs show that it does not");
    case "near_margin":
      return plain("the assumed shift lies so near the margin that no number of runs can be named");
  }
}

export function powerWarningInWords(warning: PowerWarning): Said {
  switch (warning.code) {
    case "file":
      return noteInWords(warning.note);
    case "between":
      if (warning.of.code === "files_vary") return say`${warning.file}: ${betweenInWords(warning.of)}`;
      return say`${warning.file}: ${betweenInWords(warning.of)}; further ones may need other numbers of runs`;
    case "thin": {
      const { file, complete } = warning;
      const few = `below ${THIN_BELOW} a few of them decide the answer`;
      return say`thin: ${file} has ${exact(complete)} complete runs; ${few}`;
    }
    case "nested":
      return say`${warning.file} has runs of ${
        exact(warning.boots)
      } boots, and what is drawn shares none: a real series needs more boots than its runs alone say`;
    case "dependent": {
      const { file, duration, lag1 } = warning;
      const alike = say`${file}: neighbouring runs are alike in ${duration} (lag-1 ${number(lag1)})`;
      return say`${alike}; a real series needs more runs than independent draws`;
    }
  }
}
