/** What `probe doctor --json` says in a guest. */

import assert from "node:assert/strict";
import type { Tier } from "../../analysis/result/meta.ts";
import { HOOKS } from "../../runbook/probes/hooks.ts";
import type { Guest } from "../../guest/vm/boot.ts";

interface Check {
  readonly id: string;
  readonly outcome: string;
  readonly found: string;
  readonly prevents: string | null;
  readonly remedy: string | null;
}

export interface Report {
  readonly verdict: { readonly tier: Tier; readonly outcome: string };
  readonly tiers: readonly {
    readonly tier: Tier;
    readonly outcome: string;
    readonly found: string;
    readonly remedy: string | null;
    readonly hooks: readonly Record<string, unknown>[];
  }[];
  readonly checks: readonly Check[];
}

export async function doctor(guest: Guest, expected = 0, ...through: string[]): Promise<Report> {
  const { code, stdout, stderr } = await guest.run([...through, "/bin/probe", "doctor", "--json"]);
  assert.equal(code, expected, stderr);
  return JSON.parse(stdout);
}

export function checkOf({ checks }: Report, id: string): Check {
  const check = checks.find((candidate) => candidate.id === id);
  assert.ok(check !== undefined, id);
  return check;
}

/**
 * The hooks of a tier that doctor could attach and that rows depend on, in the form of the `# meta` line. Doctor tries all; a measurement leaves
 * those out that only its runbook asks for.
 */
export function factsOf(report: Report, tier: Tier): unknown[] {
  const finding = report.tiers.find((candidate) => candidate.tier === tier);
  assert.equal(finding?.outcome, "yes");
  const ofRows = finding!.hooks.filter(({ hook }) => !HOOKS.some((one) => one.hook === hook && one.ofRecent));
  return ofRows.map(({ stage, hook, kind, attached, reason }) => {
    if (isOfDetail(hook, tier)) {
      return { stage, hook, kind, attached: false, reason: 'only used with detail = "causes"' };
    }
    return attached ? { stage, hook, kind, attached } : { stage, hook, kind, attached, reason };
  });
}

function isOfDetail(name: unknown, tier: Tier): boolean {
  return HOOKS.some(({ hook, detail, ladder }) => hook === name && detail && ladder[tier] !== undefined);
}
