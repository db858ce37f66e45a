/**
 * `deno task quick`: what a change of TypeScript alone needs during work, without clang, in seconds. `deno
 * task ok`, before a commit, does all of it and more.
 */

import { NOTICES } from "../parts/notices.ts";
import { capture } from "../process/command.ts";
import { add, type Counts, denoTest, NO_TESTS } from "../process/deno_test.ts";
import { finish } from "./ok.ts";

/** Left to `deno task ok`: each takes more than 0.7 s of CPU time, for simulations or large inputs; the start of a file is 0.5 s of it. */
export const SLOW: readonly string[] = [
  "tests/analysis/compare/attributes_test.ts",
  "tests/analysis/compare/compare_test.ts",
  "tests/analysis/compare/findings_test.ts",
  "tests/analysis/compare/inputs_test.ts",
  "tests/analysis/compare/looks_test.ts",
  "tests/analysis/compare/margins_test.ts",
  "tests/analysis/compare/stability_test.ts",
  "tests/analysis/compare/strata_test.ts",
  "tests/analysis/export/export_test.ts",
  "tests/analysis/mechanisms/keys_test.ts",
  "tests/analysis/mechanisms/sources_test.ts",
  "tests/analysis/mechanisms/stories_test.ts",
  "tests/analysis/power/power_test.ts",
  "tests/analysis/print/compare/brief_test.ts",
  "tests/analysis/print/compare/forms_test.ts",
  "tests/analysis/print/compare/json_test.ts",
  "tests/analysis/print/compare/tails_test.ts",
  "tests/analysis/print/compare/text_test.ts",
  "tests/analysis/print/sentences_test.ts",
  "tests/analysis/report/html/markup_test.ts",
  "tests/analysis/report/look_test.ts",
  "tests/analysis/report/page_test.ts",
  "tests/analysis/result/file_test.ts",
  "tests/analysis/result/large_file_test.ts",
  "tests/analysis/show/show_test.ts",
  "tests/analysis/stats/anderson_darling_test.ts",
  "tests/analysis/stats/bootstrap_test.ts",
  "tests/analysis/stats/contingency_test.ts",
  "tests/analysis/stats/dip_test.ts",
  "tests/analysis/stats/function_of_means_test.ts",
  "tests/analysis/stats/location_test.ts",
  "tests/analysis/stats/log_mad_test.ts",
  "tests/analysis/stats/looks_test.ts",
  "tests/analysis/stats/mixture_test.ts",
  "tests/analysis/stats/mode_shares_test.ts",
  "tests/analysis/stats/rank_test.ts",
  "tests/analysis/stats/resample_test.ts",
  "tests/analysis/stats/series_test.ts",
  "tests/analysis/stats/spread_test.ts",
  "tests/analysis/tails/tails_test.ts",
  "tests/answers/answers_test.ts",
  "tests/docs/duckdb_test.ts",
  "tests/docs/engines_test.ts",
  "tests/docs/readme_test.ts",
];

const FOLDERS = ["tests/analysis", "tests/answers", "tests/docs"];
const LAYOUT_TEST = "tests/build/parts/import_direction_test.ts";

function testsIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return testsIn(path);
    return name.endsWith("_test.ts") && !SLOW.includes(path) ? [path] : [];
  });
}

/** Prints a check's output when it has ended, because the others run at the same time. */
async function check(name: string, ...args: string[]): Promise<Counts> {
  const { code, stdout, stderr } = await capture([Deno.execPath(), ...args]);
  console.log(`\n== ${name}\n${stdout}${stderr}`.trimEnd());
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function quick(): Promise<Counts> {
  console.log("== tests that need no native part");
  const tests = [...FOLDERS.flatMap(testsIn), LAYOUT_TEST];
  const all = await Promise.all([
    check("format", "fmt", "--check"),
    check("lint", "lint", "--quiet"),
    check("types", "check", "--quiet", "."),
    denoTest(tests, navigator.hardwareConcurrency),
  ]);
  return all.reduce(add, NO_TESTS);
}

/** The notices are gathered once everything that TypeScript imports has been made. */
function hasNativeParts(): boolean {
  try {
    return Deno.statSync(NOTICES).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

if (import.meta.main) {
  if (hasNativeParts()) finish(await quick());
  else {
    console.error("quick: TypeScript imports what build/out does not have yet; run `deno task ok` once");
    Deno.exitCode = 1;
  }
}
