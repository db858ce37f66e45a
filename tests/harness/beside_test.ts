import assert from "node:assert/strict";
import { beside } from "./beside.ts";

const failed = (why: string) => Promise.reject(new Error(why));

Deno.test("a run that fails at once beside a slow script is reported as its failure, not as unhandled", async () => {
  const unhandled: unknown[] = [];
  const note = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  addEventListener("unhandledrejection", note);
  try {
    const slow = async () => await new Promise<void>((resolve) => setTimeout(resolve, 1));
    await assert.rejects(beside(() => failed("too near"), slow), { message: "too near" });
  } finally {
    removeEventListener("unhandledrejection", note);
  }
  assert.deepEqual(unhandled, []);
});

Deno.test("a script that fails is reported unless the run beside it has", async () => {
  await assert.rejects(beside(() => Promise.resolve(1), () => failed("script")), { message: "script" });
  await assert.rejects(beside(() => failed("run"), () => failed("script")), { message: "run" });
  assert.equal(await beside(() => Promise.resolve(1), () => Promise.resolve()), 1);
});
