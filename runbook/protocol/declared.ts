/** What a call of `probe run` declares: the defaults, overridden by a runbook file, overridden by options. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { declareRunbook, eachChecked } from "./runbook.ts";
import type { Runbook, RunbookField, Settings } from "./settings.ts";
import type { RunbookFile } from "./runbook_file.ts";
import { parseTrigger, type TriggerChoice } from "./trigger.ts";
import { parseTarget, type TargetChoice, targetText } from "./target.ts";

export interface Declared {
  readonly runbook: Runbook;
  readonly target: TargetChoice;
  readonly trigger: TriggerChoice;
  /** Fields whose value differs from that of the file, or of the defaults without a file. */
  readonly overrides: readonly RunbookField[];
}

/** Options of the command line that set fields of a runbook, by the field's name; undefined: not given. */
export interface ProtocolOptions extends Omit<Settings, "target" | "trigger"> {
  /** timer, pps, pps:DEVICE or rtc. */
  readonly trigger?: string | undefined;
  /** self, comm:NAME or pid:NUMBER. */
  readonly target?: string | undefined;
}

/**
 * @param file null: no file was given
 * @param optionOf the option that sets a field
 * @throws Failure (usage), which names the option or the file's line
 */
export function declare(
  options: ProtocolOptions,
  file: RunbookFile | null,
  optionOf: (field: RunbookField) => string,
): Declared {
  const given = file?.settings ?? {};
  const target = options.target === undefined ? undefined : parseTarget(options.target);
  const trigger = options.trigger === undefined ? undefined : parseTrigger(options.trigger);
  const over: Settings = {
    ...options,
    trigger: trigger?.name,
    target: target === undefined ? undefined : targetText(target),
  };
  const named = (field: RunbookField) =>
    over[field] === undefined ? file?.named(field) ?? optionOf(field) : optionOf(field);
  const base = eachChecked(given, (field) => file?.named(field) ?? optionOf(field));
  const runbook = declareRunbook({ ...given, ...definedOf(over) }, named);
  const overrides = (Object.keys(runbook) as (keyof Runbook)[]).filter((field): field is RunbookField =>
    runbook[field] !== base[field]
  );
  return {
    runbook,
    target: target ?? targetOf(runbook, named("target")),
    trigger: trigger ?? { name: runbook.trigger, device: null },
    overrides,
  };
}

function definedOf(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** The target for a runbook. A file cannot name a process by its pid. */
function targetOf({ target }: Runbook, name: string): TargetChoice {
  if (target !== "pid") return parseTarget(target);
  throw new Failure(
    EXIT.usage,
    `${name}: pid leaves open which process it is`,
    "give --target pid:NUMBER too",
  );
}
