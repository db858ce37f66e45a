/** Runs `deno test` and counts its tests exactly, from the JUnit report that it writes. */

import { exitCode } from "./command.ts";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

export const NO_TESTS: Counts = { passed: 0, failed: 0 };

export function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed };
}

/** An ignored test counts as failed: a test that did not run proves nothing. */
export function countsOfJunit(xml: string): Counts {
  let counts = NO_TESTS;
  for (const [, attributes = ""] of xml.matchAll(/<testsuite\s([^>]*)>/g)) {
    const value = (name: string) => {
      const found = attributes.match(new RegExp(`\\b${name}="(\\d+)"`));
      if (found === null) throw new SyntaxError(`A JUnit testsuite must have ${name}, got: ${attributes}`);
      return Number(found[1]);
    };
    const failed = value("failures") + value("errors") + value("disabled");
    counts = add(counts, { passed: value("tests") - failed, failed });
  }
  return counts;
}

/**
 * Files and flags are passed to `deno test` unchanged. A run that fails without a failed test counts as one
 * failure.
 *
 * @param jobs how many files are tested at the same time
 */
export async function denoTest(args: readonly string[], jobs = 1): Promise<Counts> {
  const report = await Deno.makeTempFile({ prefix: "probe-junit-", suffix: ".xml" });
  try {
    const flags = ["--allow-all", "--no-check", `--junit-path=${report}`, ...jobs > 1 ? ["--parallel"] : []];
    const argv = [Deno.execPath(), "test", ...flags, ...args];
    const code = await exitCode(argv, { env: { DENO_JOBS: String(jobs) } });
    const counts = countsOfJunit(await Deno.readTextFile(report));
    if (code !== 0 && counts.failed === 0) return add(counts, { passed: 0, failed: 1 });
    return counts;
  } finally {
    await Deno.remove(report);
  }
}
