/** Where the variance of a duration comes from: the links of its chain, and the groups of a key. */

import type { ResultFile } from "../result/file.ts";
import { completeRows, type FileSample, TEST_NEEDS } from "../sample/sample.ts";
import type { Pair } from "../sample/summary.ts";
import { intervalsOfMeans } from "../stats/function_of_means.ts";

/** A part of a variance, with its interval of confidence 1 - 2 alpha; null ends where the resamples leave them open. */
export interface Share {
  readonly share: number;
  readonly ci: Pair<number | null>;
}

/** Points of the chain that a file keeps the times between. */
type LinkPoint = "edge" | "ttwu" | "wakeup" | "switch" | "tkread";

/** From one point to the next: its part of the variance, cov(link, whole) / var(whole); all links together 1. */
interface LinkShare extends Share {
  readonly from: LinkPoint;
  readonly to: LinkPoint;
}

/** The variance of a duration on one side. */
export interface SpreadSources {
  /** Complete runs with all the links. */
  readonly n: number;
  readonly sd_ns: number;
  readonly links: readonly LinkShare[];
  /** Of the intervals. */
  readonly method: string;
}

/** Durations whose links a file keeps. */
export type Total = "offset_ns" | "ttwu_to_tkread_ns";

/** A link, and what it takes in each row; NaN where it was not observed. */
interface Link {
  readonly from: LinkPoint;
  readonly to: LinkPoint;
  readonly of: (row: number) => number;
}

/**
 * The links of a duration's chain. Where the wakeup or the switch was not seen in all runs, the ways over them are one.
 *
 * @returns null with fewer than TEST_NEEDS runs, or where nothing varies
 */
export function spreadSources(file: ResultFile, total: Total, alpha: number): SpreadSources | null {
  const whole = file.durations[total];
  const rows = completeRows(file).filter((row) =>
    !Number.isNaN(whole[row]!) && !Number.isNaN(file.durations.ttwu_to_tkread_ns[row]!)
  );
  const links = linksOf(file, total, rows);
  const { centred, sd } = standardised(valuesAt(rows, (row) => whole[row]!));
  if (rows.length < TEST_NEEDS || sd === 0) return null;
  const parts = links.map(({ of }) => around(valuesAt(rows, of), sd));
  const columns = [
    centred,
    product(centred, centred),
    ...parts,
    ...parts.map((part) => product(part, centred)),
  ];
  const shares = intervalsOfMeans(columns, (means) => {
    const variance = means[1]! - means[0]! ** 2;
    return parts.map((_, i) => (means[2 + parts.length + i]! - means[2 + i]! * means[0]!) / variance);
  }, 1 - 2 * alpha);
  return {
    n: rows.length,
    sd_ns: sd,
    links: links.map(({ from, to }, i) => ({
      from,
      to,
      share: shares[i]!.estimate!,
      ci: [shares[i]!.low, shares[i]!.high],
    })),
    method: shares[0]!.method,
  };
}

function linksOf({ durations }: ResultFile, total: Total, rows: Uint32Array): Link[] {
  const { offset_ns, ttwu_to_tkread_ns, edge_to_wakeup_ns, wakeup_to_switch_ns } = durations;
  const edgeToTtwu = (row: number) => offset_ns[row]! - ttwu_to_tkread_ns[row]!;
  const first: Link = { from: "edge", to: "ttwu", of: edgeToTtwu };
  const later: Link[] = [
    { from: "ttwu", to: "wakeup", of: (row) => edge_to_wakeup_ns[row]! - edgeToTtwu(row) },
    { from: "wakeup", to: "switch", of: (row) => wakeup_to_switch_ns[row]! },
    {
      from: "switch",
      to: "tkread",
      of: (row) => offset_ns[row]! - edge_to_wakeup_ns[row]! - wakeup_to_switch_ns[row]!,
    },
  ];
  const isSeen = later.every(({ of }) => rows.every((row) => !Number.isNaN(of(row))));
  const rest: Link[] = isSeen
    ? later
    : [{ from: "ttwu", to: "tkread", of: (row) => ttwu_to_tkread_ns[row]! }];
  return total === "offset_ns" ? [first, ...rest] : rest;
}

/**
 * The parts that the two groups of a key have in the variance: p (s^2 + (m - mean)^2) over the variance of all, where p
 * is a group's part of the runs, s its standard deviation and m its mean. What is missing to 1 is in neither group.
 *
 * @param codes of the groups, 1 and 2, row by row of the file
 * @returns null as spreadSources
 */
export function groupShares(sample: FileSample, codes: Uint8Array, alpha: number): Pair<Share> | null {
  const { sorted, order, rows } = sample;
  const group = new Uint8Array(order.length);
  for (let i = 0; i < order.length; i++) group[i] = codes[rows[order[i]!]!]!;
  const { centred, sd } = standardised(sorted);
  if (sorted.length < TEST_NEEDS || sd === 0) return null;
  const squares = product(centred, centred);
  const of = (code: number) => {
    const isIn = new Float64Array(group.length);
    for (let i = 0; i < group.length; i++) isIn[i] = group[i] === code ? 1 : 0;
    return [isIn, product(isIn, centred), product(isIn, squares)];
  };
  const shares = intervalsOfMeans([centred, squares, ...of(1), ...of(2)], (means) => {
    const mean = means[0]!;
    const variance = means[1]! - mean ** 2;
    return [2, 5].map((at) =>
      (means[at + 2]! - 2 * mean * means[at + 1]! + mean ** 2 * means[at]!) / variance
    );
  }, 1 - 2 * alpha).map(({ estimate, low, high }): Share => ({ share: estimate!, ci: [low, high] }));
  return [shares[0]!, shares[1]!];
}

/**
 * The part of the variance that lies between groups: sum p_g (m_g - mean)^2 over the variance of all, where p_g is a
 * group's part of the runs and m_g its mean.
 *
 * @param values ns, in no order
 * @param groups of the values, below `count`
 * @returns null as spreadSources
 */
export function betweenShare(
  values: Float64Array,
  groups: ArrayLike<number>,
  count: number,
  alpha: number,
): Share | null {
  const { centred, sd } = standardised(values);
  if (values.length < TEST_NEEDS || sd === 0) return null;
  const columns = [centred, product(centred, centred)];
  for (let group = 0; group < count; group++) {
    const isIn = Float64Array.from(groups, (of) => of === group ? 1 : 0);
    columns.push(isIn, product(isIn, centred));
  }
  const [found] = intervalsOfMeans(columns, (means) => {
    const mean = means[0]!;
    let between = -(mean ** 2);
    for (let at = 2; at < means.length; at += 2) {
      if (means[at]! > 0) between += means[at + 1]! ** 2 / means[at]!;
    }
    return [between / (means[1]! - mean ** 2)];
  }, 1 - 2 * alpha);
  return { share: found!.estimate!, ci: [found!.low, found!.high] };
}

/** About its mean, in standard deviations, with the divisor n. */
function standardised(values: Float64Array): { centred: Float64Array; sd: number } {
  const centred = around(values, 1);
  let squares = 0;
  for (let i = 0; i < centred.length; i++) squares += centred[i]! ** 2;
  const sd = Math.sqrt(squares / centred.length);
  for (let i = 0; i < centred.length; i++) centred[i]! /= sd;
  return { centred, sd };
}

function around(values: Float64Array, unit: number): Float64Array {
  const first = values[0] ?? 0;
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += (values[i]! - first) / values.length;
  const found = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) found[i] = (values[i]! - first - mean) / unit;
  return found;
}

function product(one: Float64Array, other: Float64Array): Float64Array {
  const found = new Float64Array(one.length);
  for (let i = 0; i < one.length; i++) found[i] = one[i]! * other[i]!;
  return found;
}

function valuesAt(rows: Uint32Array, of: (row: number) => number): Float64Array {
  const found = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) found[i] = of(rows[i]!);
  return found;
}
