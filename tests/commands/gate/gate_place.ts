/** A folder with a policy and series of which it is known how a gate judges them. */

import { MS, runs, spread } from "../../analysis/compare/compare_fixture.ts";
import { fileText } from "../../analysis/result/result_fixture.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { main } from "../../../main.ts";

export const POLICY = 'version = 1\n[questions]\noffset = "1ms"\nedge_to_ttwu = "10 %"\n';

/** Offsets of a series that passes, and of one that fails, in ns. */
export const PASSES = 5 * MS;
export const FAILS = 8 * MS;

export interface CallOutput {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class GatePlace implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "probe-gate-" });
  readonly policy = this.write("policy.toml", POLICY);
  readonly baseline = this.series("baseline.csv", 5 * MS, "2026-01-01T00:00:00Z");
  readonly passes = this.series("passes.csv", PASSES, "2026-01-02T00:00:00Z");
  readonly fails = this.series("fails.csv", FAILS, "2026-01-03T00:00:00Z");

  /** 40 runs around an offset. */
  series(name: string, offset: number, started: string): string {
    const runbook = { ...generatedMeta("host").runbook, runs: 40 };
    return this.write(name, fileText(runs(spread(40, offset, 1000)), { runbook, started }));
  }

  /** @returns the path; its folders are made */
  write(name: string, text: string): string {
    const path = `${this.folder}/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(path, text);
    return path;
  }

  read(name: string): string {
    return Deno.readTextFileSync(`${this.folder}/${name}`);
  }

  /** Every file below a folder of the place, by its name. */
  written(name: string): Record<string, string> {
    const names = Array.from(Deno.readDirSync(`${this.folder}/${name}`), (entry) => entry.name).sort();
    return Object.fromEntries(names.map((one) => [one, this.read(`${name}/${one}`)]));
  }

  /** @param out folder below the place */
  gate(out: string, ...args: readonly string[]): Promise<CallOutput> {
    return call("gate", "--policy", this.policy, "--out", `${this.folder}/${out}`, ...args);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

export async function call(...args: readonly string[]): Promise<CallOutput> {
  let [stdout, stderr] = ["", ""];
  const code = await main(args, {
    stdout: (text) => stdout += text,
    stderr: (text) => stderr += text,
  });
  return { code, stdout, stderr };
}
