import assert from "node:assert/strict";
import { pooled } from "../../../analysis/pool/pool.ts";
import { showText } from "../../../analysis/print/show/text.ts";
import type { Row } from "../../../analysis/result/columns.ts";
import { readResultFile } from "../../../analysis/result/file.ts";
import type { Meta } from "../../../analysis/result/meta.ts";
import { type Show, ShowColumns } from "../../../analysis/show/show.ts";
import { FILES } from "../../answers/cases.ts";
import { fileText, rowOf, timeoutOf, USUAL } from "../result/result_fixture.ts";

function showOf(text: string): Show {
  const columns = new ShowColumns(null);
  const file = readResultFile("vm.csv", [new TextEncoder().encode(text)], (row) => columns.visit(row));
  return columns.show(file);
}

const LAB = showOf(Deno.readTextFileSync(`${FILES}/lab_vm.csv`));
const EDGE = BigInt(rowOf(1).edge_ns!);

/** A run of a VM; stages of its host in ns after the edge of run 1. */
function vmRun(run: number, over: Partial<Row> = {}): Row {
  const edge = BigInt(rowOf(run).edge_ns!) - EDGE;
  const after = (ns: number) => EDGE + edge + BigInt(ns);
  return rowOf(run, USUAL, {
    vcpu: 0,
    host_began_by: "timer apic_timer_fn",
    host_ttwu_ns: after(100),
    host_switch_ns: after(300),
    kvm_entry_ns: after(600),
    kvm_exits: 2,
    out_of_guest_ns: 700,
    kvm_exit_reason: "hlt",
    preempted_by: null,
    preempted_ns: 0,
    clock_map_uncertainty_ns: 50,
    off_cpu_ns: 300,
    ...over,
  });
}

const HOST_PART = { host_part: { hooks: [], reasons: [] } };

function vmOf(rows: readonly Row[], meta: Partial<Meta> = HOST_PART): Show {
  return showOf(fileText(rows, meta, "vm"));
}

const links = ({ chain }: Show) => chain.links.map(({ from, to, median_ns }) => [from, to, median_ns]);

Deno.test("a VM's chain has its host's stages between the edge and the wakeup, and they add up", () => {
  assert.deepEqual(links(vmOf([1, 2, 3, 4, 5].map((run) => vmRun(run)))).slice(0, 4), [
    ["edge", "host_ttwu", 100],
    ["host_ttwu", "host_switch", 200],
    ["host_switch", "kvm_entry", 300],
    ["kvm_entry", "ttwu", 400],
  ]);
  const shares = LAB.chain.links.map(({ share_of_offset }) => share_of_offset!);
  assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
  // What is before the wakeup has no share of what is after it.
  for (const { from, share_of_spread } of LAB.chain.links) {
    assert.equal(share_of_spread === null, ["edge", "host_ttwu", "host_switch", "kvm_entry"].includes(from));
  }
});

Deno.test("what the host did before the edge is no stage of the run, and where it saw nothing there is none", () => {
  const running = vmRun(1, {
    host_began_by: null,
    host_ttwu_ns: null,
    host_switch_ns: null,
    kvm_entry_ns: EDGE - 1_000_000n,
  });
  assert.deepEqual(links(vmOf([running]))[0], ["edge", "ttwu", 1000]);
  const early = vmRun(1, { host_ttwu_ns: EDGE - 5_000n, host_switch_ns: EDGE - 2_000n });
  assert.deepEqual(links(vmOf([early])).slice(0, 2), [["edge", "kvm_entry", 600], [
    "kvm_entry",
    "ttwu",
    400,
  ]]);
  assert.deepEqual(links(vmOf([rowOf(1)]))[0], ["edge", "ttwu", 1000]);
});

Deno.test("show says how many runs were placed, how surely, and who had the vCPU's CPU", () => {
  const through = LAB.hypervisor!;
  assert.deepEqual([through.runs, through.placed], [12, 12]);
  assert.deepEqual(through.uncertainty_ns, { median: 113.5, max: 162 });
  assert.deepEqual(through.preempted_by, [{ value: "qemu-system-x86/245", runs: 1 }]);
  assert.deepEqual(through.began_by, [{ value: "timer apic_timer_fn", runs: 12 }]);
  const hosts = through.worst.map(({ host }) => host.host_ns);
  assert.deepEqual(hosts, hosts.toSorted((a, b) => b - a));
  for (const { offset_ns, host } of through.worst) {
    assert.equal(host.host_ns + host.hypervisor_ns + host.guest_ns, offset_ns);
  }
  const text = showText(LAB, false);
  assert.match(text, /\nthrough the hypervisor\n {2}runs {8}12 of 12 placed on the VM's clock, to within/);
  assert.match(text, /\n {2}8 {6}preempted by qemu-system-x86\/245 {5}3\.746 ms {3}10\.38 ms 10\.75 ms\n/);
  for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
});

Deno.test("rows without their host's part are counted, with the reason; other files have no such block", () => {
  const reason = "events around it were lost";
  const bare = rowOf(2);
  const show = vmOf([vmRun(1), bare, timeoutOf(3)], { host_part: { hooks: [], reasons: [reason] } });
  assert.deepEqual([show.hypervisor!.runs, show.hypervisor!.placed], [2, 1]);
  assert.equal(show.parts.split!.left_out.undivided, 1);
  const text = showText(show, false);
  assert.match(text, /1 of 2 placed on the VM's clock/);
  assert.match(text, /\n {2}others {6}events around it were lost\n/);
  assert.match(text, /offset by machine: 1 whose host's part is empty/);
  const unseen = vmOf([rowOf(1)]);
  assert.deepEqual([unseen.hypervisor!.placed, unseen.hypervisor!.uncertainty_ns, unseen.hypervisor!.worst], [
    0,
    null,
    [],
  ]);
  assert.match(showText(unseen, false), /0 of 1 placed on the VM's clock\n/);
  assert.equal(vmOf([rowOf(1)], {}).hypervisor, null);
  assert.doesNotMatch(showText(vmOf([rowOf(1)], {}), false), /hypervisor\n/);
});

Deno.test("the slowest runs name what the host did where that took the most, and their own cause elsewhere", () => {
  const causes = (over: Partial<Row>) =>
    /\n {2}1 {6}(.*?) {2,}/.exec(
      showText(vmOf([vmRun(1, { cause: "idle", idle_state: 2, events_lost: 0, ...over })]), false),
    )![1];
  const hog = { out_of_guest_ns: 4000, off_cpu_ns: 3900, preempted_ns: 3800 };
  assert.equal(causes({ ...hog, preempted_by: "hog/123" }), "host: preempted by hog/123");
  assert.equal(causes({ ...hog, preempted_by: "stopped" }), "host: vCPU stopped by a signal");
  // It slept most of that time.
  assert.equal(causes({ ...hog, preempted_ns: 100, preempted_by: "hog/123" }), "host: vCPU woken late");
  assert.equal(causes({ out_of_guest_ns: 4000, kvm_exit_reason: "npf" }), "hypervisor: exits, most for npf");
  assert.equal(causes({}), "idle state 2");
  assert.equal(causes({ off_cpu_ns: null }), "idle state 2");
});

Deno.test("the runs of several files of a side are numbered on, also those that lost most to the host", () => {
  const columns = new ShowColumns(null);
  const files = ["a.csv", "b.csv"].map((name, index) =>
    readResultFile(
      name,
      [new TextEncoder().encode(
        fileText([vmRun(1), vmRun(2, { off_cpu_ns: 400 + index })], HOST_PART, "vm"),
      )],
      (row) => columns.visit(row),
    )
  );
  const { worst } = columns.show(pooled(files, ["a", "b"])).hypervisor!;
  assert.deepEqual(worst.map(({ run }) => run), [4, 2, 1, 3]);
});
