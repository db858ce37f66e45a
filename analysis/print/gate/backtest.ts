/** What a policy would have changed, for a terminal of 80 columns. */

import { sentence } from "../layout/text.ts";
import type { Said } from "../model.ts";
import { exact, joined, plain, say } from "../said.ts";
import type { StoredResult } from "./stored.ts";
import type { ToldGate } from "./told.ts";

/** One pair of a set: what an earlier gate said of it, and what this policy says. */
export interface Backtested {
  readonly name: string;
  /** Null: it was not judged before. */
  readonly before: StoredResult | null;
  /** A text: why it cannot be judged. */
  readonly now: ToldGate | string;
}

export interface Backtest {
  readonly tested: readonly Backtested[];
  /** What is in the folder and belongs to no pair. */
  readonly passedOver: readonly string[];
  /** Name of the policy's file. */
  readonly policy: string;
}

const STORED = "gate_result.json";
const INDENT = "      ";

export function backtestText({ tested, passedOver, policy }: Backtest): string {
  const lines = [
    ...sentence(say`${countsOf(tested)}, by ${policy}`),
    "",
    ...tested.flatMap(linesOf),
    ...passedOver.length === 0 ? [] : ["", ...sentence(plain(`passed over: ${passedOver.join(", ")}`))],
  ];
  return `${lines.join("\n")}\n`;
}

type Change = "changed" | "as before" | "not judged before" | "refused";

function changeOf({ before, now }: Backtested): Change {
  if (typeof now === "string") return "refused";
  if (before === null) return "not judged before";
  const isSame = before.outcome === now.outcome && isOfSameFiles(before, now);
  return isSame && changesIn(before, now).length === 0 ? "as before" : "changed";
}

function countsOf(tested: readonly Backtested[]): Said {
  const changes = ["changed", "as before", "not judged before", "refused"] as const;
  const counts = changes.map((change) => {
    const count = tested.filter((one) => changeOf(one) === change).length;
    return count === 0 ? null : say`${exact(count)} ${change}`;
  });
  return say`${exact(tested.length)} ${tested.length === 1 ? "pair" : "pairs"}: ${joined(counts, ", ")}`;
}

function linesOf(one: Backtested): string[] {
  const { name, before, now } = one;
  if (typeof now === "string") {
    const was = before === null ? "" : `, was ${before.outcome}`;
    return [...sentence(plain(`${name}: refused${was}`)), ...sentence(plain(now), INDENT)];
  }
  const change = changeOf(one);
  if (before === null || change === "as before") return sentence(plain(`${name}: ${now.outcome}, ${change}`));
  const outcome = before.outcome === now.outcome ? now.outcome : `${before.outcome} -> ${now.outcome}`;
  return [
    ...sentence(plain(`${name}: ${outcome}`)),
    ...isOfSameFiles(before, now) ? [] : sentence(plain(`its ${STORED} is about other files`), INDENT),
    ...changesIn(before, now).flatMap((said) => sentence(said, INDENT)),
  ];
}

function isOfSameFiles(before: StoredResult, now: ToldGate): boolean {
  return before.files.join() === now.files.map(({ sha256 }) => sha256).join();
}

/** Question by question: what is new, what is gone, and what has another outcome. */
function changesIn({ series: before }: StoredResult, { series }: ToldGate): Said[] {
  return series.flatMap(({ file, questions }, index) => {
    const earlier = before[index] ?? new Map();
    const of = series.length > 1 ? ` in ${file}` : "";
    const changed = questions.flatMap(({ name, outcome, verdict, numbers, reasons }) => {
      const was = earlier.get(name) ?? "not asked";
      if (was === outcome) return [];
      const why = joined([plain(verdict), numbers, ...reasons], "; ");
      return [say`${name}${of}: ${was} -> ${outcome}; ${why}`];
    });
    const names = new Set(questions.map(({ name }) => name));
    const gone = [...earlier].filter(([name]) => !names.has(name))
      .map(([name, was]) => plain(`${name}${of}: ${was} -> not asked`));
    return [...changed, ...gone];
  });
}
