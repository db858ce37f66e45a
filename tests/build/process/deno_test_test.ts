import assert from "node:assert/strict";
import { countsOfJunit } from "../../../build/process/deno_test.ts";

function report(...suites: string[]): string {
  return `<?xml version="1.0"?>\n<testsuites name="deno test" tests="99" failures="99" errors="0">\n${
    suites.join("\n")
  }\n</testsuites>`;
}

Deno.test("countsOfJunit() adds the suites and not their sum line", () => {
  const xml = report(
    `<testsuite name="a" tests="10" disabled="0" errors="0" failures="4">`,
    `<testsuite name="b" tests="1" disabled="0" errors="0" failures="0">`,
  );
  assert.deepEqual(countsOfJunit(xml), { passed: 7, failed: 4 });
});

Deno.test("countsOfJunit() counts an ignored test as failed", () => {
  const xml = report(`<testsuite name="a" tests="3" disabled="2" errors="0" failures="0">`);
  assert.deepEqual(countsOfJunit(xml), { passed: 1, failed: 2 });
});

Deno.test("countsOfJunit() refuses a suite without counts", () => {
  assert.throws(() => countsOfJunit(report(`<testsuite name="a" tests="3">`)), /must have failures/);
});
