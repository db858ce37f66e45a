/** `gate_junit.xml`: a gate's answer for what reads the results of tests. */

import { printable } from "../printable.ts";
import { joined } from "../said.ts";
import type { ToldGate, ToldQuestion, ToldSeries } from "./told.ts";

/**
 * Each question is a test case of its series. JUnit has no warnings: WARN is a case that was skipped, with its reason,
 * and so is FAIL where the policy only comments.
 */
export function gateJunit(told: ToldGate): string {
  const all = told.series.flatMap(({ questions }) => questions);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="probe gate"${countsOf(all, told.commentOnly)}>`,
    ...told.series.flatMap((series) => suite(series, told.commentOnly)),
    "</testsuites>",
    "",
  ].join("\n");
}

function countsOf(questions: readonly ToldQuestion[], commentOnly: boolean): string {
  const failures = questions.filter(({ outcome }) => outcome === "FAIL" && !commentOnly).length;
  const passed = questions.filter(({ outcome }) => outcome === "PASS").length;
  const skipped = questions.length - failures - passed;
  return ` tests="${questions.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
}

function suite({ file, questions }: ToldSeries, commentOnly: boolean): string[] {
  return [
    `  <testsuite name="${xml(file)}"${countsOf(questions, commentOnly)}>`,
    ...questions.flatMap((question) => testCase(question, file, commentOnly)),
    "  </testsuite>",
  ];
}

function testCase(question: ToldQuestion, file: string, commentOnly: boolean): string[] {
  const { name, outcome, verdict, numbers, reasons } = question;
  const head = `    <testcase classname="${xml(file)}" name="${xml(name)}"`;
  if (outcome === "PASS") return [`${head}/>`];
  const why = joined([{ text: `${outcome}: ${verdict}`, numbers: [] }, numbers, ...reasons], "; ").text;
  const element = outcome === "FAIL" && !commentOnly
    ? `<failure type="${xml(verdict)}" message="${xml(why)}"/>`
    : `<skipped message="${xml(why)}"/>`;
  return [`${head}>`, `      ${element}`, "    </testcase>"];
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Characters that XML 1.0 cannot hold are shown as a terminal shows them. */
function xml(text: string): string {
  return printable(text).toWellFormed().replace(/[\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}
