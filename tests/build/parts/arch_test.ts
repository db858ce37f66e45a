import assert from "node:assert/strict";
import { ARCHITECTURES, buildArchitecture, UnknownArchitecture } from "../../../build/parts/arch.ts";

Deno.test("this machine's architecture has a file in each place that differs by architecture", () => {
  assert.equal(buildArchitecture().name, Deno.build.arch);
  for (const { name, kernelName } of ARCHITECTURES) {
    for (const path of [`bpf/arch/${kernelName}.h`, `ffi/native/arch/${name}.c`]) {
      assert.ok(Deno.statSync(path).isFile, path);
    }
  }
});

Deno.test("a machine that probe knows nothing of is refused in one line that names those it is built on", () => {
  assert.throws(() => buildArchitecture("riscv64"), (error) => {
    assert.ok(error instanceof UnknownArchitecture);
    assert.match(error.message, /^probe is built on x86_64.* only, and this machine is riscv64$/);
    return true;
  });
});
