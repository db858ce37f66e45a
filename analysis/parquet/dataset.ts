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
