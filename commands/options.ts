/** What the table of routes says of each command's options and arguments, for help and completion. */

/** The part of stricli's parameters that both need. */
interface Parameter {
  readonly brief: string;
  readonly kind?: string;
  readonly placeholder?: string;
  readonly optional?: boolean;
  readonly values?: readonly string[];
  readonly default?: unknown;
  readonly proposeCompletions?: (this: never, partial: string) => unknown;
}

/** Several arguments, each with its own description, or any number of them with one description. */
interface Positional {
  readonly parameters?: readonly Parameter[];
  readonly parameter?: Parameter;
  readonly minimum?: number;
}

interface Route {
  readonly brief: string;
  readonly parameters: {
    readonly flags?: Readonly<Record<string, Parameter>>;
    readonly positional?: unknown;
  };
}

/** By command name. */
export type Routes = Readonly<Record<string, Route>>;

/** Letters for options, wherever a command has them. */
const SHORT: Readonly<Record<string, string>> = { out: "-o", runs: "-n", quiet: "-q", verbose: "-v" };

export interface Option {
  /** Including its dashes, as the letter. */
  readonly name: string;
  readonly short: string | null;
  readonly brief: string;
  /** What its value is; null: it takes none. */
  readonly metavar: string | null;
  /** All that it takes, or the usual ones of free text. */
  readonly values: readonly string[];
  /** Whether it takes no other value. */
  readonly isClosed: boolean;
  /** What it is by itself, if the brief does not say so. */
  readonly initial: string | null;
}

export function optionsOf({ parameters: { flags = {} } }: Route): Option[] {
  return Object.entries(flags).map(([name, parameter]) => ({
    name: `--${name}`,
    short: SHORT[name] ?? null,
    brief: parameter.brief,
    metavar: parameter.kind === "boolean" ? null : parameter.placeholder ?? name.toUpperCase(),
    values: proposed(parameter),
    isClosed: parameter.values !== undefined,
    initial: typeof parameter.default === "string" ? parameter.default : null,
  }));
}

/** The arguments that are no options, as the usage writes them. */
export function argumentsOf({ parameters: { positional } }: Route) {
  const { parameters, parameter, minimum = 0 } = (positional ?? {}) as Positional;
  if (parameter !== undefined) {
    const name = parameter.placeholder!;
    const form = `${Array.from({ length: Math.max(1, minimum) }, () => name).join(" ")}...`;
    return [{ form, brief: parameter.brief, values: proposed(parameter) }];
  }
  return (parameters ?? []).map((one) => ({
    form: one.optional === true ? `[${one.placeholder}]` : one.placeholder!,
    brief: one.brief,
    values: proposed(one),
  }));
}

function proposed(parameter: Parameter): readonly string[] {
  if (parameter.values !== undefined) return parameter.values;
  const words = parameter.proposeCompletions?.call(undefined as never, "");
  return Array.isArray(words) ? words.map(String) : [];
}

const LONG = new Map(Object.entries(SHORT).map(([name, short]) => [short, `--${name}`]));

/**
 * The arguments of a call with long options for letters, and with the words `help` and `version` for what
 * means them.
 */
export function spelledOut(args: readonly string[], isCommand: (name: string) => boolean): string[] {
  const end = args.indexOf("--");
  const before = end < 0 ? args : args.slice(0, end);
  const [command = ""] = args;
  if (args.length === 0 || command === "-h" || command === "--help") return ["help"];
  if (command === "-V" || command === "--version") return ["version"];
  if (isCommand(command) && before.some((word) => word === "-h" || word === "--help")) {
    return ["help", command];
  }
  return args.flatMap((word, index) => index < before.length ? LONG.get(word) ?? asAlias(word) : word);
}

/** Stricli knows an option of one letter by its single dash alone. */
function asAlias(word: string): string[] {
  const [, letter, value] = /^--([a-z])(?:=(.*))?$/s.exec(word) ?? [];
  if (letter === undefined) return [word];
  return value === undefined ? [`-${letter}`] : [`-${letter}`, value];
}
