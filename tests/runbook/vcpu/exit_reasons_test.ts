import assert from "node:assert/strict";
import { exitReason } from "../../../runbook/vcpu/exit_reasons.ts";

Deno.test("exits are named by the processor's own numbers; what has no name keeps its number", () => {
  const [vmx, svm] = [1, 2];
  assert.equal(exitReason(vmx, 12), "hlt");
  assert.equal(exitReason(vmx, 52), "preemption_timer");
  // The bits above the basic reason are flags: bus lock, failed entry.
  assert.equal(exitReason(vmx, 0x0400_0001), "interrupt");
  assert.equal(exitReason(vmx, 69), "vmx 69");
  assert.equal(exitReason(svm, 0x78), "hlt");
  assert.equal(exitReason(svm, 0x400), "npf");
  assert.equal(exitReason(svm, 0x13), "cr_access");
  assert.equal(exitReason(svm, 0x37), "dr_access");
  assert.equal(exitReason(svm, 0x4e), "exception");
  assert.equal(exitReason(svm, 0x405), "svm 0x405");
  assert.equal(exitReason(0, 12), null);
});
