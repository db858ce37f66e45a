/** The reasons of a comparison's verdicts in words. */

import type { Comparison } from "../../compare/comparison.ts";
import type {
  Confounding,
  LeaveOutReason,
  SpreadReason,
  StratumReason,
  VerdictReason,
} from "../../compare/reasons.ts";
import type { Pair } from "../../sample/summary.ts";
import type { Said } from "../model.ts";
import { chosen, duration, exact, joined, plain, pValue, runsWorth, say } from "../said.ts";

/** How many hooks a reason names; a full tier has dozens. */
const NAMED_HOOKS = 3;

/** The letters by which reasons and warnings name the sides. */
export function lettersOf({ sides: [a, b] }: Comparison): Pair<string> {
  return [a.side, b.side];
}

/** @param letters of the sides */
export function reasonInWords(
  reason: VerdictReason | StratumReason | SpreadReason | LeaveOutReason,
  letters: Pair<string>,
): Said {
  switch (reason.code) {
    case "runbook":
    case "runbook_hash":
    case "hooks":
    case "decode":
      return confounding(reason, letters);
    case "integrity": {
      const count = say`${exact(reason.errors)} of ${exact(reason.rows)} runs in ${letters[reason.side]}`;
      return say`integrity failed: ${count} contradict themselves`;
    }
    case "few_runs": {
      const { n: [a, b], lacks, needs } = reason;
      const found = say`it was observed in ${exact(a)} complete runs of ${letters[0]} and ${exact(b)} of ${
        letters[1]
      }`;
      const lacking = lacks === "test" ? "a test" : "an interval";
      return say`${found}; ${lacking} needs ${String(needs)} on each side`;
    }
    case "few_effective_runs": {
      const { side, n, effective_n, needs } = reason;
      const count = say`neighbouring runs of ${letters[side]} are alike: its ${exact(n)} runs count as ${
        runsWorth(effective_n)
      }`;
      return say`${count}, an interval needs ${String(needs)}`;
    }
    case "few_boots": {
      const { side, boots, needs } = reason;
      return say`${letters[side]} is of ${exact(boots)} boots: how much boots differ is known from ${
        exact(needs)
      } on; declare as many, or more`;
    }
    case "boots_apart":
      return plain("its boots lie so far apart that no interval of the shift can be computed");
    case "more_boots":
      return plain("more boots would narrow it, not more runs of each");
    case "nested":
      return plain("the verdict is about boots: no run of them can be left out");
    case "runs_alike":
      return plain("neighbouring runs are so alike that no interval of the shift can be computed");
    case "no_margin":
      return say`the margin is ${exact(reason.percent)} % of ${letters[0]}'s median, which is ${
        duration(reason.median_ns)
      }: declare a duration`;
    case "not_significant":
      return plain("the interval lies outside the margin, but the adjusted p is not below alpha");
    case "interval_touches_margin":
    case "interval_crosses_margin": {
      const { code, margin_ns, significant } = reason;
      const where = `the interval ${code === "interval_touches_margin" ? "touches" : "crosses"} the margin`;
      return significant === null
        ? plain(where)
        : say`a shift is there (Holm ${pValue(significant)}); whether it exceeds ${
          chosen(margin_ns)
        } is open: ${where}`;
    }
    case "near_margin":
      return plain(
        "the shift lies so near the margin that no number of runs can be named that would settle it",
      );
    case "no_complete_run":
      return plain("no complete run on either side");
    case "no_complete_run_in":
      return plain(`no complete run in ${letters[reason.side]}`);
    case "few_complete_runs":
      return plain(`fewer than ${reason.needs} complete runs on a side`);
    case "question_confounded":
      return plain(`${reason.question} is CONFOUNDED`);
    case "each_side_alone":
      return plain("on each side alone; both sides together hide it");
    case "not_exchangeable":
      return plain("the order of the runs matters: none of them can be left out");
    case "many_runs":
      return plain(`a side has more than ${reason.most} runs`);
  }
}

function confounding(reason: Confounding, letters: Pair<string>): Said {
  switch (reason.code) {
    case "runbook": {
      const { field, values, is_hash_same } = reason;
      const note = is_hash_same ? ", though runbook_sha256 is the same" : "";
      const { name, valueOf } = fieldInWords(field);
      const found = letters.map((letter, side) => `${valueOf(values[side]!)} in ${letter}`);
      return plain(`runbook ${name}: ${found.join(", ")}${note}`);
    }
    case "runbook_hash":
      return plain("runbook_sha256 differs, though all known fields are the same");
    case "hooks": {
      const sides = letters.flatMap((letter, side) => onlyIn(letter, reason.only[side]!));
      return say`hooks of ${reason.stage}: ${joined(sides, "; ")}`;
    }
    case "decode": {
      const found = letters.map((letter, side) => `${reason.values[side]} in ${letter}`);
      return plain(`decode table of the wake flags: ${found.join(", ")}`);
    }
  }
}

/** A field of a runbook as the runbook has it: the unit beside the value, not in the name. */
function fieldInWords(field: string): {
  readonly name: string;
  valueOf(value: string | number | boolean | null): string;
} {
  const [, name = field, unit] = /^(.*)_(ns|percent)$/.exec(field) ?? [];
  return {
    name,
    valueOf: (value) => {
      if (value === null) return "absent";
      if (typeof value !== "number" || unit === undefined) return String(value);
      return unit === "ns" ? chosen(value).text : `${value} %`;
    },
  };
}

/** @param only null: the side has no hooks at all */
function onlyIn(letter: string, only: readonly string[] | null): Said[] {
  if (only === null) return [plain(`none in ${letter}`)];
  if (only.length === 0) return [];
  const more = only.length > NAMED_HOOKS ? ` and ${only.length - NAMED_HOOKS} more` : "";
  return [plain(`${only.slice(0, NAMED_HOOKS).join(", ")}${more} only in ${letter}`)];
}

/** Why a series is not taken with others: it has another protocol or label, is there already, or has no date. */
export type OtherSeries =
  | { readonly code: "protocol"; readonly differences: readonly VerdictReason[] }
  | { readonly code: "env"; readonly env: string }
  | { readonly code: "same_measurement"; readonly as: string }
  | { readonly code: "no_date"; readonly started: string };

export function otherSeriesInWords(one: OtherSeries): Said {
  switch (one.code) {
    case "protocol":
      return joined(one.differences.map((reason) => reasonInWords(reason, ["the others", "it"])), "; ");
    case "env":
      return plain(`env is ${one.env}`);
    case "same_measurement":
      return plain(`it is the measurement of ${one.as}`);
    case "no_date":
      return plain(`"${one.started}" is no date`);
  }
}
