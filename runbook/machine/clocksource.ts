/**
 * The clocksource that a runbook declares: whether the kernel offers it, and what must be changed to use it.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { architectureOf } from "./arch.ts";
import { CLOCKSOURCE, readClocksource } from "./machine.ts";
import type { Setting, SystemAccess } from "./system_change.ts";

const SETTING = `${CLOCKSOURCE}/current_clocksource`;

/**
 * Refuses a clocksource that is not available.
 *
 * @throws Failure (cannot measure) when another clocksource than the declared one is in use and may not be
 *   changed, or the kernel has none of that name
 */
export function checkClocksource(
  wanted: string,
  changesAllowed: boolean,
  { read }: Pick<SystemAccess, "read">,
): void {
  const { current, available } = readClocksource(read);
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

/**
 * What the user may have to tell the kernel so that it offers a clocksource that its watchdog has rejected.
 */
function keeping(): string {
  const { watched } = architectureOf();
  return watched === null
    ? ""
    : `; for ${watched.clocksource} the kernel may need the argument ${watched.argument}`;
}

/**
 * The setting to change for the declared clocksource, also reported to the user; nothing when it is already
 * in use.
 */
export function clocksourceSettings(
  wanted: string,
  { read, say }: Pick<SystemAccess, "read" | "say">,
): Setting[] {
  const { current } = readClocksource(read);
  if (current === wanted || current === null) return [];
  say(`setting the clocksource from ${current} to ${wanted}; it is set back at the end`);
  return [{ path: SETTING, from: current, to: wanted }];
}
