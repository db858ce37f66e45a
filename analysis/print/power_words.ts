/** Reasons and warnings of a power analysis in words. */

import type { NoAnswer, PowerWarning } from "../power/power.ts";
import { THIN_BELOW } from "../sample/sample.ts";
import { noteText } from "./notes.ts";

export function noAnswerText(reason: NoAnswer): string {
  switch (reason.code) {
    case "few_runs":
      return `${reason.file} has ${reason.runs} complete runs with it, ${reason.needs} are needed`;
    case "many_runs":
      return `more than ${reason.most} runs a side: this margin is too narrow for this spread`;
  }
}

export function powerWarningText(warning: PowerWarning): string {
  switch (warning.code) {
    case "file":
      return noteText(warning.note);
    case "thin": {
      const { file, complete } = warning;
      return `thin: ${file} has ${complete} complete runs; below ${THIN_BELOW} the answer rests on a few of them`;
    }
    case "dependent": {
      const { file, duration, lag1 } = warning;
      return `${file}: neighbouring runs are alike in ${duration} (lag-1 ${lag1.toFixed(2)}); ` +
        "a real series needs more runs than independent draws";
    }
  }
}
