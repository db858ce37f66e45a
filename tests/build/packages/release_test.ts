import assert from "node:assert/strict";
import { dateOf, releaseOf } from "../../../build/packages/release.ts";
import { stdoutOf } from "../../../build/process/command.ts";

const environment = (epoch?: string) => ({
  get: (name: string) => name === "SOURCE_DATE_EPOCH" ? epoch : undefined,
});

Deno.test("a release is dated by its commit, or by SOURCE_DATE_EPOCH", async () => {
  const commit = (await stdoutOf(["git", "log", "-1", "--format=%ct"])).trim();
  assert.equal((await releaseOf(environment())).epoch, Number(commit));
  const release = await releaseOf(environment("1767323045"));
  assert.equal(dateOf(release).toISOString(), "2026-01-02T03:04:05.000Z");
});

Deno.test("a SOURCE_DATE_EPOCH that is no number of seconds is refused", async () => {
  for (const wrong of ["", "yesterday", "1.5", "-1", "2026-01-02"]) {
    await assert.rejects(
      releaseOf(environment(wrong)),
      /SOURCE_DATE_EPOCH must be seconds since 1970/,
      wrong,
    );
  }
});
