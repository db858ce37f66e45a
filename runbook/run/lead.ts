/** How long before its edge a run is prepared: as short as will do on a machine whose speed nobody knows. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { armedLeadNs } from "../../ffi/target.ts";

interface Kind {
  /** How long what comes before the arming may take, ns. Each missed edge makes the lead four times as long. */
  readonly firstNs: bigint;
  /** What each run leaves of a longer one: how slow the machine was once is not how slow it is. */
  readonly keptPercent: bigint;
}

/**
 * The probes are attached anew for each run, which takes a ms on bare metal, and tens of ms under emulation. A missed
 * edge costs a long period: whether less will do is tried rarely.
 */
const WINDOWED: Kind = { firstNs: 19_000_000n, keptPercent: 98n };

/**
 * The next run is armed as soon as the row before it is written, so no timer of the program's own must be on time, and
 * a missed edge costs one short period. Arming takes some 0.2 ms on bare metal.
 */
const ATTACHED: Kind = { firstNs: 250_000n, keptPercent: 90n };

const LONGEST_NS = 60_000_000_000n;

export class Lead {
  readonly #keptPercent: bigint;
  readonly #shortestNs: bigint;
  #ns: bigint;

  /** @param windowed whether the probes are attached anew for each run, as late as the lead allows */
  constructor(windowed: boolean, periodNs: number) {
    const { firstNs, keptPercent } = windowed ? WINDOWED : ATTACHED;
    this.#keptPercent = keptPercent;
    this.#shortestNs = this.#ns = firstNs + BigInt(armedLeadNs(periodNs));
  }

  get ns(): bigint {
    return this.#ns;
  }

  /**
   * After a missed edge.
   *
   * @throws Failure when it is too long already
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

  /** After a run. */
  shorten(): void {
    const shorter = this.#ns * this.#keptPercent / 100n;
    this.#ns = shorter < this.#shortestNs ? this.#shortestNs : shorter;
  }
}
