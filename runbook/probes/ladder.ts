/** Which program can be attached at each hook: the ladder of a tier, and what has been struck off it. */

import type { Tier } from "../../analysis/result/meta.ts";
import { architectureOf } from "../machine/arch.ts";
import type { LibbpfError } from "../../ffi/libbpf_error.ts";
import type { Definition } from "./definitions.ts";
import { type Hook, HOOKS, isOnTracepoint, type Variant } from "./hooks.ts";
import { type Reason, wordsOf } from "./reasons.ts";

/** Where each hooked function, and each variable that is read, is defined, according to /proc/kallsyms. */
export type Definitions = ReadonlyMap<string, readonly Definition[]>;

/** What decides which hooks a measurement uses. */
export interface Asked {
  /** Whether the target is the built-in one, which reports its own read. */
  readonly targetTells: boolean;
  /** Whether locks and interrupts are hooked too, which the machine takes all the time. */
  readonly detail: boolean;
  /** Whether the machine's recent events are kept, for `--on-slow`. */
  readonly keepsRecent: boolean;
  /** Hooks that are left out, though the tier has them. */
  readonly without?: ReadonlySet<string>;
}

/** The requested tier is not available on this kernel. */
export class TierUnavailable extends Error {
  override readonly name = "TierUnavailable";

  constructor(readonly tier: Tier, readonly reason: Reason, options?: ErrorOptions) {
    super(`tier ${tier} is not available: ${wordsOf(reason)}`, options);
  }
}

/** Where programs of the tiers that hook functions get their context from, see bpf/arch/. */
export const { preemptCount: PREEMPT_COUNT } = architectureOf();
/** The array with the offset of each CPU's variables, relative to their address in kallsyms. */
export const PER_CPU_OFFSET = "__per_cpu_offset";

/**
 * Why a read by the target itself could not be distinguished from one by an interrupt; null when it can.
 * Otherwise no chain would ever be complete at the tiers that hook functions.
 *
 * @param inBtf variables that the kernel's BTF contains
 */
export function contextUnseen(
  tier: Tier,
  inBtf: ReadonlySet<string>,
  definitions: Definitions,
): Reason | null {
  if (tier === "tracepoint" || PREEMPT_COUNT === null) return null;
  const { variables } = PREEMPT_COUNT;
  // Programs reach a variable by its type only where the kernel itself has the types.
  if (tier !== "raw" && variables.some((name) => inBtf.has(name))) return null;
  const isPlaced = (name: string) => definitions.get(name)?.length === 1;
  const lost = !isPlaced(PER_CPU_OFFSET)
    ? PER_CPU_OFFSET
    : variables.some(isPlaced)
    ? null
    : variables.at(-1)!;
  if (lost !== null) return { code: "no_address", variable: lost };
  // The variable's own value in kallsyms is an offset, which may be 0. The address of an array in the kernel
  // image is 0 only when hidden.
  return definitions.get(PER_CPU_OFFSET)![0]!.address === 0n ? { code: "addresses_hidden" } : null;
}

/** Why no program is to be tried at the hook; null when some are. */
export function leftOut(
  hook: Hook,
  { tier, asked }: Pick<Ladder, "tier" | "asked">,
  refusals: readonly TierUnavailable[],
): readonly Reason[] | null {
  if (hook.ladder[tier] !== undefined) {
    if (asked.without?.has(hook.hook)) return [{ code: "left_out" }];
    if (hook.detail && !asked.detail) return [{ code: "detail" }];
    if (hook.ofRecent && !asked.keepsRecent) return [{ code: "of_recent" }];
    return asked.targetTells && hook.ofOthers ? [{ code: "target_tells" }] : null;
  }
  if (hook.ladder.full === undefined) return [{ code: "read_elsewhere", tier }];
  return refusals.length > 0 ? refusals.map(({ reason }) => reason) : [{ code: "tier_required", tier }];
}

/**
 * The programs still to be tried at a tier. Programs that cannot be loaded are struck off, with the reason.
 */
export class Ladder {
  readonly #refused = new Map<string, Reason>();
  readonly #addresses = new Map<string, bigint>();

  constructor(
    readonly tier: Tier,
    /** Functions and tracepoints that the kernel's BTF has. */
    readonly inBtf: ReadonlySet<string>,
    readonly definitions: Definitions,
    readonly asked: Asked,
  ) {
    for (const hook of HOOKS) {
      const places = definitions.get(hook.hook) ?? [];
      const ambiguous = places.length > 1;
      const inImage = places.filter(({ module }) => module === null);
      for (const { program, kind } of hook.ladder[tier] ?? []) {
        if (kind === "fentry" || kind === "fexit") {
          if (!inBtf.has(hook.hook)) {
            this.refuse(program, { code: "not_in_btf", kind });
          } else if (ambiguous) {
            this.refuse(program, { code: "ambiguous_name", kind, functions: places.length });
          }
        } else if (isOnTracepoint({ program, kind })) {
          if (!inBtf.has(hook.hook)) this.refuse(program, { code: "no_tracepoint" });
        } else if (ambiguous) {
          const [only] = inImage;
          if (inImage.length === 1 && only !== undefined && only.address !== 0n) {
            this.#addresses.set(program, only.address);
          } else {
            this.refuse(program, { code: "ambiguous_address", kind, functions: inImage.length });
          }
        }
      }
    }
  }

  /** Where to attach a program when several functions have its function's name; null: attach by name. */
  addressFor({ program }: Variant): bigint | null {
    return this.#addresses.get(program) ?? null;
  }

  /** The variants of the hook that are still to be tried. */
  open(hook: Hook): readonly Variant[] {
    return this.#of(hook).filter(({ program }) => !this.#refused.has(program));
  }

  #of(hook: Hook): readonly Variant[] {
    return leftOut(hook, this, []) === null ? hook.ladder[this.tier] ?? [] : [];
  }

  refuse(program: string, reason: Reason): void {
    this.#refused.set(program, reason);
  }

  reasons(hook: Hook): Reason[] {
    return (hook.ladder[this.tier] ?? []).flatMap(({ program }) => this.#refused.get(program) ?? []);
  }

  /** @throws {TierUnavailable} when a needed hook has no variant left */
  check(cause?: LibbpfError): void {
    const lost = HOOKS.find((hook) =>
      hook.needed && this.#of(hook).length > 0 && this.open(hook).length === 0
    );
    if (lost === undefined) return;
    const reason: Reason = { code: "hook_lost", hook: lost.hook, reasons: this.reasons(lost) };
    throw new TierUnavailable(this.tier, reason, cause ? { cause } : {});
  }
}
