/** Warnings of a comparison in words. */

import type { ValueCounts, Warning } from "../../compare/warning.ts";
import { THIN_BELOW } from "../../sample/sample.ts";
import type { Pair } from "../../sample/summary.ts";
import { censored } from "../measured.ts";
import type { Said } from "../model.ts";
import { betweenInWords, contradictionInWords, noteInWords } from "../notes.ts";
import { chosen, duration, exact, joined, number, plain, say, shift } from "../said.ts";

const SIMPSON = "Simpson's paradox";

/** How many values of a varying column are named. */
const NAMED_VALUES = 3;

type OfOrder = Extract<Warning, { readonly code: "not_exchangeable" }>;
type OfModes = Extract<Warning, { readonly code: "modes" }>;

/** All warnings in words; what is said of several questions is said once, where the first of them stands. */
export function warningsInWords(warnings: readonly Warning[], letters: Pair<string>): Said[] {
  const orders = warnings.filter((warning) => warning.code === "not_exchangeable");
  return warnings.flatMap((warning): Said[] => {
    if (warning.code === "not_exchangeable") {
      return warning === orders[0] ? [notExchangeable(orders, letters)] : [];
    }
    if (warning.code === "modes") {
      const alike = warnings.filter((one): one is OfModes =>
        one.code === "modes" && one.side === warning.side
      );
      return warning === alike[0] ? [say`${letters[warning.side]}: ${modes(alike)}`] : [];
    }
    return [warningInWords(warning, letters)];
  });
}

function notExchangeable(all: readonly OfOrder[], letters: Pair<string>): Said {
  const found = all.map(({ side, question, lag1, after_run }) => {
    const what = lag1 !== null
      ? say`lag-1 autocorrelation ${number(lag1 + 0)}`
      : say`level change after run ${exact(after_run!)}`;
    return say`${question} in ${letters[side]} (${what})`;
  });
  const of = all.length === 1
    ? "interval and p-value of its shift"
    : "intervals and p-values of their shifts";
  const runs = say`not exchangeable: the runs of ${joined(found, ", ")}`;
  const shift = say`${runs}; ${of} come from moving blocks of runs`;
  return say`${shift}, those of spread, shape and strata take runs as independent and claim too much`;
}

function modes(all: readonly OfModes[]): Said {
  const [have, its] = all.length === 1 ? ["has", "its"] : ["have", "their"];
  return plain(
    `${
      all.map(({ question }) => question).join(" and ")
    } ${have} more than one mode (dip): ${its} median may lie ` +
      "where there are no runs",
  );
}

/** @param letters of the sides */
export function warningInWords(warning: Warning, letters: Pair<string>): Said {
  const [a, b] = letters;
  switch (warning.code) {
    case "file":
      return noteInWords(warning.note);
    case "same_measurement":
      return plain(`${a} and ${b} began at the same time on the same boot: are they one measurement?`);
    case "same_file":
      return plain(
        `${a} and ${b} are the same file (SHA-256 ${
          warning.sha256.slice(0, 12)
        }): it is compared with itself`,
      );
    case "thin": {
      const counts = warning.sides.map(({ side, complete }) =>
        say`${exact(complete)} complete runs in ${letters[side]}`
      );
      const few = `with fewer than ${THIN_BELOW} on a side a few runs decide everything`;
      return say`thin: only ${joined(counts, " and ")}; ${few}`;
    }
    case "edges": {
      const { question, known_to_ns, margin_ns } = warning;
      const known = say`the edges are known only to ${duration(known_to_ns)}`;
      return say`${known}, but the margin of ${question} is ${chosen(margin_ns)}`;
    }
    case "direction_flips": {
      const { key, later, earlier } = warning;
      return plain(
        `direction flips by ${key}: ${b} is later in ${later.join("; ")}, earlier in ${earlier.join("; ")}`,
      );
    }
    case "simpson_sign": {
      const { key, question } = warning;
      return plain(
        `${SIMPSON}: the shift of ${question} has one sign over all runs and the other in every stratum of ${key}`,
      );
    }
    case "simpson": {
      const { key, question, whole, within } = warning;
      return plain(
        `${SIMPSON}: ${question} is ${whole} in ${b} over all runs, but ${within} within the strata of ${key}`,
      );
    }
    case "spread_flips": {
      const { key, wide, tight } = warning;
      return plain(`spread flips by ${key}: ${wide} is wider than ${tight} in ${a} and tighter in ${b}`);
    }
    case "residue": {
      const columns = warning.columns.map(({ column, values }) => {
        const sides = letters.flatMap((letter, side) => {
          const counts = values[side]!;
          return counts === null ? [] : [say`${letter}: ${listed(counts)}`];
        });
        return say`${column} (${joined(sides, "; ")})`;
      });
      return say`columns that vary within strata but are not keys: ${joined(columns, ", ")}`;
    }
    case "not_exchangeable":
      return notExchangeable([warning], letters);
    case "modes":
      return say`${letters[warning.side]}: ${modes([warning])}`;
    default:
      return say`${letters[warning.side]}: ${ofSide(warning)}`;
  }
}

function ofSide(warning: Exclude<Extract<Warning, { readonly side: 0 | 1 }>, OfOrder | OfModes>): Said {
  switch (warning.code) {
    case "files_differ":
      return say`${
        betweenInWords(warning)
      }: the verdict is about these files, and further ones may lie elsewhere`;
    case "files_vary":
      return betweenInWords(warning);
    case "nested":
      return say`its runs are of ${
        exact(warning.boots)
      } boots: intervals and p-values of shifts are about boots, those of spread, shape, strata and parts take runs as independent and claim too much`;
    case "censored": {
      const { timeout, aborted, rows } = warning;
      const count = say`${exact(timeout + aborted)} of ${exact(rows)} runs are censored`;
      return say`${count} (${censored(timeout, aborted) ?? "none"}) and left out of the estimates`;
    }
    case "runs_missing":
      return say`${exact(warning.rows)} of the ${exact(warning.declared)} declared runs are in the file`;
    case "lost_events":
      return say`${exact(warning.events)} events were lost`;
    case "recursion_misses":
      return say`the kernel skipped ${exact(warning.misses)} program invocations (recursion)`;
    case "integrity": {
      const { errors, rows, first: { line, file = null, reason } } = warning;
      const count = say`integrity: ${exact(errors)} of ${exact(rows)} runs contradict themselves`;
      return say`${count} and are in the estimates (first: ${file === null ? "" : `${file} `}line ${
        exact(line)
      }, ${contradictionInWords(reason)})`;
    }
    case "foreseen":
      return plain(
        "a timer woke its target where pulses were foreseen: its offset has how far from there they came",
      );
    case "clocksource_switches":
      return say`${exact(warning.switches)} clocksource switches happened inside the runs`;
    case "clock_set": {
      const { runs, rows, largest_ns } = warning;
      const set = say`CLOCK_REALTIME was set during ${exact(runs)} of ${exact(rows)} runs`;
      const by = say`by up to ${shift(largest_ns)}`;
      return say`${set}, ${by}; edges and reads are on CLOCK_MONOTONIC, which cannot be set`;
    }
    case "not_observed": {
      const { question, missing, complete } = warning;
      return say`${question} was not observed in ${exact(missing)} of ${exact(complete)} complete runs`;
    }
  }
}

function listed(counts: ValueCounts): Said {
  const named = counts.slice(0, NAMED_VALUES).map(({ value, runs }) => say`${value} ${exact(runs)}`);
  const more = counts.length > NAMED_VALUES ? ` and ${counts.length - NAMED_VALUES} more` : "";
  return say`${joined(named, ", ")}${more}`;
}
