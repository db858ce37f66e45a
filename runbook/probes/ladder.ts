/** Which program can stand at each hook: the ladder of a tier, and what has been struck off it. */

import type { Tier } from "../../analysis/result/meta.ts";
import { architectureOf } from "../machine/arch.ts";
import type { LibbpfError } from "../../ffi/libbpf_error.ts";
import type { Definition } from "./definitions.ts";
import { type Hook, HOOKS, type Variant } from "./hooks.ts";

/** Where each hooked function, and each variable that is read, is defined, as far as /proc/kallsyms says. */
export type Definitions = ReadonlyMap<string, readonly Definition[]>;

/** The tier that was asked for cannot be had on this kernel. */
export class TierUnavailable extends Error {
  override readonly name = "TierUnavailable";

  constructor(readonly tier: Tier, readonly reason: string, options?: ErrorOptions) {
    super(`tier ${tier} is not available: ${reason}`, options);
  }
}

/** What the programs of the tiers that hook functions take the context from, see bpf/arch/. */
export const { preemptCount: PREEMPT_COUNT } = architectureOf();
/** Where each CPU's variables lie, as an offset of their address in kallsyms. */
export const PER_CPU_OFFSET = "__per_cpu_offset";

export const HIDDEN_ADDRESSES = "kernel addresses are hidden";

/**
 * Why a read by the target itself could not be told from one by an interrupt; null when it can. Without that no
 * chain would ever be complete at the tiers that hook functions.
 *
 * @param inBtf variables that the kernel's BTF has
 */
export function contextUnseen(inBtf: ReadonlySet<string>, definitions: Definitions): string | null {
  if (PREEMPT_COUNT === null || PREEMPT_COUNT.variables.some((name) => inBtf.has(name))) return null;
  const why = (found: string) =>
    `interrupts cannot be told from tasks: the kernel's BTF has no per-CPU variables, and ${found}`;
  const lost = [PER_CPU_OFFSET, PREEMPT_COUNT.byAddress].find((name) => definitions.get(name)?.length !== 1);
  if (lost !== undefined) return why(`/proc/kallsyms has no address of ${lost}`);
  // The variable itself lies at an offset, which may be 0; no array of the kernel image does.
  return definitions.get(PER_CPU_OFFSET)![0]!.address === 0n ? why(HIDDEN_ADDRESSES) : null;
}

/** Why nothing of the hook's ladder is to be tried at this tier; null when something is. */
export function leftOut(hook: Hook, tier: Tier, refusals: readonly TierUnavailable[]): string | null {
  if (hook.ladder[tier] !== undefined) return null;
  if (hook.ladder.full === undefined) return `the ${tier} tier reads through the accessors instead`;
  const refused = new Set(refusals.map((refusal) => refusal.reason));
  return refused.size > 0 ? [...refused].join("; ") : `the ${tier} tier was required`;
}

/** Programs that cannot be loaded on this kernel, with the reason; found by loading without them. */
export class Ladder {
  readonly #refused = new Map<string, string>();
  readonly #addresses = new Map<string, bigint>();

  constructor(
    readonly tier: Tier,
    readonly inBtf: ReadonlySet<string>,
    readonly definitions: Definitions,
  ) {
    for (const hook of HOOKS) {
      const places = definitions.get(hook.hook) ?? [];
      const ambiguous = places.length > 1;
      const inImage = places.filter(({ module }) => module === null);
      for (const { program, kind } of hook.ladder[tier] ?? []) {
        if (kind === "fentry" || kind === "fexit") {
          if (!inBtf.has(hook.hook)) {
            this.refuse(
              program,
              `${kind}: not in the kernel's BTF (inlined, absent, or its module is not loaded)`,
            );
          } else if (ambiguous) {
            this.refuse(program, `${kind}: ${places.length} functions have this name, it hooks by name only`);
          }
        } else if (kind !== "tp_btf" && ambiguous) {
          const [only] = inImage;
          if (inImage.length === 1 && only !== undefined && only.address !== 0n) {
            this.#addresses.set(program, only.address);
          } else {
            this.refuse(program, `${kind}: ${inImage.length} functions of the kernel image have this name`);
          }
        }
      }
    }
  }

  /** Where to attach a program whose function's name has several meanings; null: by name. */
  addressFor({ program }: Variant): bigint | null {
    return this.#addresses.get(program) ?? null;
  }

  /** The variants of the hook that are still to be tried. */
  open(hook: Hook): readonly Variant[] {
    return (hook.ladder[this.tier] ?? []).filter(({ program }) => !this.#refused.has(program));
  }

  refuse(program: string, reason: string): void {
    this.#refused.set(program, reason);
  }

  reason(hook: Hook): string {
    return (hook.ladder[this.tier] ?? []).map(({ program }) => this.#refused.get(program)).filter(Boolean)
      .join("; ");
  }

  /** @throws {TierUnavailable} when a needed hook has no variant left */
  check(cause?: LibbpfError): void {
    const lost = HOOKS.find((hook) => hook.needed && hook.ladder[this.tier] && this.open(hook).length === 0);
    if (lost === undefined) return;
    throw new TierUnavailable(this.tier, `${lost.hook}: ${this.reason(lost)}`, cause ? { cause } : {});
  }
}
