/** The keys' verdicts as text: at a glance, and with their numbers. */

import { findings, notes, sentence, table } from "../layout/text.ts";
import { joined, plain } from "../said.ts";
import type { MechanismColumn, ToldMechanisms } from "./mechanisms.ts";

const HEAD = 18;
const VERDICT = 18;
const RATIOS = 13;
const LABEL = 16;

const SOURCES = {
  head: 20,
  lines: 1,
  columns: [{ id: "offset", width: 24 }, { id: "ttwu_to_tkread", width: 24 }],
  plots: false,
} as const;

/** On the first screen. */
export function keyVerdictLines({ table: verdicts, keys, cautions, origins }: ToldMechanisms): string[] {
  const said = [...cautions, ...origins].flatMap((one) => sentence(one, "  "));
  if (keys.length === 0) return said;
  const columns = verdicts.columns.map(({ id }) =>
    ({ id, width: isRatio(id) ? RATIOS : VERDICT, align: "left" }) as const
  );
  const style = { indent: "", head: HEAD, lines: 0, columns, plots: false };
  const below = (_: unknown, index: number) => keys[index]!.says.flatMap((one) => sentence(one, "  "));
  return [...table(verdicts, style, "keys", below), ...said];
}

function isRatio(id: MechanismColumn): boolean {
  return id.endsWith("_ratio");
}

/** Below the questions. */
export function keyLines(
  { title, keys, table: { empty }, sources, mixtures, kinds, methods }: ToldMechanisms,
): string[] {
  const parts = ["  " + sources.caption, ...table(sources, SOURCES, "links"), ...findings(mixtures, LABEL)];
  if (keys.length === 0) return [title, `  ${empty}`, ...parts];
  return [
    title,
    ...keys.flatMap((key) => [
      ...sentence(plain(key.title), "  "),
      ...notes(key.notes, "    "),
      ...findings(key.findings.map((found) => ({ ...found, method: null })), LABEL, "    "),
    ]),
    ...parts,
    ...sentence(joined([...kinds, ...methods], " "), "  "),
  ];
}
