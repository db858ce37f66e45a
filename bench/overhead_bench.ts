/**
 * What the probes cost other tasks: two unrelated ones that wake each other through a pipe, alone and while
 * an observer is armed for another task; `probe` and a bpftrace script with the same hooks and filter,
 * alternately, in one run.
 *
 *   deno run -A bench/overhead_bench.ts [native] [guest]        default: both
 *
 * On the machine itself at the tracepoint tier, in a guest with Debian's 6.12 at the full tier. Needs
 * dist/probe. It is a benchmark: it reports, but does not fail when a goal is missed.
 */

import {
  benchIn,
  countingGuest,
  estimateOf,
  GUEST,
  measureGuest,
  measureNative,
  NATIVE,
  type Place,
  type Slowdowns,
} from "./rounds.ts";

const GOAL_PER_CENT = 5;
const GOAL_OF_BPFTRACE = 0.5;
/** Most that the probes may cost around an edge, as a multiple of the cost of programs that do nothing. */
const GOAL_OF_EMPTY = 1.15;

/** What overhead_round.sh runs beside the pair. */
const CONDITIONS = {
  probe_window: "probe, around an edge: all hooks attached and armed",
  empty_programs: "programs that do nothing on the same hooks",
  probe_other: "probe, around an edge of another process's task",
  probe_between: "probe, between two edges",
  probe_run: "probe, a whole run at the default period, CPU time",
  bpftrace_script: "bpftrace, same hooks and filter",
} as const;

/** On the one CPU of the guest the window is that of another task anyway. */
const CONDITIONS_OF_GUEST = Object.keys(CONDITIONS).filter((condition) => condition !== "probe_other");

function report(title: string, place: Place, slowdowns: Slowdowns): void {
  console.log(
    `${title}, tier ${place.tier}, ${place.rounds} rounds: slowdown of the pair, median and 95 % interval`,
  );
  const medianOf = (condition: keyof typeof CONDITIONS) => estimateOf(slowdowns.get(condition) ?? []).median;
  for (const [condition, words] of Object.entries(CONDITIONS)) {
    const values = slowdowns.get(condition);
    if (values === undefined) continue;
    const { median, text } = estimateOf(values);
    const isMet = median < GOAL_PER_CENT && median < GOAL_OF_BPFTRACE * medianOf("bpftrace_script");
    const goal = !condition.startsWith("probe_")
      ? ""
      : `  goal < ${GOAL_PER_CENT} % and < ${GOAL_OF_BPFTRACE} of bpftrace: ${isMet ? "met" : "MISSED"}`;
    console.log(`  ${words.padEnd(53)}${text}${goal}`);
  }
  const ratio = medianOf("probe_window") / medianOf("empty_programs");
  console.log(
    `  around an edge ${ratio.toFixed(2)} times what programs cost that do nothing; ` +
      `goal <= ${GOAL_OF_EMPTY}: ${ratio <= GOAL_OF_EMPTY ? "met" : "MISSED"}`,
  );
}

if (import.meta.main) {
  await benchIn(Deno.args, async (folder, isWanted) => {
    if (isWanted("native")) {
      report("this machine", NATIVE, await measureNative(folder, NATIVE, Object.keys(CONDITIONS)));
    }
    if (isWanted("guest")) {
      await using guest = await countingGuest(folder);
      const slowdowns = await measureGuest(guest, GUEST, CONDITIONS_OF_GUEST);
      report("guest with Linux 6.12, instructions counted", GUEST, slowdowns);
    }
  });
}
