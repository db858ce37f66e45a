/** Result files that contain something wrong or extreme. */

import { COLUMNS, EACH_COLUMN, type Row } from "../../analysis/result/columns.ts";
import { correlationId } from "../../analysis/result/correlation.ts";
import { formatRow } from "../../analysis/result/write.ts";
import { generate, generatedMeta } from "../../bench/generate.ts";
import { fileText, rowOf, type Stages, timeoutOf } from "../analysis/result/result_fixture.ts";
import { type Dice, NASTY_NUMBERS, NASTY_TEXTS } from "./dice.ts";

const KEPT = ["cut_off", "host", "made_a", "made_b", "tracepoint", "vm"]
  .map((name) => Deno.readTextFileSync(new URL(`../answers/files/${name}.csv`, import.meta.url)));

/** A file with few rows; `broken`: it may be one that is refused. */
export function resultFile(dice: Dice, broken: boolean): Uint8Array {
  const whole = dice.oneIn(3) ? plain(dice) : extreme(dice);
  const text = dice.oneIn(2) ? whole : byJson(whole, dice, broken);
  if (!broken) return new TextEncoder().encode(text);
  const lines = dice.oneIn(2) ? text : byLines(text, dice);
  const bytes = new TextEncoder().encode(dice.oneIn(2) ? lines : byCells(lines, dice));
  return dice.oneIn(3) ? byBytes(bytes, dice) : bytes;
}

function plain(dice: Dice): string {
  if (dice.oneIn(3)) return dice.of(KEPT);
  const env = dice.of(["host", "vm"]);
  const timeouts = dice.oneIn(3) ? { timeoutEvery: 1 + dice.below(5) } : {};
  return [...generate({ rows: dice.below(40), seed: dice.below(1000), env, ...timeouts })].join("");
}

/** Durations in ns from zero to a week, many of them equal. */
const DURATIONS = [0, 0, 1, 1, 2, 1000, 1001, 5_000_000, 4_294_967_296, 604_800_000_000_000];

/** Consistent in itself: IDs and durations follow from its times. */
function extreme(dice: Dice): string {
  const lengths = dice.times(1 + dice.below(3), () => dice.of(DURATIONS));
  const steps = () => dice.of(lengths);
  const constant = Object.fromEntries(dice.some(FREE, 6).map((name) => [name, valueOf(name, dice)]));
  const rows = dice.times(dice.below(30), () => null).map((_, at): Row => {
    const run = at + 1;
    if (dice.oneIn(12)) return timeoutOf(run);
    const ttwu = steps();
    const wakeup = ttwu + steps();
    const switched = wakeup + steps();
    const stages: Stages = { ttwu, wakeup, switched, tkread: switched + steps() };
    const varying = Object.fromEntries(dice.some(FREE, 30).map((name) => [name, valueOf(name, dice)]));
    const row = rowOf(run, stages, { ...constant, ...varying });
    return {
      ...row,
      correlation_id: correlationId(Number(row.tgid), Number(row.pid), run, BigInt(row.ttwu_ns!)),
    };
  });
  const written = rows.filter((row) => isWritable(row));
  const meta = generatedMeta("host");
  const runbook = {
    ...meta.runbook,
    runs: dice.of([1, 30, 2 ** 53 - 1]),
    alpha: dice.of([0.05, 1e-12, 0.999]),
  };
  return fileText(written, { ...meta, runbook, host: dice.of(NASTY_TEXTS), cpu: dice.of(NASTY_TEXTS) });
}

type Name = (typeof COLUMNS)[number]["name"];

/** Columns from which no other column follows. */
const FREE: readonly Name[] = EACH_COLUMN
  .filter(({ name, kind }) =>
    !["run", "correlation_id", "status", "ttwu_stack", "tkread_stack", "offset_ns", "ttwu_to_tkread_ns"]
      .includes(name) &&
    !(kind === "int" &&
      /^(?:edge|ttwu|activate|wakeup|ttwu_return|switch|tkread(?:_any|_task)?)_ns$/.test(name))
  )
  .map(({ name }) => name as Name);

function valueOf(name: Name, dice: Dice): unknown {
  const { kind, values, range, required } = EACH_COLUMN.find((column) => column.name === name)!;
  if (required !== true && name !== "tgid" && name !== "pid" && dice.oneIn(3)) return null;
  if (kind === "int") return dice.of([range?.[0] ?? 0, range?.[1] ?? 9_223_372_036_854_775_807n, 1]);
  if (kind === "bool") return dice.oneIn(2);
  if (kind === "hex") return dice.of(["0x0", "0xffffffffffffffff", "0x88"]);
  if (kind === "enum") return dice.of(values ?? [""]);
  return dice.of(NASTY_TEXTS);
}

function isWritable(row: Row): boolean {
  try {
    formatRow(row);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function byLines(text: string, dice: Dice): string {
  const lines = text.split("\n");
  for (let change = 0; change < 1 + dice.below(3); change++) {
    const at = dice.below(lines.length);
    const other = lines[dice.below(lines.length)]!;
    dice.of([
      () => lines.splice(at, 1),
      () => lines.splice(at, 0, other),
      () => lines.splice(at, 1, other),
      () =>
        lines.splice(
          at,
          0,
          dice.of(["", "# ", "# note", '# resumed {"run":2,"started":"x"}', "# stack s a", ","]),
        ),
      () => lines.splice(at, lines.length),
      () => lines.splice(at, 0, ...dice.of(KEPT).split("\n").slice(0, dice.below(9))),
    ])();
  }
  return lines.join("\n");
}

/** Replaces values in a line of JSON; `free`: also by values of another type. */
function byJson(text: string, dice: Dice, free: boolean): string {
  const lines = text.split("\n");
  const begin = dice.oneIn(4) ? "# end " : "# meta ";
  const at = lines.findIndex((line) => line.startsWith(begin));
  if (at < 0) return text;
  for (let change = 0; change < 1 + dice.below(3); change++) {
    const line = lines[at]!;
    const places = Array.from(line.matchAll(/"(?:[^"\\]|\\.)*":?|-?\d[\d.e+]*|true|false|null/g))
      .filter(([found]) => !found.endsWith(":"));
    if (places.length === 0) return lines.join("\n");
    const { index, 0: old } = dice.of(places);
    const [string, number] = [JSON.stringify(dice.of(NASTY_TEXTS)), dice.of(NASTY_NUMBERS)];
    const value = free && dice.oneIn(2)
      ? dice.of([string, number, "null", "[]", "{}", "true", "[[[[]]]]"])
      : old.startsWith('"')
      ? string
      : /\d/.test(old)
      ? number
      : dice.of(["true", "false", "null"]);
    lines[at] = line.slice(0, index) + value + line.slice(index + old.length);
  }
  return lines.join("\n");
}

const CELLS = [
  ...NASTY_NUMBERS,
  '"a ""quoted"" one"',
  '"',
  "0x0",
  "TRUE",
  "\x1b[2J",
  "0123456789abcdef",
  "1.5",
  "complete",
  "aborted",
  '"two\nlines"',
  "é",
];

function byCells(text: string, dice: Dice): string {
  const lines = text.split("\n");
  for (let change = 0; change < 1 + dice.below(3); change++) {
    const at = dice.below(lines.length);
    const cells = lines[at]!.split(",");
    cells[dice.below(cells.length)] = dice.of(CELLS);
    lines[at] = cells.join(",");
  }
  return lines.join("\n");
}

/** Damage that a disk, a pipe or an editor may do to a file. */
export function byBytes(bytes: Uint8Array, dice: Dice): Uint8Array {
  const at = dice.below(bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const few = Uint8Array.from(dice.times(1 + dice.below(8), () => dice.below(256)));
  return dice.of([
    () => before,
    () => after,
    () => joined(before, few, after),
    () => joined(before, few, after.subarray(few.length)),
    () => joined(before, after.subarray(dice.below(200))),
    () => joined(bytes, after),
    () => bytes.map((byte, i) => i === at ? byte ^ (1 << dice.below(8)) : byte),
  ])();
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
