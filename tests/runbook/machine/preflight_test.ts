import assert from "node:assert/strict";
import { Failure } from "../../../analysis/failure.ts";
import { preflight } from "../../../runbook/machine/preflight.ts";

const STATUS = "/proc/self/status";
const LOCKDOWN = "/sys/kernel/security/lockdown";
const ROOT = "Name:\tprobe\nCapEff:\t000001ffffffffff\n";

function check(
  files: Readonly<Record<string, string>>,
  hasBtf = true,
  user: Readonly<Record<string, string>> = {},
): void {
  const links: Readonly<Record<string, string>> = { "/proc/self/ns/pid": "pid:[4026531836]", ...user };
  preflight((path) => files[path] ?? null, (path) => links[path] ?? null, hasBtf);
}

function refusal(files: Readonly<Record<string, string>>, hasBtf = true): string {
  try {
    check(files, hasBtf);
  } catch (error) {
    assert.ok(error instanceof Failure);
    assert.equal(error.exitCode, 3);
    assert.equal(error.message.includes("\n"), false);
    return error.message;
  }
  assert.fail("nothing was refused");
}

Deno.test("root on a kernel with BTF may measure", () => check({ [STATUS]: ROOT }));

Deno.test("CAP_BPF with CAP_PERFMON is enough, and so is CAP_SYS_ADMIN alone", () => {
  check({ [STATUS]: `CapEff:\t${((1n << 39n) | (1n << 38n)).toString(16).padStart(16, "0")}\n` });
  check({ [STATUS]: `CapEff:\t${(1n << 21n).toString(16).padStart(16, "0")}\n` });
});

Deno.test("an ordinary user is told what is missing and to use root", () => {
  assert.match(
    refusal({ [STATUS]: "CapEff:\t0000000000000000\n" }),
    /lacks CAP_BPF and CAP_PERFMON.*; run it as root/,
  );
});

Deno.test("only the capability that is missing is named", () => {
  const bpf = `CapEff:\t${(1n << 39n).toString(16).padStart(16, "0")}\n`;
  assert.match(refusal({ [STATUS]: bpf }), /lacks CAP_PERFMON,/);
});

Deno.test("a kernel without BTF is refused with the option to build it with", () => {
  assert.match(refusal({ [STATUS]: ROOT }, false), /no type information.*CONFIG_DEBUG_INFO_BTF=y/);
});

Deno.test("lockdown for confidentiality is refused, for integrity it is not", () => {
  assert.match(
    refusal({ [STATUS]: ROOT, [LOCKDOWN]: "none integrity [confidentiality]\n" }),
    /lockdown is in confidentiality mode.*boot without/,
  );
  check({ [STATUS]: ROOT, [LOCKDOWN]: "none [integrity] confidentiality\n" });
});

Deno.test("without /proc nothing is assumed about capabilities", () => {
  assert.match(refusal({}), /status is missing; mount \/proc/);
});

Deno.test("what unprivileged users may is named beside missing capabilities: it does not help", () => {
  const files = {
    [STATUS]: "CapEff:\t0000000000000000\n",
    "/proc/sys/kernel/unprivileged_bpf_disabled": "0\n",
  };
  assert.match(
    refusal(files),
    /for tracing whatever kernel.unprivileged_bpf_disabled is \(0\); run it as root/,
  );
});

Deno.test("the capabilities of a user namespace of its own are refused", () => {
  const files = { [STATUS]: ROOT, "/proc/self/uid_map": "         0       1000          1\n" };
  assert.match(refusal(files), /in a user namespace of its own, whose capabilities do not count for bpf\(\)/);
});

Deno.test("a user namespace that maps all users to themselves is known by its link", () => {
  const files = { [STATUS]: ROOT, "/proc/self/uid_map": "         0          0 4294967295\n" };
  check(files);
  check(files, true, { "/proc/self/ns/user": "user:[4026531837]" });
  assert.throws(() => check(files, true, { "/proc/self/ns/user": "user:[4026532210]" }), /user namespace/);
});
