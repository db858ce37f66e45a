import assert from "node:assert/strict";
import { failedCases, told } from "./fuzz.ts";

/** The same cases each time; `deno task fuzz` uses others. */
const CASES = { seed: 1, from: 0, cases: 200 };

Deno.test("200 mutated result files and runbooks end every command as it should", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-fuzz-" });
  const failed = await failedCases(CASES, `${folder}/now`);
  assert.equal(failed.map((one) => told(CASES.seed, one, folder)).join("\n"), "");
  Deno.removeSync(folder, { recursive: true });
});
