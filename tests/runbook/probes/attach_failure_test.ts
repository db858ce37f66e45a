import assert from "node:assert/strict";
import { LibbpfError } from "../../../ffi/libbpf_error.ts";
import { attachFailure, attachReason, loadReason } from "../../../runbook/probes/attach_failure.ts";
import { HOOKS, type Variant } from "../../../runbook/probes/hooks.ts";
import { type Reason, remedyFor, wordsOf } from "../../../runbook/probes/reasons.ts";
import { ERRNO } from "../../../system/errno.ts";
import { evidence } from "./evidence.ts";

Deno.test("a refusal by the kernel sends the user out of the container", () => {
  const error = new LibbpfError("load the BPF programs", ERRNO.EPERM, "");
  const failure = attachFailure(error, evidence());
  assert.equal(failure.exitCode, 3);
  assert.equal(failure.cause, error);
  assert.match(
    failure.message,
    /^cannot load the BPF programs: the kernel refuses \(EPERM\); run it as root outside/,
  );
});

Deno.test("a limit is named with its value, whatever libbpf takes it for", () => {
  const said =
    "libbpf: permission error while running as root; try raising 'ulimit -l'? current value: 8.0 MiB\n";
  const error = new LibbpfError("load the BPF programs", ERRNO.EPERM, said);
  const limits = {
    "/proc/self/limits": "Max locked memory         65536                65536         bytes     \n",
  };
  assert.equal(
    attachFailure(error, evidence({ ...limits, "/proc/sys/kernel/osrelease": "5.10.0-30-amd64\n" })).message,
    "cannot load the BPF programs: RLIMIT_MEMLOCK is too low (64 KiB; 65536 KiB are enough); raise it " +
      "(ulimit -l unlimited), or run it with CAP_SYS_RESOURCE, which lets it do that",
  );
  assert.doesNotMatch(attachFailure(error, evidence(limits)).message, /MEMLOCK/);
});

Deno.test("a kernel out of memory says so, with the limit of the cgroup", () => {
  const error = new LibbpfError("open ring buffer records", ERRNO.ENOMEM, "");
  const group = {
    "/proc/self/cgroup": "0::/box\n",
    "/proc/self/mountinfo": "30 23 0:26 / /cg rw - cgroup2 cgroup2 rw\n",
  };
  assert.equal(
    attachFailure(error, evidence({ ...group, "/cg/box/memory.max": "67108864\n" })).message,
    "cannot open ring buffer records: the kernel has no memory for it (memory.max 65536 KiB, by /cg/box); " +
      "free memory, or raise memory.max of that cgroup (MemoryMax= of a service, --memory of a container)",
  );
  assert.match(
    attachFailure(error, evidence({ ...group, "/cg/box/memory.max": "max\n" })).message,
    /\(no limit of its cgroup\); free memory$/,
  );
  assert.match(attachFailure(error, evidence()).message, /no memory for it; free memory$/);
});

Deno.test("any other failure shows the last thing libbpf said and where the rest is", () => {
  const log = "libbpf: prog 'ttwu_entry': BPF program load failed\nlibbpf: failed to load object\n";
  assert.equal(
    attachFailure(new LibbpfError("load the BPF programs", ERRNO.EINVAL, log), evidence()).message,
    "cannot load the BPF programs: EINVAL, libbpf: failed to load object; see the kernel's log with --verbose",
  );
});

Deno.test("libbpf without the right to look into modules names the capability", () => {
  const log = "libbpf: failed to iterate BTF objects: -1\nlibbpf: failed to load object\n";
  assert.match(
    attachFailure(new LibbpfError("load the BPF programs", ERRNO.EINVAL, log), evidence()).message,
    /^cannot load the BPF programs: libbpf may not look .* without CAP_SYS_ADMIN; run it with sudo, or with/,
  );
});

Deno.test("a program that failed to load is named, another failure is none of a program", () => {
  const log = "libbpf: prog 'ttwu_entry': failed to load: -22\n";
  assert.deepEqual(loadReason(new LibbpfError("load the BPF programs", ERRNO.EINVAL, log)), {
    code: "not_loaded",
    program: "ttwu_entry",
    errno: ERRNO.EINVAL,
    objection: null,
  });
  assert.equal(loadReason(new LibbpfError("load the BPF programs", ERRNO.EPERM, "")), null);
});

Deno.test("programs that may not read the kernel's memory tell its lockdown", () => {
  for (
    const objection of [
      "program of this type cannot use helper bpf_probe_read#4",
      "unknown func bpf_probe_read_kernel#113",
    ]
  ) {
    const log = "libbpf: prog 'sched_waking': BPF program load failed: -22\n" +
      `libbpf: prog 'sched_waking': -- BEGIN PROG LOAD LOG --\n${objection}\n-- END PROG LOAD LOG --\n` +
      "libbpf: prog 'sched_waking': failed to load: -22\n";
    const reason = loadReason(new LibbpfError("load the BPF programs", ERRNO.EINVAL, log));
    assert.deepEqual(reason, { code: "reads_forbidden", program: "sched_waking" });
    const lost: Reason = { code: "hook_lost", hook: "sched_waking", reasons: [reason] };
    assert.match(wordsOf(lost), /no program read its memory .* as under lockdown=confidentiality/);
    assert.match(remedyFor([lost], "no"), /^boot without lockdown=confidentiality/);
  }
});

const HOOK = HOOKS.find(({ hook }) => hook === "read_tsc")!;
const [FENTRY, KPROBE] = HOOK.ladder.full as readonly [Variant, Variant];

Deno.test("EBUSY forbids tracing, and so does EINVAL where it is by kprobe", () => {
  const reasonOf = (variant: Variant, errno: number) =>
    attachReason(HOOK, variant, new LibbpfError("attach", errno, "libbpf: prog 'x': failed\n"));
  for (
    const [variant, errno] of [[FENTRY, ERRNO.EBUSY], [KPROBE, ERRNO.EBUSY], [KPROBE, ERRNO.EINVAL]] as const
  ) {
    assert.deepEqual(reasonOf(variant, errno), {
      code: "notrace",
      kind: variant.kind,
      hook: "read_tsc",
      errno,
    });
  }
  assert.deepEqual(reasonOf(FENTRY, ERRNO.EINVAL), {
    code: "not_attached",
    kind: "fentry",
    errno: ERRNO.EINVAL,
    said: "prog 'x': failed",
  });
});
