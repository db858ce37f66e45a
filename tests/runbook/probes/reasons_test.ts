import assert from "node:assert/strict";
import { hookFact, type Reason, remedyFor, wordsOf, wordsOfAll } from "../../../runbook/probes/reasons.ts";
import { ERRNO } from "../../../system/errno.ts";

const HIDDEN: Reason = { code: "addresses_hidden" };
const NO_KPROBES: Reason = { code: "no_kprobes" };
const REFUSED: Reason = {
  code: "not_loaded",
  program: "ttwu_entry",
  errno: ERRNO.EINVAL,
  objection: "unknown func bpf_get_func_ip#173",
};
const ABSENT: Reason = { code: "not_in_btf", kind: "fentry" };

Deno.test("what two reasons say alike is said once, and each other one after the one before", () => {
  assert.equal(
    wordsOfAll([{ ...HIDDEN }, NO_KPROBES, { ...HIDDEN }]),
    "interrupts cannot be told from tasks: BTF does not lead to preempt_count, and kernel addresses are hidden; " +
      "this kernel has no kprobes",
  );
});

Deno.test("a hook that the tier cannot do without says why each of its programs is lost", () => {
  const reasons: Reason[] = [ABSENT, { code: "notrace", kind: "kprobe", hook: "f", errno: ERRNO.EINVAL }];
  assert.equal(
    wordsOf({ code: "hook_lost", hook: "f", reasons }),
    "f: fentry: not in the kernel's BTF (inlined, absent, or its module is not loaded); " +
      "kprobe: the kernel refuses to probe f (notrace)",
  );
});

Deno.test("a tier without a single fentry says why none was attached", () => {
  const reasons: Reason[] = [{ code: "not_attached", kind: "fentry", errno: 524, said: null }];
  assert.equal(
    wordsOf({ code: "no_fentry", reasons }),
    "this kernel attaches no fentry (fentry: errno 524)",
  );
});

Deno.test("a program that is not loaded shows the verifier's objection, or else the errno", () => {
  assert.equal(wordsOf(REFUSED), "the kernel does not load ttwu_entry: unknown func bpf_get_func_ip#173");
  assert.equal(wordsOf({ ...REFUSED, objection: null }), "the kernel does not load ttwu_entry: EINVAL");
});

Deno.test("the remedy is that of the first reason that has one", () => {
  assert.equal(remedyFor([NO_KPROBES], "another kernel"), "another kernel");
  assert.match(
    remedyFor([NO_KPROBES, HIDDEN], "another kernel"),
    /^let it see kernel addresses \(CAP_SYSLOG/,
  );
  assert.match(remedyFor([ABSENT, REFUSED], "another kernel"), /^none on this kernel/);
});

Deno.test("what would help a single hook is not a remedy for a tier that is lost with it, a newer kernel is", () => {
  const lost = (reasons: readonly Reason[]): Reason => ({ code: "hook_lost", hook: "f", reasons });
  assert.equal(remedyFor([lost([ABSENT])], "another kernel"), "another kernel");
  assert.match(remedyFor([lost([ABSENT, REFUSED])], "another kernel"), /^use a newer kernel/);
});

Deno.test("the log is asked for in the words of the command that has it", () => {
  const failed: Reason = { code: "call_failed", errno: ERRNO.EINVAL, said: null };
  assert.equal(remedyFor([failed], ""), "see the kernel's log with --verbose");
  assert.equal(
    remedyFor([failed], "", "probe run --verbose"),
    "see the kernel's log with probe run --verbose",
  );
});

Deno.test("in a result file a hook that is attached has no reason", () => {
  const hook = { stage: "ttwu", hook: "try_to_wake_up", kind: "fentry" } as const;
  assert.deepEqual(hookFact({ ...hook, reasons: [] }), { ...hook, attached: true });
  assert.deepEqual(hookFact({ ...hook, reasons: [NO_KPROBES] }), {
    ...hook,
    attached: false,
    reason: "this kernel has no kprobes",
  });
});
