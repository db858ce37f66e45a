/** The questions of a runbook and their margins, as it spells them. */

import { ASKABLE, parseQuestion } from "../../analysis/asked/askable.ts";
import { didYouMean } from "../../analysis/did_you_mean.ts";
import { Failure } from "../../analysis/failure.ts";
import { parseMargin, spelledMargin } from "../../analysis/units/margin.ts";
import { Unfit } from "./unfit.ts";

/** Of a runbook that asks nothing further. */
export const NO_QUESTIONS = "none";

/** The one spelling of a margin. @throws Unfit */
export function margin(text: string): string {
  try {
    return spelledMargin(parseMargin(text));
  } catch (error) {
    if (error instanceof Failure) throw new Unfit(error.found, error.remedy);
    throw error;
  }
}

/**
 * The one spelling of the questions that a runbook asks besides those of every runbook.
 *
 * @param text names and margins as `name=margin`, joined by commas, or `none`
 * @throws Unfit for an unknown name, one that every runbook asks, or a margin that none can be
 */
export function questions(text: string): string {
  if (text === NO_QUESTIONS) return text;
  const margins = new Map<string, string>();
  for (const one of text.split(",")) {
    const [word = "", given = ""] = one.split("=");
    const name = questionName(word);
    if (margins.has(name)) throw new Unfit(`${name} is named twice`, "name it once");
    try {
      margins.set(name, margin(given));
    } catch (error) {
      if (error instanceof Unfit) throw new Unfit(`${name}: ${error.found}`, error.remedy);
      throw error;
    }
  }
  return ASKABLE.flatMap(({ name }) => margins.has(name) ? [`${name}=${margins.get(name)}`] : []).join(",");
}

function questionName(word: string): string {
  let name: string;
  try {
    name = parseQuestion(word);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const names = ASKABLE.map(({ name }) => name);
    throw new Unfit(error.found, didYouMean(word, names) ?? `the questions are ${names.join(", ")}`);
  }
  if (ASKABLE.some((askable) => askable.name === name)) return name;
  throw new Unfit(`every runbook asks ${name}`, `leave it out here, and give its margin as ${name}_margin`);
}
