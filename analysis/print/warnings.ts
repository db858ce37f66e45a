/** Warnings of a comparison in words. */

import type { ValueCounts, Warning } from "../compare/warning.ts";
import type { Pair } from "../sample/summary.ts";
import { THIN_BELOW } from "../sample/sample.ts";
import { noteText } from "./notes.ts";
import { formatShift } from "../units/format_value.ts";

/** Values of a varying column that are named. */
const NAMED_VALUES = 3;

/** @param letters of the sides */
export function warningText(warning: Warning, letters: Pair<string>): string {
  switch (warning.code) {
    case "file":
      return noteText(warning.note);
    case "same_measurement":
      return `${
        letters.join(" and ")
      } say they began at the same time on the same boot: one measurement twice?`;
    case "thin": {
      const counts = warning.sides.map(({ side, complete }) =>
        `${complete} complete runs in ${letters[side]}`
      );
      return `thin: only ${counts.join(" and ")}; below ${THIN_BELOW} a side a few runs decide everything`;
    }
    case "edges": {
      const { question, known_to_ns, margin_ns } = warning;
      const known = `the edges are known to ${Math.round(known_to_ns)} ns only`;
      return `${known}, the ${question}'s margin is ${margin_ns} ns`;
    }
    case "direction_flips": {
      const { key, later, earlier } = warning;
      return `direction flips by ${key}: ${letters[1]} is later in ${later.join("; ")}, earlier in ${
        earlier.join("; ")
      }`;
    }
    case "simpson_sign":
      return `Simpson: the shift of ${warning.question} has one sign over all and the other in every ${warning.key} stratum`;
    case "simpson": {
      const { key, question, whole, within } = warning;
      return `Simpson: over all ${
        letters[1]
      } is ${whole} by ${question}, within the strata of ${key} it is ${within}`;
    }
    case "spread_flips": {
      const { key, wide, tight } = warning;
      const [a, b] = letters;
      return `spread flips by ${key}: ${wide} is wider than ${tight} in ${a} and tighter in ${b}`;
    }
    case "residue": {
      const columns = warning.columns.map(({ column, values }) => {
        const sides = letters.flatMap((letter, side) => {
          const counts = values[side]!;
          return counts === null ? [] : [`${letter}: ${listed(counts)}`];
        });
        return `${column} (${sides.join("; ")})`;
      });
      return `vary inside strata and are no key: ${columns.join(", ")}`;
    }
    default:
      return `${letters[warning.side]}: ${ofSide(warning)}`;
  }
}

function ofSide(warning: Extract<Warning, { readonly side: 0 | 1 }>): string {
  switch (warning.code) {
    case "censored": {
      const { timeout, aborted, rows } = warning;
      const kinds = `${timeout} timed out, ${aborted} aborted`;
      return `${timeout + aborted} of ${rows} runs are censored (${kinds}) and in no estimate`;
    }
    case "runs_missing":
      return `${warning.rows} of the ${warning.declared} declared runs are in the file`;
    case "lost_events":
      return `${warning.events} events were lost`;
    case "recursion_misses":
      return `the kernel skipped ${warning.misses} program invocations (recursion)`;
    case "integrity": {
      const { errors, rows, first: { line, reason } } = warning;
      const count = `integrity: ${errors} of ${rows} runs contradict themselves`;
      return `${count} and are in the estimates (first: line ${line}, ${reason})`;
    }
    case "clocksource_switches":
      return `${warning.switches} clocksource switches happened inside the runs`;
    case "clock_set": {
      const { runs, rows, largest_ns } = warning;
      const set = `CLOCK_REALTIME was set during ${runs} of ${rows} runs, by up to ${
        formatShift(largest_ns)
      }`;
      return `${set}; their edges and reads are of CLOCK_MONOTONIC, which nobody sets`;
    }
    case "not_observed": {
      const { question, missing, complete } = warning;
      return `${question} was not observed in ${missing} of ${complete} complete runs`;
    }
    case "not_exchangeable": {
      const { question, lag1, after_run } = warning;
      const found = lag1 !== null
        ? `lag-1 autocorrelation ${(lag1 + 0).toFixed(2)}`
        : `level change after run ${after_run}`;
      const runs = `the runs of ${question} are not exchangeable (${found})`;
      return `${runs}; its intervals and p-values come from moving blocks of runs`;
    }
    case "modes":
      return `${warning.question} has more than one mode (dip): its median may lie where no run does`;
  }
}

function listed(counts: ValueCounts): string {
  const named = counts.slice(0, NAMED_VALUES).map(({ value, runs }) => `${value} ${runs}`).join(", ");
  return counts.length > NAMED_VALUES ? `${named} and ${counts.length - NAMED_VALUES} more` : named;
}
