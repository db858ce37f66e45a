/**
 * How long before its edge a run is prepared: as short as the machine allows, which is found out while
 * running.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { armedLeadNs } from "../../ffi/target.ts";

interface Kind {
  /** How long the work before the arming may take, ns. Each missed edge makes the lead four times as long. */
  readonly firstNs: bigint;
  /**
   * How much of the lead each run keeps, until the lead is at its shortest again: a machine that was slow
   * once need not stay slow.
   */
  readonly keptPercent: bigint;
}

/**
 * The probes are attached anew for each run, which takes a ms on bare metal, and tens of ms under emulation.
 * A missed edge costs a long period, so the lead shrinks slowly.
 */
const WINDOWED: Kind = { firstNs: 19_000_000n, keptPercent: 98n };

/**
 * The next run is armed as soon as the previous row is written, so no timer of this program must be on time,
 * and a missed edge costs one short period. Arming takes about 0.2 ms on bare metal.
 */
const ATTACHED: Kind = { firstNs: 250_000n, keptPercent: 90n };

const LONGEST_NS = 60_000_000_000n;

export class Lead {
  readonly #keptPercent: bigint;
  readonly #shortestNs: bigint;
  #ns: bigint;

  /** @param windowed whether a run is prepared as late as the lead allows, with the probes mostly attached anew for it */
  constructor(windowed: boolean, periodNs: number) {
    const { firstNs, keptPercent } = windowed ? WINDOWED : ATTACHED;
    this.#keptPercent = keptPercent;
    this.#shortestNs = this.#ns = firstNs + BigInt(armedLeadNs(periodNs));
  }

  get ns(): bigint {
    return this.#ns;
  }

  /**
   * Call after a missed edge.
   *
   * @throws Failure when the lead is at its maximum already
   */
  lengthen(): void {
    if (this.#ns >= LONGEST_NS) {
      throw new Failure(
        EXIT.failed,
        `cannot arm a run within ${LONGEST_NS / 1_000_000_000n} s: the target missed every edge`,
        "give the machine more CPU time",
      );
    }
    this.#ns *= 4n;
  }

  /** Call after a run. */
  shorten(): void {
    const shorter = this.#ns * this.#keptPercent / 100n;
    this.#ns = shorter < this.#shortestNs ? this.#shortestNs : shorter;
  }
}
