/** The clocksource that a runbook declares: checked, and where that is allowed set, and set back whatever happens. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { architectureOf } from "./arch.ts";
import { CLOCKSOURCE, readClocksource } from "./machine.ts";
import { type SystemAccess, SystemChange, undoAbandoned } from "./system_change.ts";

const SETTING = `${CLOCKSOURCE}/current_clocksource`;

/** What --allow-system-changes is about. */
export interface ClocksourceRule {
  /** Of the runbook; null: any. */
  readonly wanted: string | null;
  readonly changesAllowed: boolean;
}

/**
 * Sets back what an earlier call left changed, and refuses what is unavailable.
 *
 * @throws Failure (cannot measure) when another clocksource than the declared one is in use and may not be changed,
 * or the kernel has none of that name; (failed) while another call holds the setting
 */
export function checkClocksource({ wanted, changesAllowed }: ClocksourceRule, access: SystemAccess): void {
  const abandoned = undoAbandoned(access);
  if (wanted === null) return;
  if (abandoned === "held") {
    throw new Failure(
      EXIT.failed,
      "another probe run has changed the clocksource and will set it back when it ends",
      "start again after that",
    );
  }
  const { current, available } = readClocksource(access.read);
  if (!available.includes(wanted)) {
    throw new Failure(
      EXIT.cannotMeasure,
      `the runbook wants the clocksource ${wanted}, this kernel offers ${available.join(", ") || "none"}`,
      `declare one of these or none${keeping()}`,
    );
  }
  if (current === wanted || changesAllowed) return;
  throw new Failure(
    EXIT.cannotMeasure,
    `the clocksource is ${current}, the runbook wants ${wanted}; available: ${available.join(", ")}`,
    `set it (echo ${wanted} >${SETTING}), or let it be set for the measurement with --allow-system-changes`,
  );
}

/** What the kernel may need to be told so that it has the clocksource that its watchdog takes away. */
function keeping(): string {
  const { watched } = architectureOf();
  return watched === null
    ? ""
    : `; for ${watched.clocksource} the kernel may need the argument ${watched.argument}`;
}

/**
 * Sets the declared clocksource until disposed; null when it is in use already, or none is declared.
 *
 * @throws Failure (cannot measure) when the kernel does not take it
 */
export function setClocksource({ wanted }: ClocksourceRule, access: SystemAccess): Disposable | null {
  const { current } = readClocksource(access.read);
  if (wanted === null || current === wanted || current === null) return null;
  access.say(`setting the clocksource from ${current} to ${wanted}; it is set back at the end`);
  return new SystemChange({ path: SETTING, from: current, to: wanted }, access);
}
