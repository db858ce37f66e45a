/** A fleet for a terminal of 80 columns. */

import { hidden, sentence, SHOWN } from "../layout/text.ts";
import { plain, say } from "../said.ts";
import type { ToldAnswer, ToldFleet } from "./told.ts";

/** @param details also each host and the methods; without them the first screen */
export function fleetText(told: ToldFleet, details: boolean): string {
  const { headline, sides: [a, b], answers, warnings, strangers, unpaired, methods } = told;
  const some = <T>(all: readonly T[]) => details ? all : all.slice(0, SHOWN);
  const listed = (title: string, lines: readonly string[]) => [
    "",
    title,
    ...some(lines).flatMap((line) => sentence(plain(line), "  ")),
    ...hidden(lines.length - some(lines).length),
  ];
  const lines = [
    ...sentence(headline),
    "",
    ...sentence(a, "A  "),
    ...sentence(b, "B  "),
    ...answers.flatMap((answer) => ["", ...ofAnswer(answer, details)]),
    ...warnings.length === 0 ? [] : ["", ...some(warnings).flatMap((one) => sentence(one, "warning: "))],
    ...hidden(warnings.length - some(warnings).length, " warnings"),
    ...unpaired.length === 0 ? [] : listed("hosts of one side alone", unpaired.map(({ text }) => text)),
    ...strangers.length === 0
      ? []
      : listed("passed over", strangers.map(({ file, reason }) => `${file}: ${reason}`)),
    "",
    ...details
      ? methods.flatMap((one) => sentence(one))
      : ["--details has each host and the methods, --format json every field"],
  ];
  return `${lines.join("\n")}\n`;
}

function ofAnswer({ name, says, brief, details }: ToldAnswer, isWhole: boolean): string[] {
  return [
    ...sentence(say`${name}: ${says}`),
    ...(isWhole ? details : brief).flatMap((one) => sentence(one, "  ")),
  ];
}
