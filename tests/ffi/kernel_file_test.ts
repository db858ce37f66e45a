import assert from "node:assert/strict";
import { kernelFileExists, readKernelFile, readKernelLink } from "../../ffi/kernel_file.ts";

Deno.test("readKernelFile() reads a file of /proc as Deno reads it with every permission", () => {
  assert.deepEqual(readKernelFile("/proc/version"), Deno.readFileSync("/proc/version"));
});

Deno.test("readKernelFile() reads a file that is longer than its first buffer", async () => {
  const path = await Deno.makeTempFile();
  const bytes = new Uint8Array(200_001).map((_, i) => i % 251);
  await Deno.writeFile(path, bytes);
  assert.deepEqual(readKernelFile(path), bytes);
  await Deno.remove(path);
});

Deno.test("readKernelFile() gives null for a file that is not there, and for a folder", () => {
  assert.equal(readKernelFile("/proc/no-such-file"), null);
  assert.equal(readKernelFile("/proc"), null);
});

Deno.test("kernelFileExists() tells a file that is there from one that is not", () => {
  assert.equal(kernelFileExists("/proc/self/status"), true);
  assert.equal(kernelFileExists("/proc/no-such-file"), false);
});

Deno.test("readKernelLink() follows a link of /proc one step, and gives null for what is none", () => {
  assert.equal(readKernelLink("/proc/self"), `${Deno.pid}`);
  assert.match(readKernelLink("/proc/self/ns/pid") ?? "", /^pid:\[\d+\]$/);
  assert.equal(readKernelLink("/proc/version"), null);
  assert.equal(readKernelLink("/proc/no-such-link"), null);
});
