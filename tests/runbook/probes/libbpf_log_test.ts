import assert from "node:assert/strict";
import { firstWords, lastWords, programRefused, verifierSays } from "../../../runbook/probes/libbpf_log.ts";

const REFUSED = [
  "libbpf: prog 'sched_waking': BPF program load failed: Invalid argument",
  "libbpf: prog 'sched_waking': -- BEGIN PROG LOAD LOG --",
  "0: (85) call bpf_get_current_task_btf#158",
  "unknown func bpf_get_current_task_btf#158",
  "processed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0",
  "-- END PROG LOAD LOG --",
  "libbpf: prog 'sched_waking': failed to load: -22",
  "libbpf: failed to load object 'chain_bpf'",
  "",
].join("\n");

Deno.test("of the verifier's log its objection is shown, not its statistics", () => {
  assert.equal(verifierSays({ log: REFUSED }), "unknown func bpf_get_current_task_btf#158");
  assert.equal(verifierSays({ log: "libbpf: prog 'sched_waking': failed to load: -22\n" }), null);
  assert.equal(verifierSays({ log: "" }), null);
});

Deno.test("the program that the kernel did not load is found, if it was one", () => {
  assert.equal(programRefused({ log: REFUSED }), "sched_waking");
  assert.equal(programRefused({ log: "libbpf: failed to find BTF for extern 'x'\n" }), null);
});

Deno.test("libbpf's first words come without its name, its last ones as they are", () => {
  const log = "\nlibbpf: prog 'a': failed to create kprobe\nlibbpf: prog 'a': failed to attach\n";
  assert.equal(firstWords({ log }), "prog 'a': failed to create kprobe");
  assert.equal(lastWords({ log }), "libbpf: prog 'a': failed to attach");
  assert.equal(firstWords({ log: "\n" }), null);
  assert.equal(lastWords({ log: "\n" }), null);
});
