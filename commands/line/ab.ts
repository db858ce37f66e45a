/** The command line of `probe ab`. */

import { buildCommand } from "@stricli/core";
import { type AnswerFlags, answerTo, COMPARE_FLAGS } from "./compare.ts";
import { PROTOCOL_FLAGS } from "./run.ts";
import { type Context, type ShellFlags, VERBOSE, withJson } from "../shell/shell.ts";

const path = { kind: "parsed", parse: String, optional: true } as const;

export const abRoute = buildCommand({
  docs: { brief: "Measure here and in a VM under one protocol, and compare" },
  parameters: {
    flags: {
      ...PROTOCOL_FLAGS,
      kernel: {
        ...path,
        brief: "Kernel image of the throwaway guest; without it the running kernel's",
        placeholder: "FILE",
      },
      initrd: {
        ...path,
        brief: "Archive that this kernel unpacks first, such as one with its modules",
        placeholder: "FILE",
      },
      ssh: { ...path, brief: "Existing VM instead of a guest, such as root@vm", placeholder: "DESTINATION" },
      vm: {
        ...path,
        brief: "The process of that VM, if it runs here: what its host does goes into its rows",
        placeholder: "pid:N|comm:NAME",
      },
      keep: { kind: "boolean", brief: "Keep what was made for the VM, and say where", default: false },
      "out-dir": {
        ...path,
        brief: "Folder for host.csv and vm.csv; without it ab-HOST-UTCTIME",
        placeholder: "FOLDER",
      },
      ...COMPARE_FLAGS,
      quiet: { kind: "boolean", brief: "No progress and no summaries", default: false },
      verbose: VERBOSE,
    },
  },
  async loader() {
    const { abCommand } = await import("../ab.ts");
    type Flags = Parameters<typeof abCommand>[0] & ShellFlags & AnswerFlags;
    return async function (this: Context, flags: Flags) {
      const { stderr } = this.output;
      const columns = this.output.columns ?? null;
      const asked = withJson(flags);
      this.outcome.exitCode = await abCommand(
        asked,
        protocolArguments(this.args),
        answerTo(this.output, asked),
        stderr,
        columns,
      );
    };
  },
});

/** Options that `probe run` takes too, without --runbook: the VM has that file under another path. */
const SHARED: Readonly<Record<string, { readonly kind: string } | undefined>> = {
  ...PROTOCOL_FLAGS,
  runbook: undefined,
  quiet: { kind: "boolean" },
};

/** The arguments that the VM gets, as the user wrote them. They have been checked already. */
export function protocolArguments(args: readonly string[]): string[] {
  return args.flatMap((argument, at) => {
    const [, name = "", equals] = /^--([^=]+)(=?)/.exec(argument) ?? [];
    const flag = SHARED[name];
    if (flag === undefined) return [];
    return flag.kind === "boolean" || equals === "=" ? [argument] : [argument, args[at + 1] ?? ""];
  });
}
