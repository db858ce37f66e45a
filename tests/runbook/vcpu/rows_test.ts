import assert from "node:assert/strict";
import { COLUMNS, type Row } from "../../../analysis/result/columns.ts";
import { readResultFile } from "../../../analysis/result/file.ts";
import { formatRow } from "../../../analysis/result/write.ts";
import type { HostCells } from "../../../runbook/vcpu/host_part.ts";
import { completed, runsOf } from "../../../runbook/vcpu/rows.ts";
import { fileText, read, rowOf, USUAL } from "../../analysis/result/result_fixture.ts";

const CELLS: HostCells = {
  vcpu: 0,
  host_began_by: "timer apic_timer_fn",
  host_ttwu_ns: 9_100_000_000_000_001n,
  host_switch_ns: 9_100_000_000_000_002n,
  kvm_entry_ns: 9_100_000_000_000_003n,
  kvm_exits: 2,
  out_of_guest_ns: 4_000n,
  kvm_exit_reason: "npf",
  preempted_by: 'a,"b"/7',
  preempted_ns: 30_000_000n,
  clock_map_uncertainty_ns: 80,
  off_cpu_ns: 3_000n,
};
const HOST_PART = { host_part: { hooks: [], reasons: [] } };

const bytes = (text: string) => new TextEncoder().encode(text);

function rowsOf(text: string): Record<string, string | null>[] {
  const rows: Record<string, string | null>[] = [];
  readResultFile("vm.csv", [bytes(text)], (row) => {
    rows.push(Object.fromEntries(COLUMNS.map(({ name }) => [name, row.text(name)])));
  });
  return rows;
}

Deno.test("the host's cells go into the rows of their runs, and the file is read as before otherwise", () => {
  const text = fileText([rowOf(1), rowOf(2, USUAL, { comm: 'two\nlines, "quoted"' }), rowOf(3)]);
  const filled = completed(text, new Map([[2, CELLS]]), HOST_PART, false);
  const [one, two, three] = rowsOf(filled);
  assert.deepEqual([one, three], [rowsOf(text)[0], rowsOf(text)[2]]);
  assert.equal(two!.comm, 'two\nlines, "quoted"');
  for (const [name, value] of Object.entries(CELLS)) assert.equal(two![name], `${value}`, name);
  assert.deepEqual(read(filled).meta.host_part, HOST_PART.host_part);
  const without = (all: string) => all.replace(/# meta .*\n/, "");
  assert.equal(without(completed(text, new Map(), HOST_PART, false)), without(text));
});

Deno.test("a later part of a file has no lines before its rows, and is completed nevertheless", () => {
  const part = `# resumed {"run":2,"started":"2026-11-30T00:00:00.000Z"}\n${formatRow(rowOf(2))}`;
  const filled = completed(part, new Map([[2, CELLS]]), HOST_PART, true);
  const later = COLUMNS.length - 1 - COLUMNS.findIndex(({ name }) => name === "off_cpu_ns");
  const ending = `,2,4000,npf,"a,""b""/7",30000000,80,[^,]*,3000${",".repeat(later)}\n$`;
  assert.match(filled, new RegExp(ending));
  assert.ok(filled.startsWith('# resumed {"run":2'));
});

Deno.test("the file of another version of the program, with other columns, stays as it is", () => {
  const last = new RegExp(`,${COLUMNS.at(-1)!.name}$`, "gm");
  const text = fileText([rowOf(1)]).replaceAll(last, "").replace(
    /,\n(# end|$)/,
    "\n$1",
  );
  assert.equal(completed(text, new Map([[1, CELLS]]), HOST_PART, false), text);
});

Deno.test("what the rows say of their clocks is read with them; an older row says nothing", () => {
  const clocks: Partial<Row> = {
    counter: 2n ** 62n,
    counter_mono_ns: 9_100_000_000_000_100n,
    counter_uncertainty_ns: 40,
    host_real_ns: null,
    host_mono_ns: null,
    host_uncertainty_ns: null,
  };
  const bare: Partial<Row> = {
    ...clocks,
    counter: null,
    counter_mono_ns: null,
    counter_uncertainty_ns: null,
  };
  const [one, two] = runsOf(bytes(fileText([rowOf(1, USUAL, clocks), rowOf(2, USUAL, bare)])));
  assert.deepEqual(one!.clocks, {
    run: 1,
    counter: { value: 2n ** 62n, mono_ns: 9_100_000_000_000_100n, uncertainty_ns: 40 },
    host: null,
  });
  assert.deepEqual([one!.waker_cpu, one!.target_cpu], [0, 0]);
  assert.equal(one!.ttwu_ns! - one!.edge_ns!, BigInt(USUAL.ttwu));
  assert.equal(two!.clocks.counter, null);
});
