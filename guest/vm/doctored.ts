/** What `probe doctor` reports of a machine, as far as the machine's part in `probe ab` depends on it. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { type HookFact, type Tier, TIERS } from "../../analysis/result/meta.ts";

/** The part of `probe doctor --json` that is needed here, see runbook/doctor/json.ts. */
export interface Doctored {
  readonly verdict: { readonly outcome: string; readonly text: string };
  /** One for each tier, best first. */
  readonly tiers: readonly TierReport[];
  readonly checks: readonly (Advice & { readonly id: string })[];
}

interface TierReport extends Advice {
  readonly tier: string;
  /** Empty when the tier is not available. */
  readonly hooks: readonly HookFact[];
}

interface Advice {
  readonly outcome: string;
  readonly found: string;
  readonly remedy: string | null;
}

/** A machine that is to measure a side. */
export interface Examined {
  /** `this machine`, or where it is. */
  readonly who: string;
  readonly report: Doctored;
}

/** How probe ended there. */
export interface DoctorEnd {
  readonly code: number;
  /** What it printed on its standard output; empty when it failed before it could say anything. */
  readonly stdout: Uint8Array;
  /** The last line on its standard error; empty without one. */
  readonly said: string;
}

const SEE = "see what probe doctor says there";

/**
 * Reads the report of a machine that can measure.
 *
 * @param who where it is
 * @throws Failure (cannot measure) with the doctor's words when it cannot
 */
export function requireMeasuring(who: string, { code, stdout, said }: DoctorEnd): Doctored {
  const refuse = (found: string, remedy: string) =>
    new Failure(EXIT.cannotMeasure, `${who} cannot measure: ${found}`, remedy);
  if (stdout.length === 0) throw refuse(said || `probe doctor ended with ${code}`, SEE);
  const report: Doctored = JSON.parse(new TextDecoder().decode(stdout));
  if (report.verdict.outcome === "yes") return report;
  const remedy = [...report.checks, ...report.tiers].find(({ remedy }) => remedy !== null)?.remedy;
  // The verdict says "this machine", which means that one.
  const { outcome, text } = report.verdict;
  throw refuse(outcome === "no" ? report.tiers.at(-1)?.found ?? text : text, remedy ?? SEE);
}

/** The tier at which both sides measure. */
export interface CommonTier {
  readonly tier: Tier;
  /** Whether a side could measure at a better one. */
  readonly limits: boolean;
  /** Which it is and, where it limits a side, what the other one is without; one line. */
  readonly text: string;
}

/**
 * The required tier, or the best that both sides have.
 *
 * @throws Failure (cannot measure) that names the side without it
 */
export function commonTier(require: "best" | Tier, sides: readonly [Examined, Examined]): CommonTier {
  if (require !== "best") {
    for (const side of sides) requireTier(require, side);
    return { tier: require, limits: false, text: `both sides measure at tier ${require}, as required` };
  }
  const tier = TIERS.find((tier) => sides.every((side) => has(side, tier)));
  if (tier === undefined) {
    const found = sides.map((side) =>
      `${side.who} has ${TIERS.filter((tier) => has(side, tier)).join(", ")}`
    );
    throw new Failure(EXIT.cannotMeasure, `no tier is on both sides: ${found.join(", and ")}`, SEE);
  }
  const better = TIERS.slice(0, TIERS.indexOf(tier)).filter((tier) => sides.some((side) => has(side, tier)));
  const why = sides.flatMap((side) => {
    const lost = better.find((tier) => !has(side, tier));
    return lost === undefined ? [] : `${side.who} is without ${lost}: ${foundOf(side, lost)}`;
  });
  const text = [`both sides measure at tier ${tier}`, ...why.length === 0 ? [] : [why.join("; ")]].join(": ");
  return { tier, limits: better.length > 0, text };
}

/** @throws Failure (cannot measure) that names the side when it is without that tier */
export function requireTier(tier: Tier, side: Examined): void {
  if (has(side, tier)) return;
  throw new Failure(
    EXIT.cannotMeasure,
    `${side.who} cannot measure: the tier ${tier} is not available: ${foundOf(side, tier)}`,
    "leave --require out to measure both sides at the best tier that both have",
  );
}

function of({ report }: Examined, tier: Tier): TierReport | undefined {
  return report.tiers.find((finding) => finding.tier === tier);
}

function has(side: Examined, tier: Tier): boolean {
  return of(side, tier)?.outcome === "yes";
}

function foundOf(side: Examined, tier: Tier): string {
  return of(side, tier)?.found ?? "probe there does not know it";
}

/** A hook, and the side that cannot be hooked there as the other side is. */
export interface HookOfOneSide {
  readonly hook: string;
  readonly who: string;
}

/**
 * Hooks of these stages that only one side has at a tier, or has by another kind of program.
 *
 * @returns each hook once, in the order of the reports
 */
export function hooksOfOneSide(
  tier: Tier,
  stages: ReadonlySet<string>,
  [a, b]: readonly [Examined, Examined],
): HookOfOneSide[] {
  const attached = (side: Examined) =>
    (of(side, tier)?.hooks ?? []).filter(({ stage, attached }) => attached && stages.has(stage));
  const onlyOf = (side: Examined, other: Examined) => {
    const others = new Set(attached(other).map(({ kind, hook }) => `${kind} ${hook}`));
    const only = attached(side).filter(({ kind, hook }) => !others.has(`${kind} ${hook}`));
    return only.map(({ hook }): HookOfOneSide => ({ hook, who: other.who }));
  };
  const found = [...onlyOf(a, b), ...onlyOf(b, a)];
  return found.filter(({ hook }, at) => found.findIndex((other) => other.hook === hook) === at);
}
