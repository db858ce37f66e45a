/** The trigger that a call or a runbook names: its kind, and for devices which one. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { Foreseen } from "./foreseen.ts";
import { orList } from "./settings.ts";
import { type TriggerName, TRIGGERS } from "./wakes.ts";

/** Every trigger, as --trigger takes it: the user must know which PPS device to use. */
export const TRIGGER_FORMS = TRIGGERS.map((name) => name === "pps" ? "pps:/dev/ppsN" : name);

/** What `--trigger` names. */
export interface TriggerChoice {
  readonly name: TriggerName;
  /** null: the only device of that kind. */
  readonly device: string | null;
  /** When the pulses of a VM's host come, which stand for those of a device; absent: there is the device itself. */
  readonly foreseen?: Foreseen;
}

/** @throws Failure (usage) */
export function parseTrigger(text: string): TriggerChoice {
  const device = /^pps:(\/.+)$/.exec(text)?.[1];
  if (device !== undefined) return { name: "pps", device };
  const name = TRIGGERS.find((trigger) => trigger === text);
  if (name !== undefined) return { name, device: null };
  throw new Failure(
    EXIT.usage,
    `--trigger: "${text}" is not known`,
    `use ${orList(TRIGGER_FORMS)}`,
  );
}
