/** Wording shared by all output about measured runs: machines, runs, samples, their order, outliers. */

import type { Loss } from "../result/meta.ts";
import type { SeriesCheck, SeriesChecks } from "../sample/series.ts";
import type { Histogram, Outliers } from "../sample/summary.ts";
import type { Description } from "../sample/description.ts";
import type { Cell, Finding, Said, TableColumn } from "./model.ts";
import { duration, exact, joined, plain, pValue, runsWorth, say, signed, statistic } from "./said.ts";

export interface Origin {
  readonly env: string;
  readonly host: string;
  readonly kernel: string;
  readonly tier: string;
}

export function machine({ env, host, kernel, tier }: Origin): Said {
  return plain(`${env} on ${host}, Linux ${kernel}, ${tier} tier`);
}

export interface Counted {
  readonly rows: number;
  readonly complete: number;
  readonly timeout: number;
  readonly aborted: number;
}

/** @param declared how many runs the runbook asks for; null: not printed */
export function runs(of: Counted, isCutOff: boolean, declared: number | null): Said {
  const rest = declared === null || declared === of.rows ? "" : say` (${exact(declared)} declared)`;
  const complete = say`${exact(of.complete)} of ${exact(of.rows)} runs complete${rest}`;
  return joined([complete, censored(of.timeout, of.aborted), isCutOff ? plain("cut off") : null], ", ");
}

/** Runs left out of every estimate, by how they ended; null when none is. */
export function censored(timeout: number, aborted: number): Said | null {
  if (timeout + aborted === 0) return null;
  return joined([
    timeout > 0 ? say`${exact(timeout)} timed out` : null,
    aborted > 0 ? say`${exact(aborted)} aborted` : null,
  ], ", ");
}

/** The MAD is left out when it is not known. */
export function sample(of: Omit<Description, "mad_ns"> & Partial<Pick<Description, "mad_ns">>): Said {
  if (of.n === 0) return plain("not observed");
  const mad = of.mad_ns === undefined ? "" : say`, MAD ${duration(of.mad_ns)}`;
  return say`median ${duration(of.median_ns)}, IQR ${duration(of.iqr_ns)}${mad}, n ${exact(of.n)}`;
}

/** The columns that describe a sample. */
export function placeAndSpread(per: TableColumn["per"]): TableColumn<"median" | "iqr" | "mad">[] {
  return [
    { id: "median", name: "median", per },
    { id: "iqr", name: "IQR", per },
    { id: "mad", name: "MAD", per },
  ];
}

/** From where to where the bins reach. */
export function histogramRange(histogram: Histogram | null): Cell {
  if (histogram === null) return null;
  const { low_ns, width_ns, counts } = histogram;
  return say`${duration(low_ns)} to ${duration(low_ns + width_ns * counts[0].length)}`;
}

const LOST = { timeout: "timed out", aborted: "aborted", ring_full: "lost its record" } as const;

/** Which run lost something, and how far its chain had come. */
export function loss({ run, what, stage }: Loss): Said {
  return say`run ${exact(run)} ${LOST[what]}, ${stage === "none" ? "nothing seen" : `last seen: ${stage}`}`;
}

/** @param found null: too few values to tell */
export function outliers(found: Outliers | null): Said | null {
  if (found === null) return null;
  const kinds = ([["far_below", "far below"], ["below", "below"], ["above", "above"], [
    "far_above",
    "far above",
  ]] as const)
    .flatMap(([kind, where]) => found[kind] > 0 ? [say`${exact(found[kind])} ${where}`] : []);
  return kinds.length === 0 ? plain("none") : joined(kinds, ", ");
}

export const IN_ORDER = "in the order of the runs";

/** As `order`; when nothing can be checked, it says why. */
export function orderOrNone(topic: string, checks: SeriesChecks): Finding[] {
  const found = order(topic, null, checks);
  if (found.length > 0) return found;
  const value = say`does not vary or has too few runs (n ${exact(checks.n)})`;
  return [{ topic, of: null, what: null, value, certainty: null, method: null }];
}

/**
 * What was checked before the tests: neighbours, level and modes of the runs in their order.
 *
 * @param of the side, when two sides are described
 */
export function order(
  topic: string,
  of: string | null,
  { lag1, change_point: change, dip, effective_n }: SeriesCheck,
): Finding[] {
  return [
    ...lag1 === null ? [] : [{
      topic,
      of,
      what: "lag 1",
      value: say`${signed(lag1.r)}, effective n ${runsWorth(effective_n)}`,
      certainty: pValue(lag1),
      method: plain(lag1.method),
    }],
    ...change === null ? [] : [{
      topic,
      of,
      what: "change",
      value: say`after run ${exact(change.after_run)}`,
      certainty: pValue(change),
      method: plain(change.method),
    }],
    ...dip === null ? [] : [{
      topic,
      of,
      what: "dip",
      value: statistic(dip.dip),
      certainty: pValue(dip),
      method: plain(dip.method),
    }],
  ];
}
