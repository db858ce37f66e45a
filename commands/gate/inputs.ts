/** What a gate reads: the policy and the files that it judges, with their SHA-256. */

import { AskedColumns } from "../../analysis/asked/askable.ts";
import { askedNames, type GateFile, judge } from "../../analysis/gate/judge.ts";
import { parsePolicy, type Policy } from "../../analysis/gate/policy.ts";
import type { Gated, GateSource } from "../../analysis/print/gate/told.ts";
import { baseName } from "../../analysis/sample/key_columns.ts";
import project from "../../deno.json" with { type: "json" };
import { readAnyFile } from "../../runbook/files/result_in.ts";
import { factOf, readTomlFile } from "../../runbook/machine/toml_file.ts";
import { inTurn } from "../files/where.ts";

/** A policy, and the file that declares it. */
export interface PolicyFile {
  readonly policy: Policy;
  readonly source: GateSource;
}

/** @throws Failure when the file cannot be read, or is no policy */
export async function readPolicy(path: string): Promise<PolicyFile> {
  const file = readTomlFile(path, "policy");
  return { policy: parsePolicy(path, file.text), source: await factOf(file) };
}

/**
 * @param paths the baseline first
 * @throws Failure when a file cannot be read or is refused, or they cannot be judged
 */
export async function judgeFiles(paths: readonly string[], by: PolicyFile): Promise<Gated> {
  const read = await inTurn(paths, (path) => readHashed(path, by.policy));
  const judgement = judge(read.map(({ file }) => file), by.policy, by.source.name);
  const files = read.map(({ source }) => source);
  return { judgement, policy: by.policy, policyFile: by.source, files, probe: project.version };
}

async function readHashed(
  path: string,
  policy: Policy,
): Promise<{ readonly file: GateFile; readonly source: GateSource }> {
  // The bundler takes no static import from outside the program.
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  const asked = new AskedColumns(askedNames(policy));
  const file = await readAnyFile(path, (row) => asked.visit(row), (bytes) => hash.update(bytes));
  const name = baseName(path);
  return {
    file: { file: { ...file, name }, path, asked: asked.values() },
    source: { name, sha256: hash.digest("hex") },
  };
}
