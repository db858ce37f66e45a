/** The command line of `probe run`. */

import { buildCommand } from "@stricli/core";
import { parseDuration } from "../../analysis/units/duration.ts";
import { PLACEMENTS } from "../../analysis/result/columns.ts";
import { TIERS } from "../../analysis/result/meta.ts";
import { parseForeseen } from "../../runbook/protocol/foreseen.ts";
import { parseKeep } from "../../runbook/files/collection.ts";
import { LOADS } from "../../runbook/protocol/load.ts";
import { BEST, orList, TARGETS } from "../../runbook/protocol/settings.ts";
import { parseSlowLimit } from "../../runbook/slow/limit.ts";
import { TRIGGER_FORMS } from "../../runbook/protocol/trigger.ts";
import { THREAD_WAKES, TRIGGERS, WAKES } from "../../runbook/protocol/wakes.ts";
import { ENVS, parseCount, parseEnv, withoutPlaceholders } from "../shell/arguments.ts";
import { type Context, FORMAT_TOO, type ShellFlags, VERBOSE, withFormat } from "../shell/shell.ts";

/** Of each command that loads programs on this machine. */
export const BTF = {
  kind: "parsed",
  parse: String,
  brief: "File with the kernel's types, where it has none of its own; also by PROBE_BTF",
  optional: true,
  placeholder: "FILE",
} as const;

/** Options that define a measurement, wherever it takes place: `probe ab` passes the same to both sides. */
export const PROTOCOL_FLAGS = {
  runbook: {
    kind: "parsed",
    parse: String,
    brief: "Declared protocol, - is standard input; options given beside it replace its values",
    optional: true,
    placeholder: "FILE",
  },
  runs: { kind: "parsed", parse: parseCount, brief: "Runs to measure (default 30)", optional: true },
  trigger: {
    kind: "parsed",
    parse: String,
    brief: `What gives each run its edge: ${orList(TRIGGER_FORMS)} (default timer)`,
    optional: true,
    proposeCompletions: () => TRIGGERS,
  },
  period: {
    kind: "parsed",
    parse: parseDuration,
    brief: "Time between edges (default 1s)",
    optional: true,
    placeholder: "DURATION",
  },
  wake: {
    kind: "parsed",
    parse: String,
    brief: `How the built-in target is woken: by ${
      orList(["the trigger", ...THREAD_WAKES.map(({ name }) => name)])
    } (default timer)`,
    optional: true,
    proposeCompletions: () => WAKES.map(({ name }) => name),
  },
  load: {
    kind: "parsed",
    parse: String,
    brief: `What keeps CPUs busy: ${orList(LOADS)} (default idle); several mix run by run`,
    optional: true,
    proposeCompletions: () => withoutPlaceholders(LOADS),
  },
  require: { kind: "enum", values: [BEST, ...TIERS], brief: "Tier to take (default best)", optional: true },
  "no-wait": {
    kind: "boolean",
    brief: "Outside the runbook's hours, refuse instead of waiting",
    default: false,
    withNegated: false,
  },
  "until-decided": {
    kind: "boolean",
    brief: "End at the first of the runbook's looks that leaves nothing open",
    default: false,
    withNegated: false,
  },
  "allow-system-changes": {
    kind: "boolean",
    brief: "Let the runbook's clocksource, CPU latency and idle states be set, and set back after it",
    default: false,
    withNegated: false,
  },
} as const;

export const runRoute = buildCommand({
  docs: { brief: "Measure wakeups on this machine: one row per run" },
  parameters: {
    flags: {
      ...PROTOCOL_FLAGS,
      env: {
        kind: "parsed",
        parse: parseEnv,
        brief: `Side this machine stands for: ${ENVS.join(", ")}, or a label`,
        default: "host",
        proposeCompletions: () => ENVS,
      },
      out: {
        kind: "parsed",
        parse: String,
        brief: "Result file, - is standard output; without it ENV-HOST-UTCTIME.csv",
        optional: true,
        placeholder: "FILE",
      },
      "out-dir": {
        kind: "parsed",
        parse: String,
        brief: "Folder in which the result file gets a name that no other has: ENV-HOST-BOOT-UTCTIME.csv",
        optional: true,
        placeholder: "FOLDER",
      },
      "keep-newest": {
        kind: "parsed",
        parse: parseKeep,
        brief: "Of the files of --out-dir keep so many when it has ended, or a size such as 500MB",
        optional: true,
        placeholder: "LIMIT",
      },
      target: {
        kind: "parsed",
        parse: String,
        brief: `Whose wakeup: ${
          orList(TARGETS.map((form) => form === "self" ? "self (the built-in thread)" : form))
        } (default self)`,
        optional: true,
        proposeCompletions: () => withoutPlaceholders(TARGETS),
      },
      resume: {
        kind: "boolean",
        brief: "Go on with the file of --out, which was cut off, by its protocol",
        default: false,
      },
      until: {
        kind: "parsed",
        parse: parseCount,
        brief: "Stop after this run, without an end or a summary; --resume goes on",
        optional: true,
        placeholder: "RUN",
      },
      against: {
        kind: "parsed",
        parse: String,
        brief: "Result file that the looks of --until-decided compare with, as the baseline",
        optional: true,
        placeholder: "FILE",
      },
      "on-slow": {
        kind: "parsed",
        parse: parseSlowLimit,
        brief: "Keep what happened in slow runs: above a duration, or a quantile such as p99",
        optional: true,
        placeholder: "LIMIT",
      },
      "stop-on-slow": {
        kind: "boolean",
        brief: "End the series at the first slow run of --on-slow",
        optional: true,
        withNegated: false,
      },
      btf: BTF,
      "without-hooks": {
        kind: "parsed",
        parse: String,
        brief: "Hooks to leave out, joined by commas: where another side is without them",
        optional: true,
        placeholder: "HOOKS",
      },
      placement: {
        kind: "enum",
        values: PLACEMENTS,
        brief: "In a VM: how its vCPUs are placed, for the column placement",
        optional: true,
      },
      foreseen: {
        kind: "parsed",
        parse: parseForeseen,
        brief: "In a VM: when its host's pulses come, as probe ab foresees them",
        optional: true,
        placeholder: "CLOCK:AT+PERIOD",
      },
      "measure-overhead": {
        kind: "boolean",
        brief: "Also measure what the probes cost, against runs without them",
        default: false,
      },
      quiet: {
        kind: "boolean",
        brief: "No progress, and the path of the file in place of the summary",
        default: false,
      },
      json: { kind: "boolean", brief: "Summary as JSON on stdout", default: false },
      format: FORMAT_TOO,
      verbose: VERBOSE,
    },
  },
  async loader() {
    const { runCommand } = await import("../run.ts");
    const { readRunbookFile } = await import("../../runbook/protocol/runbook_file.ts");
    type Flags = Parameters<typeof runCommand>[0] & ShellFlags & { json: boolean; format: "text" | "json" };
    return async function (this: Context, flags: Flags) {
      const source = flags.runbook === undefined ? null : readRunbookFile(flags.runbook);
      this.outcome.exitCode = await runCommand(withFormat(flags), source, this.output);
    };
  },
});
