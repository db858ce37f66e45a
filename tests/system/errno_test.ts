import assert from "node:assert/strict";
import { constants } from "node:os";
import { ERRNO, errnoName } from "../../system/errno.ts";

Deno.test("the generated numbers are those that Deno has for this system", () => {
  const known = Object.entries(constants.errno).filter(([name]) => name in ERRNO);
  assert.ok(known.length > 70, String(known.length));
  for (const [name, number] of known) assert.equal(ERRNO[name as keyof typeof ERRNO], number, name);
});

Deno.test("an errno is called by the first of its names, and by its number where it has none", () => {
  assert.equal(errnoName(ERRNO.EPERM), "EPERM");
  // EWOULDBLOCK and ENOTSUP are other names of these.
  assert.equal(errnoName(11), "EAGAIN");
  assert.equal(errnoName(95), "EOPNOTSUPP");
  assert.equal(errnoName(524), "errno 524");
});
