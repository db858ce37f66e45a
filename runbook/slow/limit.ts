/** Which runs are slow: those above a duration, or above a quantile of the runs before them. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { Row } from "../../analysis/result/columns.ts";
import { quantileSorted } from "../../analysis/stats/quantile.ts";
import { parseDuration } from "../../analysis/units/duration.ts";

export interface SlowLimit {
  /** As it was given. */
  readonly text: string;
  /** ns; null: it is a quantile. */
  readonly ns: number | null;
  /** Between 0 and 1; null: it is a duration. */
  readonly quantile: number | null;
}

/** Fewer runs have no quantile worth the name. */
const FEWEST_RUNS = 20;

/**
 * @param text a duration such as `200us`, or a quantile such as `p99` or `p99.9`
 * @throws Failure (usage) when it is neither
 */
export function parseSlowLimit(text: string): SlowLimit {
  if (/^p\d+(\.\d+)?$/.test(text)) {
    const percent = Number(text.slice(1));
    if (percent > 0 && percent < 100) return { text, ns: null, quantile: percent / 100 };
    throw new Failure(EXIT.usage, `"${text}" is no quantile between p0 and p100`, "give one such as p99");
  }
  if (/^\d/.test(text)) return { text, ns: parseDuration(text), quantile: null };
  throw new Failure(
    EXIT.usage,
    `"${text}" says neither a duration nor a quantile`,
    "give a duration such as 200us, or a quantile of the runs so far such as p99",
  );
}

/** Why a run is slow. */
export interface Slowness {
  /** The offset where the edge is known, otherwise what is known without it. */
  readonly of: "offset_ns" | "ttwu_to_tkread_ns";
  readonly ns: number;
  /** What the limit was at this run, ns. */
  readonly limitNs: number;
}

export class SlowJudge {
  readonly #limit: SlowLimit;
  /** Of the runs so far, ascending. */
  readonly #sorted: Record<Slowness["of"], number[]> = { offset_ns: [], ttwu_to_tkread_ns: [] };

  constructor(limit: SlowLimit) {
    this.#limit = limit;
  }

  /** @returns null: not slow, not complete, or too few runs so far for a quantile */
  judge(row: Pick<Row, "status" | Slowness["of"]>): Slowness | null {
    const of = row.offset_ns === null ? "ttwu_to_tkread_ns" : "offset_ns";
    const value = row[of];
    if (row.status !== "complete" || value === null) return null;
    const ns = Number(value);
    const limitNs = this.#limitAt(of);
    if (this.#limit.quantile !== null) insert(this.#sorted[of], ns);
    return limitNs !== null && ns > limitNs ? { of, ns, limitNs } : null;
  }

  #limitAt(of: Slowness["of"]): number | null {
    const { ns, quantile } = this.#limit;
    if (quantile === null) return ns;
    const before = this.#sorted[of];
    return before.length < FEWEST_RUNS ? null : quantileSorted(before, quantile);
  }
}

function insert(sorted: number[], ns: number): void {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= ns) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, ns);
}
