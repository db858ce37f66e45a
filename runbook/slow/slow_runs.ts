/** Notices slow runs, keeps files about the first of them beside the result, and may end the series. */

import { Failure } from "../../analysis/failure.ts";
import type { Row } from "../../analysis/result/columns.ts";
import { passedBeforeWakeup } from "../../analysis/result/durations.ts";
import type { Meta } from "../../analysis/result/meta.ts";
import { formatDuration } from "../../analysis/units/format_value.ts";
import type { RecentRing } from "../../ffi/recent.ts";
import { writeDerivedFile } from "../files/derived_file.ts";
import type { SlowSummary } from "../files/summary.ts";
import type { RunOutcome } from "../row/outcome.ts";
import type { RowWithStacks } from "../row/row.ts";
import type { Symbols } from "../row/symbols.ts";
import { around } from "./around.ts";
import { slowJson, slowTrace } from "./document.ts";
import { SlowJudge, type SlowLimit, type Slowness } from "./limit.ts";

/** So many slow runs of a call are kept: a series in which all are slow does not fill the disk. */
const MOST_KEPT = 10;

/** What a call asks for. */
export interface SlowRequest {
  readonly limit: SlowLimit;
  /** Whether the first slow run is the last run. */
  readonly stops: boolean;
}

export interface SlowRunsParts extends SlowRequest {
  /** Path of the result file. */
  readonly path: string;
  readonly meta: Meta;
  readonly symbols: Pick<Symbols, "symbolise">;
  /** Waits until enough time has passed after a run, and says what the CPUs did until then. */
  readonly recent: () => Promise<readonly RecentRing[]>;
  readonly say: (line: string) => void;
  /** Creates a file, which must not exist; default: on the disk. */
  readonly write?: (path: string, text: string) => Promise<void>;
}

/** What it spent most of its time on; with lost events another part may be the largest. */
function mainly(row: Row, { of }: Slowness): string {
  if (of === "offset_ns" && passedBeforeWakeup(row)) {
    return `, mainly ${row.edge_cause} before its wakeup began`;
  }
  return row.cause === null || Number(row.events_lost) > 0 ? "" : `, mainly ${row.cause}`;
}

export class SlowRuns {
  readonly #parts: SlowRunsParts;
  readonly #judge: SlowJudge;
  readonly #kept: string[] = [];
  #runs = 0;
  #endedAt: number | null = null;

  constructor(parts: SlowRunsParts) {
    this.#parts = parts;
    this.#judge = new SlowJudge(parts.limit);
  }

  /** Number of the slow run that ended the series; null: none has. */
  get endedAt(): number | null {
    return this.#endedAt;
  }

  /** A file that cannot be written is said, and ends nothing: the run is in the result. */
  async ran({ run, record, target }: RunOutcome, { row, stacks }: RowWithStacks): Promise<void> {
    const slowness = this.#judge.judge(row);
    if (slowness === null || record === null) return;
    const { path, meta, limit, stops, symbols, say } = this.#parts;
    this.#runs++;
    if (stops) this.#endedAt = run;
    if (this.#kept.length === MOST_KEPT) return;
    const base = `${path}.slow-${run}`;
    const span = { from: target?.edge_ns ?? record.ttwu_ns, to: record.tkread_ns ?? record.ttwu_ns };
    const events = around(span, await this.#parts.recent());
    const slow = { file: path, meta, limit, slowness, record, around: events, row, stacks, symbols };
    const [took, above] = [slowness.ns, slowness.limitNs].map((ns) => formatDuration(ns));
    const what = `run ${run} is slow: ${took}, above ${above}${mainly(row, slowness)}`;
    try {
      await this.#write(`${base}.json`, slowJson(slow));
      await this.#write(`${base}.perfetto.json`, slowTrace(slow));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      say(`notice: ${what}; its events are not kept: ${error.found}`);
      return;
    }
    this.#kept.push(`${base}.json`);
    say(`${what}; its events are in ${base}.json`);
  }

  summary(): SlowSummary {
    const { limit: { text } } = this.#parts;
    return { limit: text, runs: this.#runs, kept: this.#kept, ended_at: this.#endedAt };
  }

  #write(path: string, text: string): Promise<void> {
    return (this.#parts.write ?? create)(path, text);
  }
}

function create(path: string, text: string): Promise<void> {
  return writeDerivedFile(path, false, (write) => write(new TextEncoder().encode(text)));
}
