/** How far a file can be trusted by its own account, and clocksource switches in it. */

import type { ClocksourceWindow } from "../../show/clocksource.ts";
import type { Integrity } from "../../show/show.ts";
import { loss, sample } from "../measured.ts";
import type { Field, Said } from "../model.ts";
import { contradictionInWords } from "../notes.ts";
import { exact, joined, plain, say, shift, statistic } from "../said.ts";

const UNKNOWN = plain("not observed");
const NONE = plain("none");

export function integrityFields(integrity: Integrity): Field[] {
  const { first_contradiction: first, cut_off } = integrity;
  const misses = Object.entries(integrity.recursion_misses_of);
  const timeouts = integrity.timeouts.map(({ last_stage, runs }) =>
    say`${exact(runs)} ${last_stage === "none" ? "with nothing seen" : `after ${last_stage}`}`
  );
  return [
    { label: "end", says: plain(cut_off ? "missing: the file was cut off" : "there") },
    { label: "timeouts", says: timeouts.length === 0 ? NONE : joined(timeouts, ", ") },
    { label: "lost events", says: known(integrity.lost_events) },
    ...integrity.losses.map((one) => ({ label: "losses", says: loss(one) })),
    { label: "negative deltas", says: exact(integrity.negative_deltas) },
    {
      label: "contradictions",
      says: first === null
        ? NONE
        : say`${exact(integrity.contradictions)} runs (first: line ${exact(first.line)}, ${
          contradictionInWords(first.reason)
        })`,
    },
    { label: "clock was set", says: clockWasSet(integrity) },
    {
      label: "recursion misses",
      says: joined(
        [known(integrity.recursion_misses), ...misses.map(([name, count]) => say`${name} ${exact(count)}`)],
        ", ",
      ),
    },
    { label: "own reads", says: known(integrity.self_reads) },
    ...integrity.notices.map((notice) => ({ label: "notice", says: plain(notice) })),
  ];
}

function known(count: number | null): Said {
  return count === null ? UNKNOWN : exact(count);
}

/** How many runs saw CLOCK_REALTIME being set, and by how much. */
function clockWasSet({ realtime_steps: steps }: Integrity): Said {
  if (steps === null) return UNKNOWN;
  if (steps.runs === 0) return plain("in no run");
  const runs = steps.runs === 1 ? "run" : "runs";
  return say`in ${exact(steps.runs)} ${runs}, by up to ${shift(steps.largest_ns)} (CLOCK_REALTIME)`;
}

export const CLOCKSOURCE = "clocksource switches inside a run";

export function clocksourceFields(window: ClocksourceWindow): Field[] {
  const { observed, runs_with, switches, offset_with, offset_without } = window;
  if (observed === 0) return [{ label: "runs with a switch", says: plain("not observed in any run") }];
  const found = { label: "runs with a switch", says: say`${exact(runs_with)} of ${exact(observed)}` };
  if (runs_with === 0) return [found];
  return [
    found,
    ...switches.map(({ from, to, runs, reads_after: reads, offset }) => ({
      label: `${from ?? "not observed"} -> ${to ?? "not observed"}`,
      says: say`${exact(runs)} runs, reads after ${
        reads === null ? "not observed" : say`median ${statistic(reads)}`
      }, offset ${sample(offset)}`,
    })),
    { label: "offset with", says: sample(offset_with) },
    { label: "offset without", says: sample(offset_without) },
    { label: "with - without", says: say`${shift(window.offset_shift_ns)} (Hodges-Lehmann)` },
  ];
}
