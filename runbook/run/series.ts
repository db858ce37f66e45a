/** One series of runs on an open kernel's side, from the header of its file to the end line. */

import type { Placement } from "../../analysis/result/columns.ts";
import type { Meta } from "../../analysis/result/meta.ts";
import { type Begun, requireSameMeta } from "../files/resume.ts";
import type { ResultWriter } from "../files/result_out.ts";
import type { SeriesSummary } from "../files/summary.ts";
import { Tally } from "../files/tally.ts";
import { loadsBeyond } from "../protocol/load.ts";
import { BUILT_IN_COMM, keptName } from "../protocol/target.ts";
import type { Symbols } from "../row/symbols.ts";
import { AROUND_MS } from "../slow/around.ts";
import { type SlowRequest, SlowRuns } from "../slow/slow_runs.ts";
import type { RowContext } from "../row/row.ts";
import { decodeTableFor } from "../row/wake_flags.ts";
import { type ConditionsKernel, conditionsOf, warmUp } from "./conditions.ts";
import { CrossCheck } from "./crosscheck.ts";
import type { Waiting } from "./hours.ts";
import type { KernelSide } from "./kernel_side.ts";
import { runLoop } from "./loop.ts";
import { metaOf, type MetaRequest } from "./meta.ts";
import { Notices } from "./notices.ts";
import { observedBy, OutcomeSink } from "./outcomes.ts";
import { OverheadMeter } from "./overhead.ts";
import type { Progress } from "./progress.ts";

export interface SeriesRequest extends MetaRequest {
  /** Filled here. */
  readonly file: ResultWriter;
  /** What the file held before; null: it is new. */
  readonly begun: Begun | null;
  /** Number of the last run; if that is before the runbook's last one, the file gets no end line. */
  readonly last: number;
  readonly progress: Progress;
  /** What to do outside the runbook's hours. */
  readonly waiting: Waiting;
  readonly interrupt: AbortSignal;
  /** Pairs each run with one without probes. */
  readonly measureOverhead: boolean;
  /** null: slow runs are as other runs. */
  readonly slow: SlowRequest | null;
  /** Whether the call does a planned part of the series: what was done before was another one. */
  readonly isPart: boolean;
  /** How the vCPUs of this machine are placed, by whoever placed them; null: nobody says. */
  readonly placement: Placement | null;
}

/** What a series needs from the kernel once its side is open. */
export interface SeriesKernel
  extends ConditionsKernel, Omit<KernelSide, keyof ConditionsKernel | NotOfSeries> {
  /** Symbols of the kernel and of the attached programs. */
  readonly symbols: Symbols;
  /** The machine's current clocksource; null when not known. */
  currentClocksource(): string | null;
}

/** Of what nothing ends before its time. */
const NEVER = new AbortController().signal;

type NotOfSeries = "timePrograms" | keyof Disposable;

/** The result of a series. */
export interface Measured {
  readonly summary: SeriesSummary;
  /** Number of the run at which Ctrl-C ended it; null: all done. */
  readonly interruptedAt: number | null;
}

/**
 * @throws Failure when a run cannot take place, the file cannot be written, or it was begun under other
 *   conditions
 */
export async function measureSeries(request: SeriesRequest, kernel: SeriesKernel): Promise<Measured> {
  const { machine, file, begun, last, progress } = request;
  const { runbook } = request.declared;
  const { probes, trigger, symbols } = kernel;
  const decode = decodeTableFor(machine.kernel);
  const meta = await metaOf(request, kernel, decode);
  const first = (begun?.lastRun ?? 0) + 1;
  beginFile(file, begun, first, meta, request.isPart);
  progress.begin(first);
  progress.say(`measuring ${whatOf(first, last, runbook.runs, kernel)} into ${file.path}`);
  const notices = new Notices((line) => progress.say(line), keptName(kernel.task?.comm ?? BUILT_IN_COMM));
  notices.ofMachine(symbols, decode, machine.kernel, kernel.types);

  notices.ofLoads(loadsBeyond(runbook.load, machine.cpus), machine.cpus);

  const conditions = {
    ...conditionsOf(kernel, runbook, request.waiting, request.interrupt),
    staysAttached: request.slow !== null,
    onWait: (edge: bigint, now: bigint) => progress.waits(edge, now),
  };
  const tally = begun?.tally ?? new Tally();
  const crossCheck = new CrossCheck(machine.kernel, decode, kernel.scxWakeFlags);
  const meter = request.measureOverhead ? new OverheadMeter(probes, conditions) : null;
  const slow = request.slow === null ? null : new SlowRuns({
    ...request.slow,
    path: file.path,
    meta,
    symbols,
    // Not ended by Ctrl-C: it takes no longer than anybody waits.
    recent: () => kernel.clock.sleep(AROUND_MS + 1, NEVER).then(() => probes.recent()),
    say: (line) => progress.say(line),
  });
  const hasEnded = () => slow !== null && slow.endedAt !== null && slow.endedAt < last;
  const sink = new OutcomeSink({
    context: {
      symbols,
      decode,
      observed: observedBy(probes.hooks),
      vm: vmOf(request),
      isForeseen: trigger.isForeseen === true,
    },
    currentClocksource: kernel.currentClocksource,
    file,
    tally,
    crossCheck,
    notices,
    progress,
    trigger,
    slow,
    meter,
  });
  if (first <= runbook.runs) await warmUp(conditions, runbook);
  const { interruptedAt, look } = await untilLook(request, first, (first, runs) =>
    runLoop({
      ...conditions,
      first,
      runs,
      onOutcome: (outcome) => sink.take(outcome),
      hasEnded,
      onRepeat: (run, why) => notices.repeated(run, why),
    }), hasEnded);
  notices.disagreements(crossCheck.notices());
  if (begun === null) tallyCounts(tally, kernel);
  if (meter !== null) tally.setOverhead(meter.overhead());
  tally.setNotices(notices.ofRuns());
  if (look !== null) tally.setLooks(look);
  const isWhole = interruptedAt === null && last === runbook.runs && !hasEnded();
  if (look !== null || isWhole) file.writeEnd(tally.end());
  const goesOn = last < runbook.runs || hasEnded() ? "; --resume goes on" : "";
  progress.say(`${tally.end().rows} of ${runbook.runs} runs written to ${file.path}${goesOn}`);
  const summary = {
    path: file.path,
    meta,
    tally,
    notices: notices.all(),
    ...(slow === null ? {} : { slow: slow.summary() }),
  };
  return { summary, interruptedAt };
}

/**
 * Does the runs with a look after each part of them, until one of the looks, or the last, ends the series.
 *
 * @param first number of the first run; a look at the runs before it is taken, as a call that was cut off may have
 *   left it out
 * @param run does the runs from one to another
 * @param hasEnded whether a slow run has ended the series, before the last of them
 * @returns number of the run at which it was interrupted, and the look that ended it
 */
async function untilLook(
  { looks, last }: SeriesRequest,
  first: number,
  run: (first: number, last: number) => Promise<number | null>,
  hasEnded: () => boolean,
): Promise<{ interruptedAt: number | null; look: number | null }> {
  if (looks === null || looks.take === null) {
    const interruptedAt = await run(first, last);
    // Whoever looks would not have let the last part be measured had another look ended it.
    const isWhole = looks !== null && interruptedAt === null && !hasEnded() && last === looks.after.at(-1);
    return { interruptedAt, look: isWhole ? looks.after.length : null };
  }
  let from = first;
  for (const [index, until] of looks.after.entries()) {
    if (until < first - 1) continue;
    const interruptedAt = until < from ? null : await run(from, until);
    if (interruptedAt !== null || hasEnded()) return { interruptedAt, look: null };
    from = until + 1;
    if (looks.take(index + 1)) return { interruptedAt: null, look: index + 1 };
  }
  return { interruptedAt: null, look: looks.after.length };
}

function beginFile(
  file: ResultWriter,
  begun: Begun | null,
  first: number,
  meta: Meta,
  isPart: boolean,
): void {
  if (begun === null) return file.writeHeader(meta);
  requireSameMeta(file.path, begun.file.meta, meta);
  const { boot, boot_id, started } = meta;
  const of = boot === undefined ? {} : { boot, boot_id };
  const planned = isPart ? { planned: true as const } : {};
  file.writeResumption({ run: first, started, ...planned, ...of }, begun.file);
}

/** Which runs, of which target, at which tier. */
function whatOf(first: number, last: number, runs: number, { task, probes }: SeriesKernel): string {
  const which = first === 1 && last === runs ? `${runs} runs` : `runs ${first} to ${last}`;
  const whose = task === null ? "" : ` of ${task.comm} (pid ${task.pid})`;
  return `${which}${whose} at tier ${probes.tier}`;
}

/** The kernel and the trigger began to count with this call: rows of earlier calls are not included. */
function tallyCounts(tally: Tally, { trigger, probes }: SeriesKernel): void {
  tally.setEdges(trigger.edges());
  tally.setRecursionMisses(probes.programs());
}

function vmOf({ placement, machine: { boot } }: SeriesRequest): Required<RowContext>["vm"] {
  return { placement, boot: boot === undefined ? null : `${boot}` };
}
