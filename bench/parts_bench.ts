/**
 * What it costs other tasks that every run says what its time went into: the program of the commit before that, the
 * present one, with detail = "causes", and with --on-slow, in turns in one run.
 *
 *   deno run -A bench/parts_bench.ts [native] [guest]        default: both
 *
 * On the machine itself at the tracepoint tier, and in a guest with Debian's 6.12, where instructions are counted, at
 * the full and at the tracepoint tier. Needs dist/probe and the project's history. It reports, and does not fail when
 * the goal is missed.
 */

import { EXECUTABLE } from "../build/parts/executable.ts";
import { run } from "../build/process/command.ts";
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

/** The last commit whose rows say nothing of where their time went. */
const BEFORE = "b426923^";
/** Most that the default may add to what the hooks cost then, per cent of that. */
const GOAL_PER_CENT = 5;

const OBSERVERS = {
  before: "before the parts",
  probe: "now, the default",
  causes: 'now, detail = "causes"',
  slow: "now, --on-slow",
} as const;
type Observer = keyof typeof OBSERVERS;

/** Conditions of overhead_round.sh. */
const WHERE = {
  window: "two tasks through a pipe, around an edge",
  timers: "a sleep's end, around an edge",
  between: "two tasks through a pipe, between edges",
} as const;
type Where = keyof typeof WHERE;

const CONDITIONS = (Object.keys(WHERE) as Where[]).flatMap((where) =>
  (Object.keys(OBSERVERS) as Observer[]).map((observer) => `${observer}_${where}`)
);

/** Builds the program of the earlier commit into the folder. */
async function buildBefore(folder: string): Promise<void> {
  const tree = Deno.makeTempDirSync({ prefix: "probe-before-" });
  try {
    await run(["git", "worktree", "add", "--detach", tree, BEFORE]);
    await run(["sh", "-c", `cd "${tree}" && deno task build`]);
    Deno.copyFileSync(`${tree}/${EXECUTABLE}`, `${folder}/before`);
  } finally {
    await run(["git", "worktree", "remove", "--force", tree]);
  }
}

function report(title: string, place: Place, slowdowns: Slowdowns): void {
  console.log(`${title}, tier ${place.tier}, ${place.rounds} rounds: slowdown, median and 95 % interval`);
  for (const [where, words] of Object.entries(WHERE)) {
    console.log(`  ${words}`);
    const before = slowdowns.get(`before_${where}`) ?? [];
    for (const [observer, name] of Object.entries(OBSERVERS)) {
      const values = slowdowns.get(`${observer}_${where}`) ?? [];
      const { text } = estimateOf(values);
      const added = estimateOf(values.map((value, round) => value - before[round]!), " points");
      const share = 100 * added.median / estimateOf(before).median;
      const goal = observer === "probe"
        ? `; goal <= ${GOAL_PER_CENT} %: ${share <= GOAL_PER_CENT ? "met" : "MISSED"}`
        : "";
      const more = observer === "before"
        ? ""
        : `  adds ${added.text}, ${share.toFixed(0)} % of before${goal}`;
      console.log(`    ${name.padEnd(24)}${text}${more}`);
    }
  }
}

if (import.meta.main) {
  await benchIn(Deno.args, async (folder, isWanted) => {
    await buildBefore(folder);
    if (isWanted("native")) {
      report("this machine", NATIVE, await measureNative(folder, NATIVE, CONDITIONS));
    }
    if (isWanted("guest")) {
      await using guest = await countingGuest(folder);
      for (const place of [GUEST, { ...GUEST, tier: "tracepoint" } as const]) {
        const slowdowns = await measureGuest(guest, place, CONDITIONS);
        report("guest with Linux 6.12, instructions counted", place, slowdowns);
      }
    }
  });
}
