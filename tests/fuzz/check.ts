/** What every call must satisfy, whatever its files contain. */

import { EXIT } from "../../analysis/failure.ts";
import { main } from "../../main.ts";
import type { Case } from "./cases.ts";

/**
 * Characters that a terminal acts upon: controls except tab and line feed, and overrides of the direction.
 */
// deno-lint-ignore no-control-regex
const ACTS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;
/** Words that no reader wants as a number. */
const NO_NUMBER = /\b(?:NaN|Infinity|undefined)\b|\[object /;

/** Formats for programs, which get each name unchanged unless they go to a terminal. */
const DATA = ["csv", "folded"];

/** Which rule a call broke; null: none. */
export async function brokenBy({ args, columns }: Case): Promise<string | null> {
  let stdout = "";
  let stderr = "";
  const isText = !args.includes("parquet");
  const code = await main(args, {
    stdout: (text) => stdout += typeof text === "string" ? text : "",
    stderr: (text) => stderr += text,
    ...(columns === undefined ? {} : { columns }),
  });
  if (!Object.values(EXIT).includes(code)) return `exit code ${code}`;
  if (code === EXIT.done && stderr !== "") return `exit code 0 and on stderr: ${JSON.stringify(stderr)}`;
  if (code !== EXIT.done && !/^probe: [^\n]+\n$/.test(stderr)) {
    return `not one line: ${JSON.stringify(stderr)}`;
  }
  if (/internal error/.test(stderr)) return stderr;
  if (code !== EXIT.done && code !== EXIT.gate && stdout !== "") return `exit code ${code} and an answer`;
  if (code === EXIT.done && isText && stdout === "" && !args.includes("folded")) return "no answer";
  for (const [name, text] of [["stderr", stderr], ["stdout", stdout]] as const) {
    const isData = name === "stdout" && columns === undefined && DATA.some((form) => args.includes(form));
    const acts = (isData ? null : ACTS.exec(text)) ?? NO_NUMBER.exec(text);
    if (acts === null) continue;
    const around = text.slice(Math.max(0, acts.index - 80), acts.index + 40);
    return `${name} has ${JSON.stringify(acts[0])} in ${JSON.stringify(around)}`;
  }
  return null;
}
