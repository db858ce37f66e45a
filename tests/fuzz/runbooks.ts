/** Runbooks that contain something wrong or extreme. */

import { type Dice, NASTY_NUMBERS, NASTY_TEXTS } from "./dice.ts";
import { byBytes } from "./result_files.ts";

const DEFAULT = Deno.readTextFileSync(new URL("../../runbook/protocol/default.toml", import.meta.url))
  .split("\n").filter((line) => !line.startsWith("#") && line !== "");

export function runbook(dice: Dice): Uint8Array {
  const lines = [...DEFAULT];
  for (let change = 0; change < dice.below(4); change++) {
    const at = dice.below(lines.length);
    const key = lines[at]!.split(" = ")[0]!;
    dice.of([
      () => lines.splice(at, 1),
      () => lines.splice(at, 0, lines[dice.below(lines.length)]!),
      () =>
        lines.splice(at, 0, dice.of(["[table]", "a.b = 1", "x", "= 1", `"${key}" = 1`, "\x1b", "[[runs]]"])),
      () => lines.splice(at, 1, `${key} = ${valueOf(dice)}`),
      () => lines.splice(at, 1, `${key} = ${valueOf(dice)}`),
    ])();
  }
  const bytes = new TextEncoder().encode(`${lines.join("\n")}\n`);
  return dice.oneIn(4) ? byBytes(bytes, dice) : bytes;
}

const WORDS = [
  "any",
  "inherit",
  "0",
  "1ns",
  "9999999999s",
  "timer",
  "cpu:9",
  "22:00-05:00",
  "pid:1",
  "comm:x",
];

function valueOf(dice: Dice): string {
  return dice.of([
    () => JSON.stringify(dice.of(NASTY_TEXTS)),
    () => JSON.stringify(dice.of(WORDS)),
    () => dice.of(NASTY_NUMBERS),
    () => `[${dice.times(dice.below(3), () => dice.of(["1", '"timer"', '"idle"', '"cpu:1"', "1.5", "-1"]))}]`,
    () => dice.of(["true", "{}", "1979-05-27", "inf", "nan", "0x10", "''", '"""', "[[]]"]),
  ])();
}
