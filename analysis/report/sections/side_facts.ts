/** What each file says of its own trustworthiness, and of clocksource switches and flags in it. */

import { formatDuration, formatShift, formatStatistic } from "../../units/format_value.ts";
import type { Integrity, Show } from "../../show/show.ts";
import { clockWasSet } from "../../print/show_text.ts";
import type { Sample } from "../../show/strata.ts";
import { type Markup, markup } from "../html/markup.ts";
import type { ReportSide } from "../html/runs.ts";
import { type Row, table } from "../html/table.ts";

/** Rows that are shown; the rest is counted. */
const SHOWN = 12;

export function sideFacts(sides: readonly ReportSide[]): Markup {
  const letters = sides.map(({ letter }) => letter);
  const rows = (of: (show: Show) => readonly (readonly [name: string, value: string])[]): Row[] => {
    const found = sides.map(({ show }) => of(show));
    return found[0]!.map(([name], i) => ({ head: name, cells: found.map((facts) => facts[i]![1]) }));
  };
  return markup`${table("Integrity", ["", ...letters], rows(({ integrity }) => integrityOf(integrity)))}${
    table("Clocksource switches inside a run", ["", ...letters], rows(switchesOf))
  }${
    table(
      "Signatures",
      ["", ...letters],
      rows(({ signatures }) => [[
        "runs",
        listed(
          signatures.map(({ value, runs, share }) =>
            `${value ?? "not observed"}: ${runs} (${(100 * share).toFixed(1)} %)`
          ),
        ),
      ]]),
    )
  }`;
}

function integrityOf(integrity: Integrity): [string, string][] {
  const { first_contradiction: first } = integrity;
  const misses = Object.entries(integrity.recursion_misses_of).map(([program, runs]) => `${program} ${runs}`);
  return [
    [
      "timeouts by the last stage seen",
      listed(integrity.timeouts.map(({ last_stage, runs }) => `${last_stage} ${runs}`)),
    ],
    ["negative deltas", String(integrity.negative_deltas)],
    [
      "contradictions",
      first === null
        ? "none"
        : `${integrity.contradictions} runs (first: line ${first.line}, ${first.reason})`,
    ],
    [
      "losses",
      listed(integrity.losses.map(({ run, what, stage }) => `run ${run}: ${what}, last stage ${stage}`)),
    ],
    ["clock was set", clockWasSet(integrity)],
    ["recursion misses by program", listed(misses)],
    ["notices", listed(integrity.notices)],
  ];
}

function switchesOf({ clocksource }: Show): [string, string][] {
  const { observed, runs_with, switches, offset_with, offset_without, offset_shift_ns } = clocksource;
  const kinds = switches.map(({ from, to, runs, reads_after }) =>
    `${from ?? "not observed"} to ${to ?? "not observed"}: ${runs} runs, reads after: ${
      reads_after === null ? "not observed" : `median ${formatStatistic(reads_after)}`
    }`
  );
  return [
    ["runs with a switch", observed === 0 ? "not observed" : `${runs_with} of ${observed}`],
    ["switches", listed(kinds)],
    ["offset with a switch", sampleText(offset_with)],
    ["offset without", sampleText(offset_without)],
    ["shift with - without (Hodges-Lehmann)", formatShift(offset_shift_ns)],
  ];
}

function sampleText({ n, median_ns, iqr_ns, mad_ns }: Sample): string {
  if (n === 0) return "no run";
  return `median ${formatDuration(median_ns)}, IQR ${formatDuration(iqr_ns)}, MAD ${
    formatDuration(mad_ns)
  }, n ${n}`;
}

function listed(items: readonly string[]): string {
  if (items.length === 0) return "none";
  const more = items.length > SHOWN ? `; and ${items.length - SHOWN} more` : "";
  return items.slice(0, SHOWN).join("; ") + more;
}
