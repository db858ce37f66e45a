import assert from "node:assert/strict";
import { SLOW } from "../../../build/tasks/quick.ts";

Deno.test("each test that `deno task quick` leaves to `deno task ok` exists", () => {
  for (const path of SLOW) assert.ok(Deno.statSync(path).isFile, path);
});
