/** `probe fleet`: many hosts, each with series of both sides. */

import { besidesOfRunbook } from "../../analysis/asked/declared.ts";
import { alphaOf, type Besides } from "../../analysis/compare/limits.ts";
import { EXIT, type ExitCode, Failure } from "../../analysis/failure.ts";
import { fleetOf } from "../../analysis/fleet/fleet.ts";
import { type FleetSeries, fleetSeries } from "../../analysis/fleet/series.ts";
import { type HostBy, sidesOf } from "../../analysis/fleet/sides.ts";
import { type Contradiction, partitionContradiction } from "../../analysis/parquet/dataset.ts";
import { fleetJson } from "../../analysis/print/fleet/json.ts";
import { fleetText } from "../../analysis/print/fleet/text.ts";
import { tellFleet } from "../../analysis/print/fleet/told.ts";
import type { Stranger } from "../../analysis/print/model.ts";
import { readAnyFile } from "../../runbook/files/result_in.ts";
import { whyUnreadable } from "../../runbook/machine/named_file.ts";
import { type GivenMargin, marginsFor, marginsOf } from "../compared_files.ts";

export interface FleetFlags {
  readonly format: "text" | "json";
  /** As text: each host and the methods too. */
  readonly details: boolean;
  /** The env of each side. */
  readonly a: string;
  readonly b: string;
  readonly "host-by": HostBy;
  /** One margin for all questions, or for the one that is named; default: the runbook's. */
  readonly margin?: readonly GivenMargin[];
  /** Default: the runbook's. */
  readonly alpha?: number;
}

/**
 * @param folder with result files, or a data set of `probe export`; what is no result file in it is passed over
 * @param write receives the answer
 * @throws Failure when the folder cannot be read, or has no host with series of both sides
 */
export async function fleetCommand(
  { format, details, a, b, "host-by": hostBy, margin = [], alpha }: FleetFlags,
  folder: string,
  write: (text: string) => void,
): Promise<ExitCode> {
  if (a === b) {
    throw new Failure(EXIT.usage, `--a and --b are both ${a}`, "name the env of each side");
  }
  const { series, unread } = await seriesIn(folder.replace(/(?<=.)\/+$/, ""), marginsFor(margin));
  if (series.length === 0) {
    throw new Failure(EXIT.failed, `${folder} has no result file`, "give a folder of files of `probe run`");
  }
  const sides = sidesOf(series, [a, b], hostBy);
  const first = sides.hosts[0]!.series[0][0]!;
  const declaring = { name: first.file, meta: first.meta };
  const besides = besidesOfRunbook(declaring, marginsFor(margin));
  refuseUnasked(margin, first, besides);
  const fleet = fleetOf(sides, [a, b], {
    margins: marginsOf(margin),
    alpha: alphaOf(declaring, alpha),
    besides,
  });
  write(format === "json" ? fleetJson(fleet, unread) : fleetText(tellFleet(fleet, unread), details));
  return EXIT.done;
}

/** @throws Failure (usage) */
function refuseUnasked(given: readonly GivenMargin[], { levels }: FleetSeries, besides: readonly Besides[]) {
  for (const { question } of given) {
    if (question === null || levels.has(question) || besides.some(({ name }) => name === question)) continue;
    throw new Failure(
      EXIT.usage,
      `--margin is for ${question}, which the runbook does not ask`,
      "declare it in the runbook, or ask it of two files with compare --question",
    );
  }
}

interface Found {
  readonly series: readonly FleetSeries[];
  readonly unread: readonly Stranger[];
}

/** One file after another, of which only levels and facts stay in memory. */
async function seriesIn(folder: string, marginFor: ReturnType<typeof marginsFor>): Promise<Found> {
  const series: FleetSeries[] = [];
  const unread: Stranger[] = [];
  for (const file of filesIn(folder, "")) {
    const path = `${folder}/${file}`;
    try {
      const read = await readAnyFile(path);
      const contradiction = partitionContradiction(file, read.meta);
      if (contradiction !== null) unread.push({ file, reason: inWords(contradiction) });
      else {series.push(
          fleetSeries({ ...read, name: file }, besidesOfRunbook({ ...read, name: file }, marginFor)),
        );}
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      unread.push({ file, reason: error.found.replaceAll(`${path}: `, "").replaceAll(`${path} `, "") });
    }
  }
  return { series, unread };
}

function inWords({ partition, folder, file }: Contradiction): string {
  return `its folder says ${partition} ${folder}, its metadata ${file}`;
}

/** Files in a folder and below it, by name; what begins with a dot, and what a data set's writers leave half done, is none. */
function filesIn(folder: string, below: string): string[] {
  const entries = entriesIn(below === "" ? folder : `${folder}/${below}`, below === "");
  return entries.flatMap(({ name, isDirectory }) => {
    const path = below === "" ? name : `${below}/${name}`;
    if (name.startsWith(".") || name.endsWith(".part")) return [];
    return isDirectory ? filesIn(folder, path) : [path];
  });
}

function entriesIn(path: string, isGiven: boolean): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(path)].sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (cause) {
    const isFile = cause instanceof Deno.errors.NotADirectory;
    const found = isFile ? `${path} is not a folder` : `cannot read ${path}: ${whyUnreadable(cause)}`;
    const remedy = isGiven ? "give a folder of files of `probe run`" : "make it readable for this user";
    throw new Failure(EXIT.failed, found, remedy, { cause });
  }
}
