import assert from "node:assert/strict";
import { showJson } from "../../../analysis/print/show/json.ts";
import { showText } from "../../../analysis/print/show/text.ts";
import type { Meta } from "../../../analysis/result/meta.ts";
import { readResultFile } from "../../../analysis/result/file.ts";
import { type Show, ShowColumns } from "../../../analysis/show/show.ts";
import { fileText, rowOf } from "../result/result_fixture.ts";

function shown(meta: Partial<Meta>): Show {
  const columns = new ShowColumns(null);
  const bytes = new TextEncoder().encode(fileText([rowOf(1), rowOf(2)], meta));
  return columns.show(readResultFile("f.csv", [bytes], (row) => columns.visit(row)));
}

const ATTRIBUTES = {
  policy: "fifo",
  priority: 50,
  nice: -5,
  timerslack_ns: 0,
  cpus_allowed: "0-1",
  cgroup_cpu_max_us: "50000 100000",
  cgroup_cpu_shares: 512,
  sched_ext: "lavd",
};

Deno.test("what the target had is shown, line by line, with its units", () => {
  const text = showText(shown({ attributes: ATTRIBUTES, cpus: 4 }), false);
  const section = text.split("\n\n").find((lines) => lines.startsWith("attributes of the target\n"));
  assert.deepEqual(section?.split("\n").slice(1).map((line) => line.trim().split(/ {2,}/)), [
    ["policy", "fifo"],
    ["priority", "50"],
    ["nice", "-5"],
    ["timerslack_ns", "0 ns"],
    ["cpus_allowed", "0-1"],
    ["cgroup_cpu_max_us", "50000 of 100000 us"],
    ["cgroup_cpu_shares", "512"],
    ["sched_ext", "lavd"],
  ]);
});

Deno.test("JSON has them as the file does, with the CPUs that were online", () => {
  const { files: [{ attributes, cpus }] } = JSON.parse(
    showJson([shown({ attributes: ATTRIBUTES, cpus: 4 })]),
  );
  assert.deepEqual([attributes, cpus], [ATTRIBUTES, 4]);
});

Deno.test("of a file that says nothing of them nothing is shown, and JSON has null", () => {
  assert.doesNotMatch(showText(shown({}), false), /attributes of the target|policy/);
  assert.equal(JSON.parse(showJson([shown({})])).files[0].attributes, null);
});
