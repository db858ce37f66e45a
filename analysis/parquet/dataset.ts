/** A data set of many series as other engines read it: a folder for each value of its partitions, one file a series. */

import type { Meta } from "../result/meta.ts";
import { RESULT_VERSION } from "../result/write.ts";

/**
 * What every row of a series repeats of its metadata, in this order after its other columns, so that a query needs no
 * other file. All are text but the last, an integer.
 */
export function datasetCells(
  { host, boot_id, runbook_sha256, kernel, cpu }: Meta,
): Readonly<Record<string, string | bigint>> {
  return { host, boot_id, runbook_sha256, kernel, cpu, schema_version: BigInt(RESULT_VERSION) };
}

/** What the folders of a data set say of a series, outermost first; UTC. */
const PARTITIONS = [
  { name: "env", of: ({ env }: Meta): string => env },
  { name: "kernel", of: ({ kernel }: Meta): string => kernel },
  { name: "date", of: (meta: Meta): string => timeOf(meta)!.toISOString().slice(0, "2026-01-01".length) },
] as const;

/**
 * Where a series belongs in a data set. Its name follows from its metadata, so that the same series comes to the same
 * place.
 *
 * @returns a path below the data set; null: `started` is no date
 */
export function datasetPath(meta: Meta): string | null {
  const time = timeOf(meta);
  if (time === null) return null;
  const folders = PARTITIONS.map(({ name, of }) => `${name}=${escaped(of(meta))}`);
  const started = time.toISOString().replaceAll(/[-:]/g, "");
  return [...folders, `${escaped(meta.host)}-${started}-${escaped(meta.boot_id)}.parquet`].join("/");
}

/** A partition whose folder says something else than the file in it. */
export interface Contradiction {
  readonly partition: string;
  /** What the folder says. */
  readonly folder: string;
  readonly file: string;
}

/** The first folder of a path that contradicts the file; null: none does, or it has no such folders. */
export function partitionContradiction(path: string, meta: Meta): Contradiction | null {
  for (const part of path.split("/").slice(0, -1)) {
    const [, name, value] = /^([a-z]+)=(.*)$/s.exec(part) ?? [];
    const partition = PARTITIONS.find((one) => one.name === name);
    if (partition === undefined) continue;
    const file = partition.name === "date" && timeOf(meta) === null ? meta.started : partition.of(meta);
    const folder = unescaped(value!);
    if (folder !== file) return { partition: partition.name, folder, file };
  }
  return null;
}

function timeOf({ started }: Meta): Date | null {
  const time = new Date(started);
  return Number.isNaN(time.getTime()) ? null : time;
}

/** What Hive writes as %XX in the name of a partition's folder, and a dot at the beginning, which hides a file. */
const SPECIAL = /^\.|["#%'*/:=?\\{}[\]^\p{Cc}]/gu;
/** What Hive writes where there is no value. */
const NOTHING = "__HIVE_DEFAULT_PARTITION__";

function escaped(text: string): string {
  if (text === "") return NOTHING;
  const hex = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  return text.replaceAll(SPECIAL, (c) => Array.from(new TextEncoder().encode(c), hex).join(""));
}

function unescaped(text: string): string {
  if (text === NOTHING) return "";
  try {
    return decodeURIComponent(text);
  } catch {
    // No program wrote it so; it is compared as it is.
    return text;
  }
}
