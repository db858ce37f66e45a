/** The keys' verdicts as text: at a glance, and with their numbers. */

import { findings, notes, sentence, table } from "../layout/text.ts";
import { joined, plain } from "../said.ts";
import type { MechanismColumn, ToldMechanisms } from "./mechanisms.ts";

const HEAD = 18;
const VERDICT = 16;
const RATIOS = 14;
const LABEL = 16;

/** On the first screen. */
export function keyVerdictLines({ table: verdicts, keys, cautions }: ToldMechanisms): string[] {
  if (keys.length === 0) return [];
  const columns = verdicts.columns.map(({ id }) =>
    ({ id, width: isRatio(id) ? RATIOS : VERDICT, align: "left" }) as const
  );
  const style = { indent: "", head: HEAD, lines: 0, columns, plots: false };
  const below = (_: unknown, index: number) => keys[index]!.says.flatMap((one) => sentence(one, "  "));
  return [...table(verdicts, style, "keys", below), ...cautions.flatMap((one) => sentence(one, "  "))];
}

function isRatio(id: MechanismColumn): boolean {
  return id.endsWith("_ratio");
}

/** Below the questions. */
export function keyLines({ title, keys, table: { empty }, kinds, methods }: ToldMechanisms): string[] {
  if (keys.length === 0) return [title, `  ${empty}`];
  return [
    title,
    ...keys.flatMap((key) => [
      ...sentence(plain(key.title), "  "),
      ...notes(key.notes, "    "),
      ...findings(key.findings.map((found) => ({ ...found, method: null })), LABEL, "    "),
    ]),
    ...sentence(joined([...kinds, ...methods], " "), "  "),
  ];
}
