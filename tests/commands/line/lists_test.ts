/** The help matches the tables: the defaults of default.toml, and examples that are accepted. */

import assert from "node:assert/strict";
import { EXIT } from "../../../analysis/failure.ts";
import { COMPARE_FLAGS } from "../../../commands/line/compare.ts";
import { PROTOCOL_FLAGS } from "../../../commands/line/run.ts";
import { COMMANDS } from "../../../commands/line/table.ts";
import { main } from "../../../main.ts";
import { defaultSettings } from "../../../runbook/protocol/runbook_file.ts";
import type { RunbookField } from "../../../runbook/protocol/settings.ts";

interface Flag {
  readonly brief: string;
  readonly values?: readonly string[];
  readonly parse?: (text: string) => unknown;
}

/** Options of the command line that set fields of a runbook, by the field's name. */
const FIELDS = {
  runs: "runs",
  trigger: "trigger",
  period: "period_ns",
  wake: "wake",
  load: "load",
  target: "target",
  require: "require",
} as const satisfies Record<string, RunbookField>;

const RUN_FLAGS = (await COMMANDS.run()).parameters.flags as unknown as Readonly<Record<string, Flag>>;

for (const [name, field] of Object.entries(FIELDS)) {
  Deno.test(`the help of --${name} says what default.toml has`, () => {
    const { brief, parse } = RUN_FLAGS[name]!;
    const said = /\(default ([^)]+)\)/.exec(brief)?.[1];
    assert.ok(said !== undefined, brief);
    assert.equal(parse === undefined ? said : parse(said), defaultSettings()[field]);
  });
}

const EXAMPLES = Object.entries<Flag>({ ...PROTOCOL_FLAGS, ...COMPARE_FLAGS })
  .flatMap(([name, { brief, parse }]) => {
    const example = /such as ([\w,:-]+)/.exec(brief)?.[1];
    return example === undefined || parse === undefined ? [] : [{ name, example, parse }];
  });

Deno.test("the examples in the help of --by, --question and --fail-on are taken", () => {
  assert.deepEqual(EXAMPLES.map(({ name }) => name), ["by", "question", "fail-on"]);
  for (const { example, parse } of EXAMPLES) {
    assert.deepEqual([parse(example)].flat(), example.split(","));
  }
});

Deno.test("the help lists the exit codes that there are", async () => {
  let help = "";
  await main(["--help"], { stdout: (text) => help += text, stderr: () => {} });
  const listed = /Exit codes: ([^.]+)\./.exec(help)?.[1] ?? "";
  assert.deepEqual([...listed.matchAll(/\d+/g)].map(Number), Object.values(EXIT));
});
