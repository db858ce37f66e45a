import assert from "node:assert/strict";
import { LibbpfError } from "../../../ffi/libbpf_error.ts";
import { attachFailure, verifierSays } from "../../../runbook/probes/attach_failure.ts";
import { ERRNO } from "../../../system/errno.ts";

Deno.test("a refusal by the kernel sends the user out of the container", () => {
  const error = new LibbpfError("load the BPF programs", ERRNO.EPERM, "");
  const failure = attachFailure(error);
  assert.equal(failure.exitCode, 3);
  assert.equal(failure.cause, error);
  assert.match(
    failure.message,
    /^cannot load the BPF programs: the kernel refuses \(EPERM\); run it as root outside/,
  );
});

Deno.test("too little locked memory on a kernel that counts it is not taken for a refusal", () => {
  for (
    const said of [
      "libbpf: Failed to bump RLIMIT_MEMLOCK (err = -1), you might need to do it explicitly!",
      "libbpf: permission error while running as root; try raising 'ulimit -l'? current value: 64.0 KiB",
    ]
  ) {
    assert.match(
      attachFailure(new LibbpfError("load the BPF programs", ERRNO.EPERM, `${said}\n`)).message,
      /RLIMIT_MEMLOCK is too low; raise it \(ulimit -l unlimited\), or run it with CAP_SYS_RESOURCE/,
    );
  }
});

Deno.test("a kernel out of memory says so", () => {
  assert.match(
    attachFailure(new LibbpfError("open ring buffer records", ERRNO.ENOMEM, "")).message,
    /no memory.*ulimit -l/,
  );
});

Deno.test("any other failure shows the last thing libbpf said and where the rest is", () => {
  const log = "libbpf: prog 'ttwu_entry': BPF program load failed\nlibbpf: failed to load object\n";
  assert.equal(
    attachFailure(new LibbpfError("load the BPF programs", ERRNO.EINVAL, log)).message,
    "cannot load the BPF programs: EINVAL, libbpf: failed to load object; see the kernel's log with --verbose",
  );
});

Deno.test("libbpf without the right to look into modules names the capability", () => {
  const log = "libbpf: failed to iterate BTF objects: -1\nlibbpf: failed to load object\n";
  assert.match(
    attachFailure(new LibbpfError("load the BPF programs", ERRNO.EINVAL, log)).message,
    /^cannot load the BPF programs: libbpf may not look .* without CAP_SYS_ADMIN; run it with sudo, or with/,
  );
});

Deno.test("of the verifier's log its objection is shown, not its statistics", () => {
  const log = [
    "libbpf: prog 'sched_waking': BPF program load failed: Invalid argument",
    "libbpf: prog 'sched_waking': -- BEGIN PROG LOAD LOG --",
    "0: (85) call bpf_get_current_task_btf#158",
    "unknown func bpf_get_current_task_btf#158",
    "processed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0",
    "-- END PROG LOAD LOG --",
    "libbpf: prog 'sched_waking': failed to load: -22",
    "",
  ].join("\n");
  assert.equal(verifierSays(log), "unknown func bpf_get_current_task_btf#158");
  assert.equal(verifierSays("libbpf: prog 'sched_waking': failed to load: -22\n"), null);
  assert.equal(verifierSays(""), null);
});
