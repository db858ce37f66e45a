/** `probe help`: purpose, examples and options of each command, and topics from the program's own tables. */

import { ASKABLE } from "../analysis/asked/askable.ts";
import { QUESTIONS } from "../analysis/compare/questions.ts";
import { didYouMean } from "../analysis/did_you_mean.ts";
import { EXIT, type ExitCode, Failure } from "../analysis/failure.ts";
import { TAIL_QUESTIONS } from "../analysis/gate/policy.ts";
import { wrap } from "../analysis/print/layout/terminal.ts";
import { KEY_VERDICT_MEANINGS, VERDICT_MEANINGS } from "../analysis/print/verdicts.ts";
import { columnLines, tracepointLacks } from "../analysis/print/columns.ts";
import { TIERS } from "../analysis/result/meta.ts";
import { TIER_TEXT } from "../runbook/files/summary.ts";
import { HOW_TO_MAKE } from "../runbook/probes/types_file.ts";
import { defaultRunbook } from "../runbook/protocol/runbook_file.ts";
import { type Topic, TOPICS } from "./help_topics.ts";
import { argumentsOf, type Option, optionsOf, type Routes } from "./options.ts";

/** What a user reads before the options: one line on each example, then the example. */
export type Examples = Readonly<Record<string, readonly (readonly [says: string, line: string])[]>>;

const WIDTH = 80;
const MOST_HEAD = 26;
const HELP = ["-h, --help", "Print this"] as const;

/** What the program is about, as the start of its help. */
export const PURPOSE =
  "What happens between a wakeup and the first clock read after it, on a host and in a VM";

const TEXTS: Readonly<Record<Topic, () => readonly string[]>> = {
  verdicts: () => listed(Object.entries({ ...VERDICT_MEANINGS, ...KEY_VERDICT_MEANINGS })),
  columns: () => columnLines(WIDTH),
  // Its lines are up to 100 wide, as in the file; `probe runbook` prints them.
  runbook: () => [
    "",
    ...wrap("A runbook is a TOML file; `probe runbook` prints the default one, with what each key means."),
    "",
    ...runbookLines(),
  ],
  tiers: () => [
    ...TIERS.flatMap((tier) => wrap(TIER_TEXT[tier])),
    "",
    ...wrap(
      `The types of a kernel that has none of its own come from --btf FILE, or PROBE_BTF: ${HOW_TO_MAKE}.`,
    ),
    "",
    ...tracepointLacks().flatMap((line) => wrap(line)),
  ],
  questions: () => [
    ...listed(QUESTIONS.map(({ name, title }) => [name, title])),
    "",
    ...wrap(
      'Further ones: a runbook declares them with their margins, as questions = { edge_to_ttwu = "10 %" }; ' +
        "--question asks them undeclared, their margin is 10 % without --margin:",
    ),
    "",
    ...listed(ASKABLE.map(({ name, title }) => [name, title])),
    "",
    ...wrap(`The policy of a gate also asks ${TAIL_QUESTIONS.join(", ")}.`),
  ],
};

/** The default runbook with its comments wrapped anew. */
function runbookLines(): string[] {
  return defaultRunbook().trimEnd().replaceAll(/\n# (?=\S)/g, " ").replaceAll(/^ /gm, "\n# ").split("\n")
    .flatMap((line) =>
      line.startsWith("# ") ? wrap(line.slice(2), "  ").map((text) => `#${text.slice(1)}`) : [line]
    );
}

/**
 * @param about a command, a topic, or nothing for the whole
 * @throws Failure when it is neither
 */
export function helpCommand(
  about: string | undefined,
  routes: Routes,
  examples: Examples,
  write: (text: string) => void,
): ExitCode {
  write(`${helpLines(about, routes, examples).join("\n")}\n`);
  return EXIT.done;
}

function helpLines(about: string | undefined, routes: Routes, examples: Examples): string[] {
  if (about === undefined) return overview(routes, examples);
  const lines = [
    ...Object.hasOwn(routes, about) ? ofCommand(about, routes, examples) : [],
    ...Object.hasOwn(TEXTS, about) ? TEXTS[about as Topic]() : [],
  ];
  if (lines.length > 0) return lines;
  const known = [...Object.keys(routes), ...Object.keys(TOPICS)];
  throw new Failure(
    EXIT.usage,
    `there is no help on "${about}"`,
    didYouMean(about, known) ?? `name a command or one of ${Object.keys(TOPICS).join(", ")}`,
  );
}

function overview(routes: Routes, examples: Examples): string[] {
  return [
    ...wrap(`${PURPOSE}.`),
    "",
    "EXAMPLES",
    ...(examples.probe ?? []).flatMap(example),
    "",
    "USAGE",
    "  probe COMMAND [OPTIONS] [ARGUMENTS]",
    "",
    "COMMANDS",
    ...listed(Object.entries(routes).map(([name, { brief }]) => [name, brief])),
    "",
    "TOPICS",
    ...listed(Object.entries(TOPICS).map(([name, brief]) => [`help ${name}`, brief])),
    "",
    "OPTIONS",
    ...listed([
      ["-h, --help", "Print this, or after a command its options"],
      ["-V, --version", "Print the version"],
    ]),
    "",
    `Exit codes: 0 done, 1 failed, 2 usage, 3 this machine cannot measure, 4 gate,\n129, 130, 143 ended by SIGHUP, SIGINT, SIGTERM.`,
  ];
}

function ofCommand(name: string, routes: Routes, examples: Examples): string[] {
  const route = routes[name]!;
  const options = optionsOf(route);
  const places = argumentsOf(route);
  return [
    ...wrap(`${route.brief}.`),
    "",
    "EXAMPLES",
    ...(examples[name] ?? []).flatMap(example),
    "",
    "USAGE",
    ...wrap(["[OPTIONS]", ...places.map(({ form }) => form)].join(" "), `  probe ${name} `),
    ...places.length === 0
      ? []
      : ["", "ARGUMENTS", ...listed(places.map(({ form, brief }) => [form, brief]))],
    "",
    "OPTIONS",
    ...listed([...options.map((option) => [headOf(option), bodyOf(option)] as const), HELP]),
  ];
}

function headOf({ name, short, metavar }: Option): string {
  return `${short === null ? "    " : `${short}, `}${name}${metavar === null ? "" : ` ${metavar}`}`;
}

/** With all values that it takes, and the one that it has by itself. */
export function bodyOf({ brief, values, isClosed, initial }: Option): string {
  const isSaid = values.every((value) => brief.includes(value.replace(/:$/, "")));
  const all = isSaid ? "" : `${isClosed ? ":" : ". All:"} ${values.join(", ")}`;
  const own = initial === null ? "" : ` (default ${initial})`;
  return `${brief}${all}${own}`;
}

function example([says, line]: readonly [string, string]): string[] {
  return [...wrap(says, "  "), `    ${line}`];
}

/** Names with what they stand for; a long name has a line of its own. */
function listed(rows: readonly (readonly [head: string, body: string])[]): string[] {
  const width = Math.min(MOST_HEAD, Math.max(...rows.map(([head]) => head.length)));
  return rows.flatMap(([head, body]) => {
    const indent = " ".repeat(width + 4);
    if (head.length > width) return [`  ${head}`, ...wrap(body, indent)];
    return wrap(body, `  ${head.padEnd(width)}  `);
  });
}
