/** `deno task causes`: makes causes in guests, and writes what the rows then name into docs/causes.md. */

import { formatDuration } from "../analysis/units/format_value.ts";
import { growth, INJECTED_KERNELS, injectedGuest, measured } from "../tests/harness/injections.ts";
import type { TextRow } from "../tests/harness/measurement.ts";

const FILE = "docs/causes.md";
const [BEGIN, END] = ["<!-- injections -->", "<!-- /injections -->"];

/** `tasks 12, probes 4`: how many rows name the two most frequent causes. */
function causes(rows: readonly TextRow[]): string {
  const named = Map.groupBy(rows, ({ cause }) => cause);
  return [...named].sort(([, a], [, b]) => b.length - a.length).map(([cause, { length }]) =>
    `${cause} ${length}`
  )
    .join(", ");
}

const lines = [
  "| kernel | made | grew most | next | causes of the rows |",
  "| ------ | ---- | --------- | ---- | ------------------ |",
];
for (const { kernel, injections } of INJECTED_KERNELS) {
  await using guest = await injectedGuest(kernel);
  const { stdout } = await guest.run(["uname", "-r"]);
  const [release] = stdout.trim().split(/[-+]/);
  const plain = await measured(guest, null);
  lines.push(`| ${release} | nothing | | | ${causes(plain)} |`);
  for (const injection of injections) {
    const rows = await measured(guest, injection);
    const [first, second] = growth(plain, rows).map(({ part, ns }) => `${part} ${formatDuration(ns)}`);
    lines.push(`| ${release} | ${injection.name} | ${first} | ${second} | ${causes(rows)} |`);
    console.log(lines.at(-1));
  }
}
const document = Deno.readTextFileSync(FILE);
const [before, after] = [document.indexOf(BEGIN) + BEGIN.length, document.indexOf(END)];
Deno.writeTextFileSync(
  FILE,
  `${document.slice(0, before)}\n\n${lines.join("\n")}\n\n${document.slice(after)}`,
);
