import assert from "node:assert/strict";
import { compareAll } from "../../../../analysis/compare/compare.ts";
import type { KeyOptions } from "../../../../analysis/compare/keyed.ts";
import { briefKeys, briefKeysAlone } from "../../../../analysis/print/keys/brief.ts";
import { readResultFile, type ResultFile } from "../../../../analysis/result/file.ts";
import type { Meta } from "../../../../analysis/result/meta.ts";
import { generate, generatedMeta } from "../../../../bench/generate.ts";

function file(env: string, seed: number, meta: Partial<Meta> = {}): ResultFile {
  const text = [...generate({ rows: 400, seed, env, wakers: 20, timeoutEvery: 9, meta })].join("");
  return readResultFile(`${env}.csv`, [new TextEncoder().encode(text)]);
}

const HOST = file("host", 1);
const VM = file("vm", 2);
const { runbook } = generatedMeta("vm");
const SLOWER = file("slower", 3, { runbook: { ...runbook, period_ns: 2_000_000_000 } });
const OTHER_DECODE = file("other", 4, { decode: "5.16+" });
const PERCENT = file("percent", 5, { runbook: { ...runbook, offset_margin: "10%", locks_in_share: 0.9 } });

const CASES: readonly (readonly [name: string, files: readonly [ResultFile, ResultFile], KeyOptions])[] = [
  ["two files of one protocol", [HOST, VM], {}],
  ["another margin and level", [HOST, VM], {
    margins: { offset: { kind: "duration", ns: 1 }, ttwu_to_tkread: { kind: "share", percent: 90 } },
    alpha: 0.3,
  }],
  ["two protocols", [HOST, SLOWER], {}],
  ["flags that are decoded otherwise", [HOST, OTHER_DECODE], {}],
  ["a margin in percent, and another share", [PERCENT, VM], {}],
];

for (const [name, files, options] of CASES) {
  Deno.test(`what is said of keys needs no other answer: ${name}`, () => {
    const [comparison] = compareAll(files, options);
    const said = briefKeysAlone(files, options);
    assert.ok(said.length > 0);
    assert.deepEqual(said, briefKeys(comparison!));
  });
}
