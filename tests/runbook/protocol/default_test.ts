/** The comments of default.toml describe a runbook: they name everything that exists, and nothing else. */

import assert from "node:assert/strict";
import { TIERS } from "../../../analysis/result/meta.ts";
import defaultToml from "../../../runbook/protocol/default.toml" with { type: "text" };
import { LOADS } from "../../../runbook/protocol/load.ts";
import {
  ANY,
  BEST,
  INHERIT,
  NICE_POLICIES,
  POLICIES,
  REALTIME_POLICIES,
  TARGETS,
} from "../../../runbook/protocol/settings.ts";
import { TRIGGERS, WAKES } from "../../../runbook/protocol/wakes.ts";

/** Quoted words of the comment above a key; numbers of threads appear as N. */
function quotedAbove(key: string): string[] {
  const [, comment] = new RegExp(`((?:^#.*\n)+)^${key} = `, "m").exec(defaultToml) ?? [];
  assert.ok(comment !== undefined, `${key} has no comment`);
  const quoted = [...comment.matchAll(/"([^"]+)"/g)].map(([, word]) => word!.replace(/:\d+$/, ":N"));
  return [...new Set(quoted)].sort();
}

const LISTS: readonly (readonly [key: string, words: readonly string[]])[] = [
  ["trigger", TRIGGERS],
  ["wakes", WAKES.map(({ name }) => name)],
  ["loads", LOADS],
  // The number of a process does not belong to a protocol.
  ["target", TARGETS.map((form) => form === "pid:N" ? "pid" : form)],
  ["require", [BEST, ...TIERS]],
  ["policy", [INHERIT, ...POLICIES]],
  ["priority", REALTIME_POLICIES],
  ["nice", NICE_POLICIES],
];

for (const [key, words] of LISTS) {
  Deno.test(`the comment of ${key} in default.toml names each that there is, and no other`, () => {
    assert.deepEqual(quotedAbove(key), words.toSorted());
  });
}

for (const key of ["hours", "cpus", "clocksource"]) {
  Deno.test(`the comment of ${key} in default.toml says how to leave it open`, () => {
    assert.ok(quotedAbove(key).includes(ANY), quotedAbove(key).join());
  });
}
