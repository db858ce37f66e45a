/** Which series of a folder make a fleet, and why the others do not; which host each is of. */

import { protocolDifferences } from "../compare/confounding.ts";
import type { Confounding } from "../compare/reasons.ts";
import { EXIT, Failure } from "../failure.ts";
import type { Meta } from "../result/meta.ts";
import { INTEGRITY_LIMIT } from "../sample/sample.ts";
import type { Pair } from "../sample/summary.ts";
import type { FleetSeries } from "./series.ts";

/** Why a series is no part of the fleet. */
export type LeftOut =
  | { readonly file: string; readonly code: "protocol"; readonly differences: readonly Confounding[] }
  | { readonly file: string; readonly code: "env"; readonly env: string }
  | { readonly file: string; readonly code: "same_measurement"; readonly as: string }
  | { readonly file: string; readonly code: "integrity"; readonly errors: number; readonly rows: number }
  | { readonly file: string; readonly code: "no_date"; readonly started: string }
  /** It lies beside the folders that name the hosts. */
  | { readonly file: string; readonly code: "no_folder" };

/** A host with series of both sides, the unit of replication. */
export interface Host {
  readonly name: string;
  readonly series: Pair<readonly FleetSeries[]>;
}

/** A host that has series of one side alone. */
export interface Unpaired {
  readonly host: string;
  readonly series: number;
  /** The env of which it has none. */
  readonly lacks: string;
}

export interface Sides {
  /** By name. */
  readonly hosts: readonly Host[];
  readonly unpaired: readonly Unpaired[];
  readonly leftOut: readonly LeftOut[];
}

/** What tells the host of a file: its metadata, or the folder that it lies in. */
export type HostBy = "meta" | "folder";

/**
 * @param all in any order
 * @param envs of A, the baseline, and of B
 * @throws Failure when one of the sides has no series, or two protocols have as many files each
 */
export function sidesOf(all: readonly FleetSeries[], envs: Pair<string>, hostBy: HostBy): Sides {
  const leftOut: LeftOut[] = [];
  const once = new Map<string, FleetSeries>();
  for (const one of all.toSorted((a, b) => a.file < b.file ? -1 : 1)) {
    const { host, boot_id, started } = one.meta;
    const key = JSON.stringify([host, boot_id, started]);
    const why = whyLeftOut(one, envs, hostBy, once.get(key));
    if (why === null) once.set(key, one);
    else leftOut.push(why);
  }
  const series = ofOneProtocol([...once.values()], leftOut);
  for (const env of envs) {
    if (series.some(({ meta }) => meta.env === env)) continue;
    const found = [...Map.groupBy(all, ({ meta }) => meta.env)].map(([env, { length }]) =>
      `${length} of ${env}`
    );
    throw new Failure(
      EXIT.failed,
      `no series is of ${env}, but ${found.sort().join(", ")}`,
      "name the env of each side with --a and --b",
    );
  }
  const hosts: Host[] = [];
  const unpaired: Unpaired[] = [];
  const byHost = Map.groupBy(series, (one) => hostOf(one, hostBy)!);
  for (const [name, ofHost] of [...byHost].sort(([a], [b]) => a < b ? -1 : 1)) {
    const [a, b] = envs.map((env) => ofHost.filter(({ meta }) => meta.env === env)) as [
      FleetSeries[],
      FleetSeries[],
    ];
    if (a.length > 0 && b.length > 0) hosts.push({ name, series: [a, b] });
    else unpaired.push({ host: name, series: ofHost.length, lacks: a.length === 0 ? envs[0] : envs[1] });
  }
  if (hosts.length === 0) {
    throw new Failure(
      EXIT.failed,
      `no host has series of both ${envs[0]} and ${envs[1]}: ${unpaired.length} hosts have those of one`,
      hostBy === "folder"
        ? "put the files of each host into one folder"
        : "where a VM has a name of its own, put the files of each host into one folder and give --host-by folder",
    );
  }
  return { hosts, unpaired, leftOut };
}

function whyLeftOut(
  { file, meta, rows, integrityErrors }: FleetSeries,
  envs: Pair<string>,
  hostBy: HostBy,
  same: FleetSeries | undefined,
): LeftOut | null {
  if (same !== undefined) return { file, code: "same_measurement", as: same.file };
  if (!envs.includes(meta.env)) return { file, code: "env", env: meta.env };
  if (hostOf({ file, meta }, hostBy) === null) return { file, code: "no_folder" };
  if (Number.isNaN(Date.parse(meta.started))) return { file, code: "no_date", started: meta.started };
  if (integrityErrors > INTEGRITY_LIMIT * rows) {
    return { file, code: "integrity", errors: integrityErrors, rows };
  }
  return null;
}

function hostOf({ file, meta }: Pick<FleetSeries, "file" | "meta">, hostBy: HostBy): string | null {
  if (hostBy === "meta") return meta.host;
  const end = file.indexOf("/");
  return end < 0 ? null : file.slice(0, end);
}

/** Those of the protocol that most have. Which of two is meant cannot be guessed where each has as many. */
function ofOneProtocol(all: readonly FleetSeries[], leftOut: LeftOut[]): readonly FleetSeries[] {
  const groups: FleetSeries[][] = [];
  for (const one of all) {
    const group = groups.find(([first]) => isSameProtocol(first!.meta, one.meta));
    if (group === undefined) groups.push([one]);
    else group.push(one);
  }
  const [series = [], second = []] = groups.sort((a, b) => b.length - a.length);
  if (second.length > 0 && second.length === series.length) {
    throw new Failure(
      EXIT.failed,
      `two protocols have ${series.length} files each, that of ${series[0]!.file} and that of ${
        second[0]!.file
      }`,
      "give the files of one protocol",
    );
  }
  for (const one of groups.slice(1).flat()) {
    const differences = protocolDifferences(series[0]!.meta, one.meta);
    leftOut.push({ file: one.file, code: "protocol", differences });
  }
  return series;
}

function isSameProtocol(a: Meta, b: Meta): boolean {
  return protocolDifferences(a, b).length === 0;
}
