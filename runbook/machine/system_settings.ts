/** What a runbook declares about the machine: checked, changed where that is allowed, and always undone. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { checkClocksource, clocksourceSettings } from "./clocksource.ts";
import { checkCpuLatency, holdCpuLatency } from "./cpu_latency.ts";
import { checkIdleStates, idleStateSettings } from "./idle_states.ts";
import { type SystemAccess, SystemChange, undoAbandoned } from "./system_change.ts";

/** What can be declared about a machine; null: any. */
export interface SystemSettings {
  readonly clocksource: string | null;
  /** Name of an idle state. */
  readonly deepestIdleState: string | null;
  /** us */
  readonly cpuLatencyUs: number | null;
}

/**
 * Restores what an earlier call left changed, and refuses what is not available.
 *
 * @param changesAllowed --allow-system-changes
 * @throws Failure (cannot measure) when the machine is not as declared and cannot or may not be changed;
 *   (failed) while another call holds settings
 */
export function checkSystem(declared: SystemSettings, changesAllowed: boolean, access: SystemAccess): void {
  const { clocksource, deepestIdleState } = declared;
  const abandoned = undoAbandoned(access);
  if (abandoned === "held" && (clocksource !== null || deepestIdleState !== null)) {
    throw new Failure(
      EXIT.failed,
      "another probe run has changed the clocksource or idle states, and will set them back when it ends",
      "start again after that",
    );
  }
  requireAvailable(declared, changesAllowed, access);
}

function requireAvailable(
  { clocksource, deepestIdleState, cpuLatencyUs }: SystemSettings,
  changesAllowed: boolean,
  access: SystemAccess,
): void {
  if (clocksource !== null) checkClocksource(clocksource, changesAllowed, access);
  if (deepestIdleState !== null) checkIdleStates(deepestIdleState, changesAllowed, access);
  if (cpuLatencyUs !== null) checkCpuLatency(cpuLatencyUs, changesAllowed, access);
}

/**
 * Changes the machine to what is declared, until disposed.
 *
 * @throws Failure (cannot measure) when the kernel refuses it, or what {@linkcode checkSystem} found has
 *   changed
 */
export function changeSystem(
  declared: SystemSettings,
  changesAllowed: boolean,
  access: SystemAccess,
): Disposable {
  // Hours may have passed since the check.
  requireAvailable(declared, changesAllowed, access);
  const { clocksource, deepestIdleState, cpuLatencyUs } = declared;
  using made = new DisposableStack();
  if (changesAllowed && cpuLatencyUs !== null) made.use(holdCpuLatency(cpuLatencyUs, access));
  const settings = [
    ...clocksource === null ? [] : clocksourceSettings(clocksource, access),
    ...deepestIdleState === null ? [] : idleStateSettings(deepestIdleState, access),
  ];
  if (settings.length > 0) made.use(new SystemChange(settings, access));
  return made.move();
}
