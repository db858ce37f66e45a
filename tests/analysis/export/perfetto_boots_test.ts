import assert from "node:assert/strict";
import { PerfettoTrace } from "../../../analysis/export/perfetto.ts";
import { readResultFile } from "../../../analysis/result/file.ts";
import { fileText, rowOf, USUAL } from "../result/result_fixture.ts";

interface Run {
  /** us, which here are exact. */
  readonly from: number;
  readonly to: number;
  readonly boot: string;
}

/** The runs of a trace, in their order. */
function runsOf(rows: readonly (readonly [run: number, boot: string])[]): Run[] {
  const text = fileText(rows.map(([run, boot]) => rowOf(run, USUAL, { boot })));
  let json = "";
  const trace = new PerfettoTrace((piece) => json += piece);
  trace.finish(readResultFile("vm.csv", [new TextEncoder().encode(text)], (row) => trace.visit(row)));
  const { traceEvents } = JSON.parse(json);
  return traceEvents.filter(({ name, ph }: { name: string; ph: string }) =>
    name.startsWith("run ") && ph === "X"
  )
    .map(({ ts, dur, args }: { ts: number; dur: number; args: { boot: string } }) => ({
      from: ts,
      to: ts + dur,
      boot: args.boot,
    }));
}

Deno.test("a later boot, whose clock began anew, stands a second behind the one before", () => {
  const [one, two, three, four] = runsOf([[1, "1"], [2, "1"], [1_000, "2"], [1_001, "2"]]);
  assert.equal(three!.from - two!.to, 1_000_000);
  assert.equal(four!.from - three!.from, two!.from - one!.from);
  assert.deepEqual([one, two, three, four].map((run) => run!.boot), ["1", "1", "2", "2"]);
});

Deno.test("also where its clock reads less than that of the boot before did", () => {
  const [one, two] = runsOf([[1_000, "1"], [1, "2"]]);
  assert.deepEqual([one!.from, two!.from], [0, one!.to + 1_000_000]);
});
