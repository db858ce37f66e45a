import assert from "node:assert/strict";
import { Failure } from "../../analysis/failure.ts";
import { main } from "../../main.ts";
import { parseWhere, readWhere } from "../../commands/files/where.ts";
import { fileText, rowOf, USUAL } from "../analysis/result/result_fixture.ts";
import { readFile } from "../../runbook/files/result_in.ts";

const VM = "tests/answers/files/vm.csv";
const MADE = "tests/answers/files/made_a.csv";

/** Numbers of the runs for which something is true of the file's own columns. */
function runsThat(
  path: string,
  isMeant: (row: number, file: ReturnType<typeof readFile>) => boolean,
): number[] {
  const file = readFile(path);
  return [...file.run].filter((_, row) => isMeant(row, file));
}

function textAt(name: "load" | "wake" | "path", row: number, { texts }: ReturnType<typeof readFile>) {
  return texts[name].values[texts[name].codes()[row]!];
}

Deno.test("the runs that meet all conditions stay, with their durations and texts, and no others", async () => {
  const cases = [
    ["wake=pipe", (row, file) => textAt("wake", row, file) === "pipe"],
    ["wake != pipe", (row, file) => textAt("wake", row, file) !== "pipe"],
    [
      "load=idle AND wake=pipe",
      (row, file) => textAt("load", row, file) === "idle" && textAt("wake", row, file) === "pipe",
    ],
    ["offset_ns<1500us", (row, { durations }) => durations.offset_ns[row]! < 1_500_000],
    [
      "offset_ns > 1500000 and run<60",
      (row, { durations, run }) => durations.offset_ns[row]! > 1_500_000 && run[row]! < 60,
    ],
  ] as const satisfies [string, Parameters<typeof runsThat>[1]][];
  for (const [text, isMeant] of cases) {
    const expected = runsThat(VM, isMeant);
    const part = await readWhere(VM, parseWhere(text));
    assert.deepEqual([...part.run], expected, text);
    assert.ok(expected.length > 0 && expected.length < 120, text);
    assert.equal(part.rows, expected.length);
    const whole = readFile(VM);
    const rows = [...whole.run].flatMap((run, row) => expected.includes(run) ? [row] : []);
    assert.deepEqual([...part.durations.offset_ns], rows.map((row) => whole.durations.offset_ns[row]!));
    assert.deepEqual(
      [...part.texts.path.codes()].map((code) => part.texts.path.values[code]),
      rows.map((row) => textAt("path", row, whole)),
    );
  }
});

Deno.test("a condition on a VM's placement or boot keeps all runs of a side that has none", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const of = (run: number, placement: "free" | "half", boot: string) =>
      rowOf(run, USUAL, { placement, boot });
    const path = `${folder}/vm.csv`;
    Deno.writeTextFileSync(
      path,
      fileText([of(1, "free", "1"), of(2, "half", "1"), of(3, "free", "2")], {}, "vm"),
    );
    const kept = async (text: string, file: string) => [...(await readWhere(file, parseWhere(text))).run];
    assert.deepEqual(await kept("placement=free", path), [1, 3]);
    assert.deepEqual(await kept("placement=free and boot!=1", path), [3]);
    assert.equal((await kept("placement=free and boot=2", MADE)).length, readFile(MADE).rows);
    assert.deepEqual(await kept("run<2 and placement=half", path), []);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("a cell that was not observed meets no condition", async () => {
  const timeouts = await readWhere(MADE, parseWhere("status=timeout"));
  assert.ok(timeouts.rows > 0);
  for (const condition of ["offset_ns<1s", "offset_ns>0", "offset_ns!=5", "offset_ns=5"]) {
    const none = await readWhere(MADE, parseWhere(`status=timeout and ${condition}`));
    assert.equal(none.rows, 0, condition);
  }
});

const REFUSED = [
  ["load", /"load" is not a condition; write conditions such as/],
  ["lod=idle", /"lod" is not a column; did you mean load\?/],
  ["path=wakelst", /path is never "wakelst"; did you mean wakelist\?/],
  ["migrated=1", /migrated is never "1"; use true, false/],
  ["wake<pipe", /wake is not a number, and < compares numbers; use = or !=/],
  ["offset_ns<fast", /offset_ns is a duration, such as 50us, or a number of ns, not "fast"/],
  ["target_cpu=1us", /target_cpu is a whole number, not "1us"/],
  ["load=idle and", /"" is not a condition; write/],
] as const;

for (const [text, expected] of REFUSED) {
  Deno.test(`the condition ${text} is refused, with what is one`, () => {
    assert.throws(() => parseWhere(text), (error) => {
      assert.ok(error instanceof Failure && error.exitCode === 2);
      assert.match(error.message, expected);
      return true;
    });
  });
}

Deno.test("every command that compares or describes takes it, and says so", async () => {
  const said = async (...args: string[]) => {
    let text = "";
    const output = { stdout: (part: string | Uint8Array) => void (text += part), stderr: () => {} };
    assert.equal(await main([...args, "--where", "path=direct"], output), 0);
    return text.replaceAll(/\s+/g, " ");
  };
  for (const command of [["show"], ["power"], ["compare", MADE], ["report", "--out", "-"]]) {
    assert.match(await said(...command, MADE), /only runs with path=direct, 56 of 90/, command[0]);
  }
});
