import assert from "node:assert/strict";
import { LibbpfError } from "../../ffi/libbpf_error.ts";
import { attachFailure } from "../../runbook/attach_failure.ts";

const EPERM = 1;
const ENOMEM = 12;
const EINVAL = 22;

Deno.test("a refusal by the kernel sends the user out of the container", () => {
  const error = new LibbpfError("load the BPF programs", EPERM, "");
  const failure = attachFailure(error);
  assert.equal(failure.exitCode, 3);
  assert.equal(failure.cause, error);
  assert.match(
    failure.message,
    /^cannot load the BPF programs: the kernel refuses \(errno 1\); run it as root outside/,
  );
});

Deno.test("a kernel out of memory says so", () => {
  assert.match(
    attachFailure(new LibbpfError("open ring buffer records", ENOMEM, "")).message,
    /no memory.*ulimit -l/,
  );
});

Deno.test("any other failure shows the last thing libbpf said and where the rest is", () => {
  const log = "libbpf: prog 'ttwu_entry': BPF program load failed\nlibbpf: failed to load object\n";
  assert.equal(
    attachFailure(new LibbpfError("load the BPF programs", EINVAL, log)).message,
    "cannot load the BPF programs: errno 22, libbpf: failed to load object; see the kernel's log with --verbose",
  );
});

Deno.test("libbpf without the right to look into modules names the capability", () => {
  const log = "libbpf: failed to iterate BTF objects: -1\nlibbpf: failed to load object\n";
  assert.match(
    attachFailure(new LibbpfError("load the BPF programs", EINVAL, log)).message,
    /^cannot load the BPF programs: libbpf may not look .* without CAP_SYS_ADMIN; run it with sudo, or with/,
  );
});
