import assert from "node:assert/strict";
import { EXIT, Failure } from "../../../analysis/failure.ts";
import { guestArchitecture } from "../../../guest/qemu/arch.ts";
import { architectureOf, callbacksOf } from "../../../runbook/machine/arch.ts";
import { ARCHITECTURES, buildArchitecture, UnknownArchitecture } from "../../../build/parts/arch.ts";

Deno.test("each architecture has its file or row in each place that differs by architecture, this machine's too", () => {
  assert.equal(buildArchitecture().name, Deno.build.arch);
  for (const { name, kernelName } of ARCHITECTURES) {
    for (
      const path of [`bpf/arch/${kernelName}.h`, `ffi/native/arch/${name}.c`, `build/parts/arch/${name}.h`]
    ) {
      assert.ok(Deno.statSync(path).isFile, path);
    }
    assert.equal(guestArchitecture(name).name, name);
    assert.equal(architectureOf(name).name, name);
  }
});

Deno.test("a machine that probe knows nothing of is refused in one line that names those it is built on", () => {
  assert.throws(() => buildArchitecture("riscv64"), (error) => {
    assert.ok(error instanceof UnknownArchitecture);
    assert.match(error.message, /^this machine is riscv64, and probe is built on x86_64.* only$/);
    return true;
  });
});

Deno.test("such a machine starts no guests either, and says so in one line", () => {
  assert.throws(() => guestArchitecture("riscv64"), (error) => {
    assert.ok(error instanceof Failure);
    assert.equal(error.exitCode, EXIT.cannotMeasure);
    assert.match(error.message, /^this machine is riscv64, and probe starts guests on x86-64.* only; give /);
    return true;
  });
});

Deno.test("the programs of bpf/arch stand at the clocksource callbacks that user space knows, in its order", () => {
  for (const { name, kernelName } of ARCHITECTURES) {
    const header = Deno.readTextFileSync(`bpf/arch/${kernelName}.h`);
    const hooked = [...header.matchAll(/\bhook\((\w+), TKREAD_/g)].map(([, callback]) => callback);
    assert.deepEqual(hooked, [...callbacksOf(architectureOf(name))]);
  }
});
