/**
 * `deno task test`: everything that proves the project, starting from a bare Debian machine. Ends with the
 * line `N passed, N failed`; each check that is not a test (format, lint, types, build) counts as one.
 */

import { add, type Counts, denoTest } from "../process/deno_test.ts";
import { finish, HEAVY_TESTS, ok } from "./ok.ts";
import { writePackages } from "./package.ts";
import { installPackages, orExplain, setup, TEST_PACKAGES } from "./setup.ts";

/**
 * Guests mostly wait for edges and for each other; more than two need more memory than a small machine has.
 */
const GUESTS = 2;

function header(title: string): void {
  console.log(`\n==== ${title}`);
}

async function builds(): Promise<Counts> {
  header("build, packages");
  try {
    await writePackages();
    return { passed: 1, failed: 0 };
  } catch (error) {
    console.error(error);
    return { passed: 0, failed: 1 };
  }
}

async function testEverything(): Promise<void> {
  header("set-up");
  await setup();
  await installPackages(TEST_PACKAGES);
  header("checks, unit tests, examples");
  let counts = await ok();
  const built = await builds();
  counts = add(counts, built);
  // After a failed build, tests of the executable would test an old one.
  if (built.failed === 0) {
    for (const folder of HEAVY_TESTS) {
      header(`tests/${folder}`);
      counts = add(counts, await denoTest([`tests/${folder}`], folder === "kernels" ? GUESTS : 1));
    }
  }
  finish(counts);
}

if (import.meta.main) await orExplain(testEverything);
