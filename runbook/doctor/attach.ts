/**
 * Tries every tier on the kernel itself: attaches its hooks as `probe run` would, and detaches them again.
 */

import type { Failure } from "../../analysis/failure.ts";
import { type Tier, TIERS } from "../../analysis/result/meta.ts";
import { LibbpfError } from "../../ffi/libbpf_error.ts";
import { CannotLoad } from "../machine/preflight.ts";
import { callReason, foundBy } from "../probes/attach_failure.ts";
import type { Evidence } from "../probes/bpf_refused.ts";
import { TierUnavailable } from "../probes/ladder.ts";
import { type HookState, OTHER_KERNEL, type Reason, remedyFor, wordsOf } from "../probes/reasons.ts";
import { type Attachments, couldNotTell, no, type TierFinding, type Unrequired, yes } from "./check.ts";
import { hooksOfTier, TIER_LOSSES } from "./hooks.ts";

/** Probes that were attached for a moment. */
export interface Attached extends Disposable {
  readonly tier: Tier;
  readonly hookStates: readonly HookState[];
  /** Whether the kernel counts invocations of its programs that it skipped. */
  readonly countsMisses: boolean;
}

/** Attaches at that tier, or at the best available; throws what ChainProbes.attach() throws. */
export type Attach = (required: Tier | undefined) => Attached;

/** Why no program can be loaded at all. */
export interface Refusal {
  readonly failure: Failure;
  /** Whether that holds for the machine and not only for this process. */
  readonly conclusive: boolean;
}

/** @param refusal when given, nothing is tried */
export function tryTiers(attach: Attach, refusal: Refusal | null, evidence: Evidence): Attachments {
  if (refusal !== null) {
    const { failure, conclusive } = refusal;
    const { remedy } = failure;
    const found = failure instanceof CannotLoad ? failure.why : failure.found;
    const answer = conclusive ? no(found, TIER_LOSSES.tracepoint, remedy) : couldNotTell(found);
    const tiers = TIERS.map((tier) => ({ tier, answer, hooks: [] }));
    return { tiers, unrequired: { refused: null }, countsMisses: null };
  }
  let countsMisses: boolean | null = null;
  const noting: Attach = (required) => {
    const attached = attach(required);
    countsMisses = attached.countsMisses;
    return attached;
  };
  const { unrequired, best } = tryUnrequired(noting, evidence);
  const tiers = TIERS.map((tier) => best?.tier === tier ? best : tryTier(noting, tier, evidence));
  return { tiers, unrequired, countsMisses };
}

/** Attaches like `probe run` without --require, so its reasons cover the tiers that it tried before. */
function tryUnrequired(
  attach: Attach,
  evidence: Evidence,
): { unrequired: Unrequired; best: TierFinding | null } {
  try {
    using attached = attach(undefined);
    return { unrequired: { tier: attached.tier }, best: had(attached) };
  } catch (error) {
    return { unrequired: { refused: refusalOf(error, evidence).reason }, best: null };
  }
}

function tryTier(attach: Attach, tier: Tier, evidence: Evidence): TierFinding {
  try {
    using attached = attach(tier);
    return had(attached);
  } catch (error) {
    const { found, reason } = refusalOf(error, evidence);
    // `probe run` shows the log, because it ends with the error; doctor goes on.
    const verbose = `probe run --require ${tier} --verbose`;
    const remedy = remedyFor([reason], OTHER_KERNEL[tier], verbose);
    return { tier, answer: no(found, TIER_LOSSES[tier], remedy), hooks: [] };
  }
}

function had({ tier, hookStates: hooks }: Attached): TierFinding {
  const attached = hooks.filter(({ reasons }) => reasons.length === 0).length;
  return {
    tier,
    answer: yes(`${attached} of its ${hooksOfTier(tier)} hooks attached, and detached again`),
    hooks,
  };
}

/** Rethrows what is not a refusal by the kernel. */
function refusalOf(
  error: unknown,
  evidence: Evidence,
): { readonly found: string; readonly reason: Reason } {
  if (error instanceof TierUnavailable) return { found: wordsOf(error.reason), reason: error.reason };
  if (error instanceof LibbpfError) {
    const reason = callReason(error, evidence);
    return { found: foundBy(error, reason), reason };
  }
  throw error;
}
