/** Policies and series of which the answer is known. */

import { type GateFile, judge, type Judgement } from "../../../analysis/gate/judge.ts";
import { parsePolicy, type Policy } from "../../../analysis/gate/policy.ts";
import type { Row } from "../../../analysis/result/columns.ts";
import type { ResultFile } from "../../../analysis/result/file.ts";
import type { Meta } from "../../../analysis/result/meta.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { fileText, read } from "../result/result_fixture.ts";
import { MS, runs, spread } from "../compare/compare_fixture.ts";

export const OFFSET = 'version = 1\n[questions]\noffset = "1ms"\n';

/** @param text of questions and further tables, below the keys */
export function policyOf(text: string, keys = ""): Policy {
  return parsePolicy("policy.toml", `version = 1\n${keys}\n${text}`);
}

/** A whole file of so many runs as its rows. */
export function series(rows: readonly Row[], name: string, meta: Partial<Meta> = {}): ResultFile {
  const runbook = { ...generatedMeta("host").runbook, runs: rows.length };
  const started = `2026-01-0${name.charCodeAt(0) % 9 + 1}T00:00:00Z`;
  return read(fileText(rows, { runbook, started, ...meta }, "host"), undefined, `${name}.csv`);
}

/** n runs around an offset, `step` ns apart. */
export function around(n: number, centre: number, name: string, step = 1000): ResultFile {
  return series(runs(spread(n, centre, step)), name);
}

export const BASELINE = around(40, 5 * MS, "a");

export function judged(
  files: readonly ResultFile[],
  policy: Policy = parsePolicy("policy.toml", OFFSET),
): Judgement {
  return judge(
    files.map((file): GateFile => ({ file, path: file.name, asked: new Map() })),
    policy,
    "policy.toml",
  );
}

/** Outcome and codes of the reasons of the first question. */
export function answer({ outcome, series: [first] }: Judgement) {
  const { verdict, reasons } = first!.questions[0]!;
  const codes = reasons.map((reason) => reason.code === "missing" ? reason.missing.code : reason.code);
  return { outcome, verdict, codes };
}
