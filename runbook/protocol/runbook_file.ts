/** A runbook as a file: flat TOML, described by default.toml, which also holds every default. */

import { parseDuration } from "../../analysis/units/duration.ts";
import { EXIT, Failure } from "../../analysis/failure.ts";
import { didYouMean } from "../../analysis/did_you_mean.ts";
import { kindOfValue as kindOf, lineOfKey, tomlTable } from "../../analysis/toml.ts";
import defaultToml from "./default.toml" with { type: "text" };
import { readTomlFile } from "../machine/toml_file.ts";
import type { RunbookField, Settings } from "./settings.ts";
import { ANY, INHERIT, NONE, perQuestionMargin } from "./settings.ts";
import { NO_QUESTIONS } from "./questions.ts";
import { Unfit } from "./unfit.ts";

/** What a file declares. */
export interface RunbookFile {
  readonly settings: Settings;
  /**
   * Where the file sets a field, and by which key: `lab.toml line 3: wakes`; null: the file does not set it.
   */
  named(field: RunbookField): string | null;
}

type Value = string | number;
/** Converts a TOML value to a runbook's; throws Unfit for another type. */
type Reader = (value: unknown) => Value;

const whole: Reader = (value) => {
  if (typeof value === "bigint") return Number(value);
  throw new Unfit(`it is ${kindOf(value)}`, "give a whole number, such as 30");
};

const decimal: Reader = (value) => {
  refuseEndless(value, "give a number, such as 0.05");
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  throw new Unfit(`it is ${kindOf(value)}`, "give a number, such as 0.05");
};

/** TOML's own words for values that are not numbers. */
function refuseEndless(value: unknown, remedy: string): void {
  if (typeof value !== "number" || Number.isFinite(value)) return;
  throw new Unfit(`it is ${Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf"}`, remedy);
}

const word: Reader = (value) => {
  if (typeof value === "string") return value;
  throw new Unfit(`it is ${kindOf(value)}`, "give text in quotes");
};

const duration: Reader = (value) => {
  refuseEndless(value, 'give a duration, such as "100ms"');
  if (typeof value === "bigint" || typeof value === "number") {
    throw new Unfit(`${value} has no unit`, `write the unit too, such as "${value}ms"`);
  }
  if (typeof value !== "string") throw new Unfit(`it is ${kindOf(value)}`, 'give text such as "1s"');
  try {
    return parseDuration(value);
  } catch (error) {
    if (error instanceof Failure) throw new Unfit(error.found, error.remedy);
    throw error;
  }
};

const LIST = "give a list of text in quotes";

const words: Reader = (value) => {
  refuseEndless(value, LIST);
  if (!Array.isArray(value)) {
    throw new Unfit(
      `it is ${kindOf(value)}`,
      typeof value === "string" ? `give a list, such as [${JSON.stringify(value)}]` : LIST,
    );
  }
  if (value.length === 0) throw new Unfit("the list is empty", "name one at least, or leave the key out");
  for (const item of value) {
    if (typeof item !== "string") throw new Unfit(`the list holds ${kindOf(item)}`, "give text in quotes");
    if (item.includes(",")) throw new Unfit(`"${item}" holds a comma`, "write each as an entry of its own");
  }
  return value.join(",");
};

const wordOrWords: Reader = (value) => typeof value === "string" ? words([value]) : words(value);

const anyOrNumbers: Reader = (value) => {
  if (value === ANY) return value;
  if (!Array.isArray(value) || value.length === 0 || value.some((item) => typeof item !== "bigint")) {
    throw new Unfit(
      `it is not "${ANY}" and no list of whole numbers`,
      `give a list such as [0, 1], or "${ANY}"`,
    );
  }
  return value.join(",");
};

/** Every other duration must be above zero. */
const anyOrDuration: Reader = (value) => {
  if (value === ANY) return value;
  return typeof value === "string" && /^0(ns|us|ms|s)$/.test(value) ? 0 : duration(value);
};

const noneOrDuration: Reader = (value) => value === NONE ? value : duration(value);

const percent: Reader = (value) => {
  const remedy = 'give a percentage, such as "20 %"';
  refuseEndless(value, remedy);
  if (typeof value === "bigint" || typeof value === "number") {
    throw new Unfit(`${value} has no unit`, `write the unit too, such as "${value} %"`);
  }
  const [, number] = typeof value === "string" ? /^(\d+(?:\.\d+)?) ?%$/.exec(value) ?? [] : [];
  if (number !== undefined) return Number(number);
  throw new Unfit(`it is ${typeof value === "string" ? `"${value}"` : kindOf(value)}`, remedy);
};

const margin: Reader = (value) => {
  refuseEndless(value, 'give a margin, such as "4ms" or "10 %"');
  if (typeof value === "bigint" || typeof value === "number") {
    throw new Unfit(`${value} has no unit`, `write the unit too, such as "${value}ms" or "${value} %"`);
  }
  if (typeof value === "string") return value;
  throw new Unfit(`it is ${kindOf(value)}`, 'give text such as "4ms" or "10 %"');
};

const questions: Reader = (value) => {
  const remedy = 'give a table of questions and margins, such as { edge_to_ttwu = "10 %" }';
  refuseEndless(value, remedy);
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Date) {
    throw new Unfit(`it is ${kindOf(value)}`, remedy);
  }
  const entries = Object.entries(value).map(([name, given]) => {
    const strange = /[,=]/.exec(name)?.[0];
    if (strange !== undefined) throw new Unfit(`"${name}" holds ${strange}`, remedy);
    try {
      return `${name}=${margin(given)}`;
    } catch (error) {
      if (error instanceof Unfit) throw new Unfit(`${name}: ${error.found}`, error.remedy);
      throw error;
    }
  });
  return entries.length === 0 ? NO_QUESTIONS : entries.join(",");
};

const inheritOrWhole: Reader = (value) => {
  if (value === INHERIT) return value;
  if (typeof value === "bigint") return Number(value);
  const found = typeof value === "string" ? `"${value}"` : kindOf(value);
  throw new Unfit(`it is ${found}`, `give a whole number, or "${INHERIT}"`);
};

/** Every key of a file except `version`, with the field it sets and how its value is converted. */
const KEYS: ReadonlyMap<string, readonly [field: RunbookField, read: Reader]> = new Map([
  ["runs", ["runs", whole]],
  ["warm_up_runs", ["warm_up_runs", whole]],
  ["period", ["period_ns", duration]],
  ["trigger", ["trigger", word]],
  ["wakes", ["wake", words]],
  ["target", ["target", word]],
  ["loads", ["load", words]],
  ["order_seed", ["order_seed", whole]],
  ["stacks", ["stacks", word]],
  ["detail", ["detail", word]],
  ["hours", ["hours", word]],
  ["cpus", ["cpus", anyOrNumbers]],
  ["policy", ["policy", word]],
  ["priority", ["priority", inheritOrWhole]],
  ["nice", ["nice", inheritOrWhole]],
  ["require", ["require", word]],
  ["clocksource", ["clocksource", word]],
  ["cpu_dma_latency", ["cpu_dma_latency_ns", anyOrDuration]],
  ["deepest_idle_state", ["deepest_idle_state", word]],
  ["blocks", ["blocks", whole]],
  ["boots", ["boots", whole]],
  ["vcpus", ["vcpus", wordOrWords]],
  ["looks", ["looks", whole]],
  ...Object.entries(perQuestionMargin(margin)).map(([key, read]) =>
    [key, [key as RunbookField, read]] as const
  ),
  ["questions", ["questions", questions]],
  ["spread_ratio", ["spread_ratio", decimal]],
  ["locks_in_share", ["locks_in_share", decimal]],
  ["tail_margin", ["tail_margin_percent", percent]],
  ["deadline", ["deadline_ns", noneOrDuration]],
  ["alpha", ["alpha", decimal]],
]);
const VERSION = "version";
const CURRENT_VERSION = 1n;

/** A file that was read. */
export interface RunbookSource extends RunbookFile {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * @param path `-` is standard input
 * @throws Failure (failed) when the file cannot be read; (usage) when it is not a runbook, with line and reason
 */
export function readRunbookFile(path: string): RunbookSource {
  const { bytes, text } = readTomlFile(path, "runbook");
  return { ...parseRunbook(path, text), path, bytes };
}

/**
 * @param name of the file, for errors
 * @throws Failure (usage) with the line, for invalid TOML, an unknown key, or a value of another type
 */
export function parseRunbook(name: string, text: string): RunbookFile {
  const table = tomlTable(name, text);
  const at = (key: string) => `${name} line ${lineOfKey(text, [key])}: ${key}`;
  const settings: Partial<Record<RunbookField, Value>> = {};
  const keys = new Map<RunbookField, string>();
  for (const [key, value] of Object.entries(table)) {
    try {
      const known = KEYS.get(key);
      if (key === VERSION) checkVersion(value);
      else if (known === undefined) throw new Unfit("there is no such key", remedyForKey(key));
      else {
        const [field, read] = known;
        settings[field] = read(value);
        keys.set(field, key);
      }
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      throw new Failure(EXIT.usage, `${at(key)}: ${error.found}`, error.remedy);
    }
  }
  return {
    settings: settings as Settings,
    named(field) {
      const key = keys.get(field);
      return key === undefined ? null : at(key);
    },
  };
}

/** The runbook that is kept without one, and the description of the format, as TOML. */
export function defaultRunbook(): string {
  return defaultToml;
}

/** Values of default.toml, which sets every field. */
export function defaultSettings(): Settings {
  return parseRunbook("default.toml", defaultToml).settings;
}

function checkVersion(value: unknown): void {
  if (value === CURRENT_VERSION) return;
  throw new Unfit(
    typeof value === "bigint" ? `${value} is not known here` : `it is ${kindOf(value)}`,
    `this probe reads runbooks of version ${CURRENT_VERSION}`,
  );
}

function remedyForKey(key: string): string {
  const names = [VERSION, ...KEYS.keys()];
  return didYouMean(key, names) ?? `the keys are ${names.join(", ")}`;
}
