/** Every tier tried on the kernel itself: its hooks are attached as `probe run` would, and detached again. */

import type { Failure } from "../../analysis/failure.ts";
import { type HookFact, type Tier, TIERS } from "../../analysis/result/meta.ts";
import { LibbpfError } from "../../ffi/libbpf_error.ts";
import { attachFailure } from "../probes/attach_failure.ts";
import { TierUnavailable } from "../probes/ladder.ts";
import { type Attachments, couldNotTell, no, type TierFinding, type Unrequired, yes } from "./check.ts";
import { hooksOfTier, TIER_CONSEQUENCES, tierRemedy } from "./hooks.ts";

/** What was attached for a moment. */
export interface Attached extends Disposable {
  readonly tier: Tier;
  readonly hooks: readonly HookFact[];
  /** Whether the kernel counts the invocations of its programs that it skipped. */
  readonly countsMisses: boolean;
}

/** Attaches at that tier, or at the best there is; throws what ChainProbes.attach() throws. */
export type Attach = (required: Tier | undefined) => Attached;

/** Why nothing can be loaded at all. */
export interface Refusal {
  readonly failure: Failure;
  /** Whether that holds for the machine and not only for this process. */
  readonly conclusive: boolean;
}

/** @param refusal then nothing is tried */
export function tryTiers(attach: Attach, refusal: Refusal | null): Attachments {
  if (refusal !== null) {
    const { failure, conclusive } = refusal;
    const { remedy } = failure;
    const found = failure.found.replace(/^cannot load the probes: /, "");
    const answer = conclusive
      ? no(found, TIER_CONSEQUENCES.tracepoint.prevents, remedy)
      : couldNotTell(found);
    const tiers = TIERS.map((tier) => ({ tier, answer, hooks: [] }));
    return { tiers, unrequired: { refused: found }, countsMisses: null };
  }
  let countsMisses: boolean | null = null;
  const noting: Attach = (required) => {
    const attached = attach(required);
    countsMisses = attached.countsMisses;
    return attached;
  };
  const { unrequired, best } = tryUnrequired(noting);
  const tiers = TIERS.map((tier) => best?.tier === tier ? best : tryTier(noting, tier));
  return { tiers, unrequired, countsMisses };
}

/** As `probe run` does it without --require: its reasons then tell of the tiers that it tried before. */
function tryUnrequired(attach: Attach): { unrequired: Unrequired; best: TierFinding | null } {
  try {
    using attached = attach(undefined);
    return { unrequired: { tier: attached.tier }, best: had(attached) };
  } catch (error) {
    return { unrequired: { refused: reasonOf(error).found }, best: null };
  }
}

function tryTier(attach: Attach, tier: Tier): TierFinding {
  try {
    using attached = attach(tier);
    return had(attached);
  } catch (error) {
    const { found, remedy = tierRemedy(tier, found) } = reasonOf(error);
    // The log is shown by `probe run`, which ends with the error; doctor goes on.
    const withCommand = remedy.replace("--verbose", `probe run --require ${tier} --verbose`);
    return { tier, answer: no(found, TIER_CONSEQUENCES[tier].prevents, withCommand), hooks: [] };
  }
}

function had({ tier, hooks }: Attached): TierFinding {
  const attached = hooks.filter((hook) => hook.attached).length;
  return {
    tier,
    answer: yes(`${attached} of its ${hooksOfTier(tier)} hooks attached, and detached again`),
    hooks,
  };
}

/** In words for a user; what is not the kernel's refusal is thrown on. */
function reasonOf(error: unknown): { found: string; remedy?: string } {
  if (error instanceof TierUnavailable) return { found: error.reason };
  if (error instanceof LibbpfError) return attachFailure(error);
  throw error;
}
