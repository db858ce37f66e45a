/** The files of each side of a comparison, and reading them as one. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { isSameMeasurement, pooled, type Unlike, unlikeFile } from "../../analysis/pool/pool.ts";
import { reasonInWords } from "../../analysis/print/compare/reasons.ts";
import type { ResultFile } from "../../analysis/result/file.ts";
import type { RowVisitor } from "../../analysis/result/row_view.ts";
import { baseName } from "../../analysis/sample/key_columns.ts";
import { requireOneInput, systemWords } from "../../runbook/machine/named_file.ts";
import { inTurn, readWhere, type Where } from "./where.ts";

/** Paths or patterns of the files of A and of B, instead of one file a side. */
export interface SideFlags {
  readonly a?: readonly string[];
  readonly b?: readonly string[];
}

/** Paths or patterns as one side. */
export function sideOf(patterns: readonly string[]): SidePaths {
  const paths = patterns.flatMap(matching);
  return { paths, labels: labelsOf([paths, []])[0] };
}

/** The files of one side. */
export interface SidePaths {
  readonly paths: readonly string[];
  /** The value of the key `file` of each. */
  readonly labels: readonly string[];
}

/**
 * @param files those given without an option, each a side of its own
 * @param least number of sides that are needed
 * @returns the sides, the baseline first
 * @throws Failure (usage) when both ways are mixed, a side is missing, or a pattern matches nothing
 */
export function sidesOf(files: readonly string[], { a, b }: SideFlags, least: number): SidePaths[] {
  requireOneInput([...files, ...a ?? [], ...b ?? []]);
  if (a === undefined && b === undefined) {
    if (files.length < least) {
      if (least === 1) {
        throw new Failure(EXIT.usage, "no file is given", "name one, or several of one protocol with --a");
      }
      throw new Failure(
        EXIT.usage,
        `${files.length === 0 ? "no file is" : "one file is"} given, and a comparison needs ${least}`,
        "name the baseline and another file, or give the files of each side with --a and --b",
      );
    }
    return files.map((path) => ({ paths: [path], labels: [baseName(path)] }));
  }
  if (files.length > 0) {
    throw new Failure(
      EXIT.usage,
      `${files[0]} is given without --a and --b, which name the files of both sides`,
      "give it with one of them",
    );
  }
  if (a !== undefined && b === undefined && least === 1) return [sideOf(a)];
  if (a === undefined || b === undefined) {
    throw new Failure(
      EXIT.usage,
      `--${a === undefined ? "b" : "a"} names the files of one side alone`,
      `name those of the other with --${a === undefined ? "a" : "b"}`,
    );
  }
  const paths = [a.flatMap(matching), b.flatMap(matching)] as const;
  const [labelsA, labelsB] = labelsOf(paths);
  return [{ paths: paths[0], labels: labelsA }, { paths: paths[1], labels: labelsB }];
}

/**
 * What names the stratum of each file: its name without folders, if some file of the other side has the same; otherwise,
 * with as many files on both sides, the names of the files that stand at the same place.
 */
function labelsOf([a, b]: readonly [readonly string[], readonly string[]]): readonly [string[], string[]] {
  const names = [a.map(baseName), b.map(baseName)] as const;
  const isUnique = names.every((side) => new Set(side).size === side.length);
  if (!isUnique) return [[...a], [...b]];
  if (a.length !== b.length || names[0].some((name) => names[1].includes(name))) return [...names];
  const pairs = names[0].map((name, index) => `${name} | ${names[1][index]}`);
  return [pairs, pairs];
}

/** Characters by which a pattern is told from a path. */
const WILD = /[*?[]/;

/**
 * The files that a pattern of a shell matches, sorted; a path is taken as it is.
 *
 * @throws Failure (usage) when it matches none
 */
function matching(pattern: string): string[] {
  if (!WILD.test(pattern) || exists(pattern)) return [pattern];
  let found = [pattern.startsWith("/") ? "/" : ""];
  for (const [index, part] of pattern.split("/").entries()) {
    if (part === "") continue;
    const isLast = index === pattern.split("/").length - 1;
    const end = isLast ? "" : "/";
    found = WILD.test(part)
      ? found.flatMap((folder) => matchesIn(folder, part).map((name) => `${folder}${name}${end}`))
        .filter((path) => isLast || isFolder(path))
      : found.map((folder) => `${folder}${part}${end}`);
  }
  const files = found.filter(exists).sort();
  if (files.length > 0) return files;
  throw new Failure(
    EXIT.usage,
    `no file matches ${pattern}`,
    "give a pattern such as 'host*.csv', in quotes",
  );
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** Names that begin with a dot are matched by patterns that do. */
function matchesIn(folder: string, part: string): string[] {
  const expression = expressionOf(part);
  return namesIn(folder).filter((name) =>
    expression.test(name) && name.startsWith(".") === part.startsWith(".")
  );
}

/** @throws Failure when the folder is there and cannot be read */
function namesIn(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder === "" ? "." : folder), ({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw new Failure(
      EXIT.failed,
      `cannot read the folder ${folder}: ${systemWords(error)}`,
      "name the files",
    );
  }
}

/** Of one part of a path: `*`, `?` and `[abc]` as a shell has them. */
function expressionOf(part: string): RegExp {
  const text = part.replaceAll(/\[!?[^\]]+\]|[\s\S]/g, (piece) => {
    if (piece === "*") return ".*";
    if (piece === "?") return ".";
    if (piece.length > 1) return `[${piece.slice(1, -1).replace(/^!/, "^").replaceAll("\\", "\\\\")}]`;
    return piece.replace(/[\\^$.*+?()[\]{}|]/, "\\$&");
  });
  return new RegExp(`^${text}$`, "s");
}

/** The file of a side, and the files that it pools. */
export interface ReadSide {
  readonly file: ResultFile;
  readonly singles: readonly ResultFile[];
}

/**
 * Reads the files of a side as one.
 *
 * @param visitor receives the rows of all of them, in their order
 * @param take receives the bytes as they are read
 * @throws Failure when one cannot be read, or they cannot be pooled
 */
export async function readSide(
  { paths, labels }: SidePaths,
  where: Where | null,
  visitor: RowVisitor | null = null,
  take?: (bytes: Uint8Array) => void,
): Promise<ReadSide> {
  const singles = await inTurn(paths, (path) => readWhere(path, where, visitor, take));
  if (singles.length === 1) return { file: singles[0]!, singles };
  const unlike = unlikeFile(singles);
  if (unlike !== null) throw unlikeness(unlike.why, singles[0]!, unlike.file);
  return { file: pooled(singles, labels), singles };
}

function unlikeness(why: Unlike, first: ResultFile, other: ResultFile): Failure {
  if (why.code === "same_measurement") {
    return new Failure(EXIT.failed, `${why.as.name} and ${other.name} are one measurement`, "give each once");
  }
  const what = why.code === "env"
    ? `env is ${why.values[0]} and ${why.values[1]}`
    : reasonInWords(why, [first.name, other.name]).text;
  return new Failure(
    EXIT.failed,
    `${first.name} and ${other.name} cannot be one side: ${what}`,
    "give files of one protocol and one env",
  );
}

/**
 * Refuses a measurement that is on both sides, where a side has several files.
 *
 * @throws Failure
 */
export function refuseShared(sides: readonly ReadSide[]): void {
  const [a, b] = sides;
  if (a === undefined || b === undefined || Math.max(a.singles.length, b.singles.length) === 1) return;
  for (const inA of a.singles) {
    const inB = b.singles.find(({ meta }) => isSameMeasurement(inA.meta, meta));
    if (inB === undefined) continue;
    throw new Failure(
      EXIT.failed,
      `${inA.name} in A and ${inB.name} in B are one measurement`,
      "give each on one side only",
    );
  }
}
