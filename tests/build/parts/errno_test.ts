import assert from "node:assert/strict";
import { errnoSource } from "../../../build/parts/errno.ts";

Deno.test("errnoSource() takes the numbers, by number, and leaves out other names and macros", () => {
  const macros = [
    "#define ENOENT 2",
    "#define EWOULDBLOCK EAGAIN",
    "#define EPERM 1",
    "#define _ERRNO_H 1",
    "#define errno (*__errno_location ())",
  ].join("\n");
  const source = errnoSource(macros);
  assert.match(source, /\{\n {2}EPERM: 1,\n {2}ENOENT: 2,\n\} as const;\n$/);
});
