/** The policy of a gate: what is asked, how much may differ, and what each verdict means. A TOML file declares it. */

import { QUESTION_NAMES } from "../asked/askable.ts";
import { type WholeName, WHOLES } from "../compare/questions.ts";
import { type Verdict, VERDICTS } from "../compare/verdict.ts";
import { didYouMean } from "../did_you_mean.ts";
import { EXIT, Failure } from "../failure.ts";
import { kindOfValue, lineOfKey, tomlTable } from "../toml.ts";
import { parseDuration } from "../units/duration.ts";
import { ERROR_RATE, isErrorRate } from "../units/error_rate.ts";
import { type Margin, parseMargin } from "../units/margin.ts";
import { isTailMargin, TAIL_MARGIN } from "../units/tail_margin.ts";
import { type Outcome, OUTCOMES } from "./outcome.ts";

/** One question of a policy. */
export type PolicyQuestion =
  /** Null: the margin of the baseline's runbook. */
  | { readonly kind: "shift"; readonly name: string; readonly margin: Margin | null }
  /** P95 or P99 of a question; in percent of A's, null: that of the baseline's runbook. */
  | {
    readonly kind: "quantile";
    readonly name: string;
    readonly of: WholeName;
    readonly quantile: number;
    readonly marginPercent: number | null;
  }
  /** By how many percent of all runs the shares that miss the deadline may differ. */
  | { readonly kind: "deadline"; readonly name: string; readonly marginPercent: number };

export interface Policy {
  /** What is found is written, and no exit code says so. */
  readonly commentOnly: boolean;
  /** Null: the baseline's runbook's. */
  readonly alpha: number | null;
  /** Complete runs a side that a question needs to pass. */
  readonly leastRuns: number;
  /** An interval whose end lies nearer to the margin than this share of it warns. */
  readonly zone: number;
  /** A verdict that changes when so many runs are left out warns; 0: none is left out. */
  readonly flakyRuns: number;
  /** Share of a side's runs that may time out where a question passes. */
  readonly timeouts: number;
  /** ns; null: that of the baseline's runbook. */
  readonly deadlineNs: number | null;
  readonly verdicts: Readonly<Record<Verdict, Outcome>>;
  /** In the order of QUESTIONS_OF_GATE, one at least. */
  readonly questions: readonly PolicyQuestion[];
}

const DEADLINE_QUESTION = "missed_deadline";

const QUANTILES = [["p95", 0.95], ["p99", 0.99]] as const;

const TAILS = WHOLES.flatMap(({ name: of }) =>
  QUANTILES.map(([suffix, quantile]) => ({ name: `${of}_${suffix}`, of, quantile }))
);

/** Questions that only a policy asks. */
export const TAIL_QUESTIONS: readonly string[] = [...TAILS.map(({ name }) => name), DEADLINE_QUESTION];

/** All names that a policy may ask, in the order in which they are answered. */
const QUESTIONS_OF_GATE: readonly string[] = [...QUESTION_NAMES, ...TAIL_QUESTIONS];

/** compare leaves out no more. */
const MOST_LEFT_OUT = 10;
/** A series of more runs, at the shortest period of 1 ms, takes longer than a day. */
const MOST_RUNS = 100_000_000;

/** Where nothing was shown nothing passes: these verdicts come from runs that are missing, too few or not alike. */
const NEVER_PASS: readonly Verdict[] = ["INCONCLUSIVE", "NO-DATA", "CONFOUNDED"];

const DEFAULTS: Omit<Policy, "questions"> = {
  commentOnly: false,
  alpha: null,
  leastRuns: 10,
  zone: 0.1,
  flakyRuns: 1,
  timeouts: 0,
  deadlineNs: null,
  verdicts: {
    EQUIVALENT: "PASS",
    DIFFERENT: "FAIL",
    "DIFFERENT-WITHIN-MARGIN": "PASS",
    INCONCLUSIVE: "WARN",
    "NO-DATA": "FAIL",
    CONFOUNDED: "FAIL",
  },
};

const KEYS = [
  "version",
  "comment_only",
  "alpha",
  "least_runs",
  "zone",
  "flaky_runs",
  "timeouts",
  "deadline",
  "questions",
  "verdicts",
] as const;

const RUNBOOK = "runbook";

/**
 * @param name of the file, for errors
 * @throws Failure (usage) with the line, for invalid TOML, an unknown key, a value of another type, and a policy that
 *   nothing can pass
 */
export function parsePolicy(name: string, text: string): Policy {
  return new Parser(name, text).policy();
}

class Parser {
  readonly #name: string;
  readonly #text: string;
  readonly #table: Record<string, unknown>;

  constructor(name: string, text: string) {
    this.#name = name;
    this.#text = text;
    this.#table = tomlTable(name, text);
  }

  policy(): Policy {
    for (const key of Object.keys(this.#table)) {
      if (!(KEYS as readonly string[]).includes(key)) this.#refuseUnknown([key], "key", KEYS);
    }
    this.#version();
    const policy = {
      commentOnly: this.#value("comment_only", DEFAULTS.commentOnly, (value) => this.#boolean(value)),
      alpha: this.#value("alpha", DEFAULTS.alpha, (value) => this.#alpha(value)),
      leastRuns: this.#value("least_runs", DEFAULTS.leastRuns, (value) => whole(value, 1, MOST_RUNS)),
      zone: this.#value("zone", DEFAULTS.zone, (value) => this.#zone(value)),
      flakyRuns: this.#value("flaky_runs", DEFAULTS.flakyRuns, (value) => whole(value, 0, MOST_LEFT_OUT)),
      timeouts: this.#value("timeouts", DEFAULTS.timeouts, (value) => percent(value) / 100),
      deadlineNs: this.#value("deadline", DEFAULTS.deadlineNs, duration),
      verdicts: this.#verdicts(),
      questions: this.#questions(),
    };
    if (policy.timeouts >= 1) {
      throw this.#refusal(
        ["timeouts"],
        "then a series without a complete run passes",
        "give less than 100 %",
      );
    }
    return policy;
  }

  #refusal(keys: readonly string[], found: string, remedy: string): Failure {
    const where = `${this.#name} line ${lineOfKey(this.#text, keys)}: ${keys.join(".")}`;
    return new Failure(EXIT.usage, `${where}: ${found}`, remedy);
  }

  #refuseUnknown(keys: readonly string[], noun: string, known: readonly string[]): never {
    const list = known === QUESTIONS_OF_GATE
      ? `probe help questions has them; of tails there are ${TAIL_QUESTIONS.join(", ")}`
      : `the ${noun}s are ${known.join(", ")}`;
    const meant = didYouMean(keys.at(-1)!, known);
    throw this.#refusal(
      keys,
      `there is no such ${noun}`,
      meant === null ? list : `${meant.replace(/\?$/, "")}? ${list}`,
    );
  }

  #value<T>(key: (typeof KEYS)[number], otherwise: T, read: (value: unknown) => T): T {
    if (!Object.hasOwn(this.#table, key)) return otherwise;
    return this.#read([key], this.#table[key], read);
  }

  /** Says where a value that cannot be is. */
  #read<T>(keys: readonly string[], value: unknown, read: (value: unknown) => T): T {
    try {
      return read(value);
    } catch (error) {
      if (error instanceof Failure) throw this.#refusal(keys, error.found, error.remedy);
      throw error;
    }
  }

  #version(): void {
    const version = this.#table.version;
    if (version === undefined) {
      throw new Failure(EXIT.usage, `${this.#name} has no version`, "begin it with version = 1");
    }
    this.#read(["version"], version, (value) => {
      if (value !== 1n) throw unfit(shown(value), "this probe reads policies of version 1");
    });
  }

  #boolean(value: unknown): boolean {
    if (typeof value === "boolean") return value;
    throw unfit(shown(value), "give true or false");
  }

  #alpha(value: unknown): number {
    if (typeof value === "number" && isErrorRate(value)) return value;
    throw unfit(shown(value), `give ${ERROR_RATE}`);
  }

  #zone(value: unknown): number {
    const share = percent(value) / 100;
    if (share < 1) return share;
    throw unfit("then every interval is near its margin: nothing can pass", "give less than 100 %");
  }

  /** The entries of a table of the file; none without it. */
  #entries(key: "questions" | "verdicts"): [string, unknown][] {
    const table = this.#table[key] ?? {};
    if (kindOfValue(table) === "a table") return Object.entries(table);
    throw this.#refusal([key], shown(table), `write [${key}] and a line for each below it`);
  }

  #verdicts(): Policy["verdicts"] {
    const verdicts: Record<Verdict, Outcome> = { ...DEFAULTS.verdicts };
    for (const [key, value] of this.#entries("verdicts")) {
      const verdict = VERDICTS.find((known) => known === key);
      const keys = ["verdicts", key];
      if (verdict === undefined) this.#refuseUnknown(keys, "verdict", VERDICTS);
      const outcome = OUTCOMES.find((known) => known === value);
      if (outcome === undefined) {
        throw this.#refusal(keys, shown(value), `give ${OUTCOMES.map((one) => `"${one}"`).join(", ")}`);
      }
      if (outcome === "PASS" && NEVER_PASS.includes(verdict)) {
        const found = "a gate never passes because nothing was shown";
        throw this.#refusal(keys, found, 'give "WARN", which fails no build');
      }
      verdicts[verdict] = outcome;
    }
    if (Object.values(verdicts).includes("PASS")) return verdicts;
    throw this.#refusal(["verdicts"], "no verdict means PASS: nothing can pass", 'give EQUIVALENT = "PASS"');
  }

  #questions(): PolicyQuestion[] {
    const entries = this.#entries("questions");
    if (entries.length === 0) {
      throw new Failure(
        EXIT.usage,
        `${this.#name} asks no question: nothing can pass`,
        'write [questions] and below it, for example, offset = "10 %"',
      );
    }
    const asked = entries.map(([name, value]) => {
      const keys = ["questions", name];
      if (!QUESTIONS_OF_GATE.includes(name)) this.#refuseUnknown(keys, "question", QUESTIONS_OF_GATE);
      return this.#read(keys, value, (value) => questionOf(name, value));
    });
    return asked.toSorted((a, b) => QUESTIONS_OF_GATE.indexOf(a.name) - QUESTIONS_OF_GATE.indexOf(b.name));
  }
}

function unfit(found: string, remedy: string): Failure {
  return new Failure(EXIT.usage, found, remedy);
}

/** A value as an error names it; numbers that are not finite in TOML's own words. */
function shown(value: unknown): string {
  if (typeof value === "string") return `it is ${JSON.stringify(value)}`;
  if (typeof value === "number" && !Number.isFinite(value)) {
    return `it is ${Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf"}`;
  }
  return typeof value === "bigint" || typeof value === "number"
    ? `it is ${value}`
    : `it is ${kindOfValue(value)}`;
}

function whole(value: unknown, least: number, most: number): number {
  if (typeof value === "bigint" && value >= least && value <= most) return Number(value);
  throw unfit(shown(value), `give a whole number from ${least} to ${most}`);
}

/** From 0 to 100. */
function percent(value: unknown): number {
  const [, number] = typeof value === "string" ? /^(\d{1,3}(?:\.\d{1,6})?) ?%$/.exec(value) ?? [] : [];
  if (number !== undefined && Number(number) <= 100) return Number(number);
  throw unfit(shown(value), 'give a percentage in quotes, such as "10 %"');
}

function duration(value: unknown): number {
  if (typeof value === "string") return parseDuration(value);
  throw unfit(shown(value), 'give a duration in quotes, such as "200us"');
}

function questionOf(name: string, value: unknown): PolicyQuestion {
  const isDeclared = value === RUNBOOK;
  const tail = TAILS.find((one) => one.name === name);
  if (tail !== undefined) {
    return { kind: "quantile", ...tail, marginPercent: isDeclared ? null : tailMargin(value) };
  }
  if (name === DEADLINE_QUESTION) {
    if (isDeclared) throw unfit("no runbook declares how many more may be late", `give ${POINTS}`);
    return { kind: "deadline", name, marginPercent: points(value) };
  }
  return { kind: "shift", name, margin: isDeclared ? null : margin(value) };
}

function margin(value: unknown): Margin {
  if (typeof value === "string") return parseMargin(value);
  throw unfit(shown(value), `give a margin in quotes, such as "4ms" or "10 %", or "${RUNBOOK}"`);
}

function tailMargin(value: unknown): number {
  const share = typeof value === "string" && /%$/.test(value) ? percent(value) : NaN;
  if (isTailMargin(share)) return share;
  throw unfit(shown(value), `give ${TAIL_MARGIN}, or "${RUNBOOK}"`);
}

const POINTS = 'a percentage of the runs above 0 and below 100, such as "1 %"';

function points(value: unknown): number {
  const share = typeof value === "string" && /%$/.test(value) ? percent(value) : NaN;
  if (share > 0 && share < 100) return share;
  throw unfit(shown(value), `give ${POINTS}`);
}
