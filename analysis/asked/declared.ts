/** Further questions that a runbook declares: which they are, and the margin of each. */

import type { Besides } from "../compare/limits.ts";
import { EXIT, Failure } from "../failure.ts";
import { declaredBesides } from "../result/durations.ts";
import type { ResultFile } from "../result/file.ts";
import { type Margin, parseMargin } from "../units/margin.ts";
import { ASKABLE } from "./askable.ts";

/**
 * What the runbook of a file asks besides the questions of every runbook.
 *
 * @param marginFor replaces the runbook's margin of a question
 * @throws Failure when the runbook declares what no runbook of this program can
 */
export function besidesOfRunbook(
  { name: file, meta }: Pick<ResultFile, "name" | "meta">,
  marginFor: (question: string) => Margin | undefined = () => undefined,
): Besides[] {
  return declaredBesides(meta.runbook).map(([name, text]) => {
    const question = ASKABLE.find((askable) => askable.name === name);
    if (question === undefined) {
      throw new Failure(
        EXIT.failed,
        `the runbook of ${file} declares the question "${name}", which this program does not know`,
        "compare with the version of probe that measured it",
      );
    }
    const { title, hooked } = question;
    const given = marginFor(name);
    if (given !== undefined) return { name, title, hooked, declared: { margin: given, source: "option" } };
    try {
      return { name, title, hooked, declared: { margin: parseMargin(text), source: "runbook" } };
    } catch (cause) {
      if (!(cause instanceof Failure)) throw cause;
      const found = `the runbook of ${file} declares the margin "${text}" for ${name}, which no runbook can`;
      throw new Failure(EXIT.failed, found, `give --margin ${name}=10%`, { cause });
    }
  });
}
