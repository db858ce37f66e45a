/**
 * The manual pages, from what the program and its documents say anyway: routes and their examples, the
 * default runbook, the table of columns, the first paragraphs of the documents.
 */

import { EXIT } from "../../analysis/failure.ts";
import { VERDICT_MEANINGS } from "../../analysis/print/verdicts.ts";
import { EACH_COLUMN } from "../../analysis/result/columns.ts";
import { bodyOf, PURPOSE } from "../../commands/help.ts";
import { TOPICS } from "../../commands/help_topics.ts";
import { EXAMPLES } from "../../commands/line/help.ts";
import { allRoutes } from "../../commands/line/table.ts";
import { argumentsOf, type Option, optionsOf, type Routes } from "../../commands/options.ts";
import { defaultRunbook } from "../../runbook/protocol/runbook_file.ts";
import { type Entry, head, heading, list, literal, markdown, page, text } from "./mdoc.ts";

/** Names of the pages, with their section. */
export const MAN_PAGES = ["probe.1", "probe-runbook.5", "probe-result.5"] as const;

/**
 * @param date of the sources
 * @returns the text of each page in mdoc(7)
 */
export async function manPages(date: Date): Promise<Readonly<Record<(typeof MAN_PAGES)[number], string>>> {
  return {
    "probe.1": page("probe", 1, date, inWords(PURPOSE), commandPage(await allRoutes())),
    "probe-runbook.5": page("probe-runbook", 5, date, "protocol of a measurement", runbookPage()),
    "probe-result.5": page("probe-result", 5, date, "result file of a measurement", resultPage()),
  };
}

/** A sentence as the end of one: NAME has what a page is about without a capital. */
function inWords(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function seeAlso(...pages: readonly (readonly [name: string, section: number])[]): string[] {
  return [
    heading("Sh", "SEE ALSO"),
    ...pages.map(([name, section], i) => `.Xr ${name} ${section}${i < pages.length - 1 ? " ," : ""}`),
  ];
}

/** What a document says before its first list, code or generated part, without its title. */
function introduction(path: string): string {
  const [, ...paragraphs] = Deno.readTextFileSync(path).split("\n\n");
  const end = paragraphs.findIndex((paragraph) => /^(- \[|```|<!--|#|\|)/.test(paragraph));
  return paragraphs.slice(0, end).join("\n\n");
}

function examples(of: readonly (readonly [says: string, line: string])[]): string[] {
  return of.flatMap((
    [says, line],
    i,
  ) => [...i === 0 ? [] : [".Pp"], ...text(says.endsWith("?") ? says : `${says}:`), ...literal([line])]);
}

function commandPage(routes: Routes): string[] {
  return [
    heading("Sh", "SYNOPSIS"),
    ".Nm",
    ".Ar COMMAND",
    ".Op Ar OPTIONS",
    ".Op Ar ARGUMENTS",
    ".Nm",
    ".Fl \\-help | \\-version",
    heading("Sh", "DESCRIPTION"),
    ...markdown(introduction("README.md")),
    heading("Sh", "COMMANDS"),
    ...Object.entries(routes).flatMap(([name, route]) => [
      heading("Ss", name),
      ...text(`${route.brief}.`),
      ...list([
        ...argumentsOf(route).map(({ form, brief }): Entry => [head(["Ar", form]), text(sentence(brief))]),
        ...optionsOf(route).map((option): Entry => [optionHead(option), text(sentence(bodyOf(option)))]),
      ]),
      ".Pp",
      ...examples(EXAMPLES[name as keyof typeof EXAMPLES]),
    ]),
    heading("Sh", "TOPICS"),
    ...list(
      Object.entries(TOPICS).map((
        [name, brief],
      ): Entry => [head(["Ic", `help ${name}`]), text(sentence(brief))]),
    ),
    heading("Sh", "VERDICTS"),
    ...list(
      Object.entries(VERDICT_MEANINGS).map((
        [name, says],
      ): Entry => [head(["Li", name]), text(sentence(says))]),
    ),
    heading("Sh", "EXIT STATUS"),
    ...list(exitCodes().map(([code, says]): Entry => [head(["Li", code]), text(sentence(says))])),
    heading("Sh", "EXAMPLES"),
    ...examples(EXAMPLES.probe),
    ...seeAlso(["probe-result", 5], ["probe-runbook", 5]),
  ];
}

function sentence(brief: string): string {
  const ended = /[.!?]$/.test(brief) ? brief : `${brief}.`;
  return ended.charAt(0).toUpperCase() + ended.slice(1);
}

function optionHead({ name, short, metavar }: Option): string {
  const value = metavar === null ? [] : [["Ar", metavar] as const];
  const letter = short === null ? [] : [["Fl", short.slice(1)] as const, ...value, "," as const];
  return head(...letter, ["Fl", name.slice(1)], ...value);
}

/** The table of docs/usage.md, which has each code of the program. */
function exitCodes(): (readonly [code: string, says: string])[] {
  const usage = Deno.readTextFileSync("docs/usage.md");
  const rows = [...usage.slice(usage.indexOf("\n## Exit codes")).matchAll(/^\| (\d+) +\| (.*?) +\|$/gm)];
  const wanted = Object.values(EXIT).map(String);
  if (rows.map(([, code]) => code).join() !== wanted.join()) {
    throw new RangeError(`docs/usage.md must have the exit codes ${wanted}`);
  }
  return rows.map(([, code = "", says = ""]) => [code, says]);
}

/** A key of the default runbook, or several in a row, below one comment. */
interface Key {
  readonly says: string;
  readonly lines: readonly (readonly [name: string, value: string])[];
}

function runbookPage(): string[] {
  const [first = "", ...blocks] = defaultRunbook().trim().split(/\n\n(?=# )/);
  const comment = (block: string) =>
    [...block.matchAll(/^# ?(.*)$/gm)].map(([, words = ""]) => words).join("\n");
  const keys = blocks.map((block): Key => ({
    says: comment(block),
    lines: [...block.matchAll(/^(\w+) = (.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  }));
  return [
    heading("Sh", "DESCRIPTION"),
    ...markdown(Deno.readTextFileSync("docs/runbook.md").split("\n\n")[1]!.replace(/:$/, ".")),
    ".Pp",
    ...markdown(comment(first)),
    ".Pp",
    ...text("The keys, each with its default:"),
    ...list(keys.flatMap(({ says, lines }) =>
      lines.map(([name, value], i): Entry => [
        head(["Ic", name], ["No", "="], ["Li", value]),
        i < lines.length - 1 ? [] : markdown(says),
      ])
    )),
    heading("Sh", "EXAMPLES"),
    ...examples(EXAMPLES.runbook),
    ...seeAlso(["probe", 1], ["probe-result", 5]),
  ];
}

function resultPage(): string[] {
  return [
    heading("Sh", "DESCRIPTION"),
    ...markdown(introduction("docs/result-file.md")),
    heading("Sh", "COLUMNS"),
    ...list(EACH_COLUMN.map(({ name, kind, unit, values, doc }): Entry => [
      head(["Ic", name], ["Pq", unit === undefined ? kind : `${kind}, ${unit}`]),
      text(values === undefined ? `${doc}.` : `${doc} (${values.join(", ")}).`),
    ])),
    ...seeAlso(["probe", 1], ["probe-runbook", 5]),
  ];
}
