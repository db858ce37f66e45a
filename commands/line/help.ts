/** The command line of `probe help`. */

import { buildCommand } from "@stricli/core";
import { TOPICS } from "../help_topics.ts";
import type { Routes } from "../options.ts";
import { type Context, type ShellFlags, VERBOSE } from "../shell/shell.ts";

/** For each command, in the order of use. */
export const EXAMPLES = {
  probe: [
    ["One row per wakeup, here", "probe run --env host --out host.csv"],
    ["The same in the VM", "probe run --env vm --out vm.csv"],
    ["Is it the same there?", "probe compare host.csv vm.csv"],
    ["All of it, in a throwaway VM", "probe ab"],
    ["What is in one of them?", "probe show host.csv"],
    ["The answer as a page with plots", "probe report host.csv vm.csv"],
  ],
  doctor: [
    ["What can be measured here?", "probe doctor"],
    ["The same for a script", "probe doctor --json"],
    ["As root, with the hooks that only root may try", "sudo probe doctor --verbose"],
  ],
  run: [
    ["One row for each wakeup, on this machine", "probe run --env host --out host.csv"],
    ["100 runs every 100 ms, woken through a pipe", "probe run -n 100 --period 100ms --wake pipe"],
    ["By a protocol of one's own", "probe run --runbook lab.toml -o lab.csv"],
  ],
  ab: [
    ["This machine and a throwaway VM, measured and compared", "probe ab"],
    ["An existing VM", "probe ab --ssh root@vm --runs 100"],
    ["As a gate", "probe ab --quiet --fail-on DIFFERENT,NO-DATA"],
  ],
  compare: [
    ["Is it the same in the VM?", "probe compare host.csv vm.csv"],
    ["With a margin of one's own", "probe compare --margin 50us host.csv vm.csv"],
    ["Several measurements a side", "probe compare --a 'host*.csv' --b 'vm*.csv'"],
  ],
  gate: [
    ["Does a new series pass?", "probe gate --policy policy.toml baseline.csv new.csv"],
    ["With a second series", "probe gate --policy policy.toml -o both base.csv new.csv again.csv"],
    ["What would a policy have said?", "probe gate --policy policy.toml --backtest earlier"],
  ],
  history: [
    ["Did a level change?", "probe history nightly"],
    ["Of these files", "probe history 2026-*.csv"],
    ["The same for a script", "probe history --json nightly"],
  ],
  fleet: [
    ["Is it the same on every host?", "probe fleet results"],
    ["Each host, with its interval", "probe fleet --details results"],
    ["VMs with names of their own", "probe fleet --host-by folder results"],
  ],
  show: [
    ["What is in a file?", "probe show host.csv"],
    ["By path and CPU", "probe show --by path,target_cpu host.csv"],
    ["Several, for a script", "probe show --json host.csv vm.csv"],
  ],
  power: [
    ["How many runs would do?", "probe power host.csv vm.csv"],
    ["With a wider margin", "probe power --margin 200us host.csv"],
    ["If B were 20 us later", "probe power --shift 20us host.csv vm.csv"],
  ],
  report: [
    ["The answer as a page with plots", "probe report host.csv vm.csv"],
    ["Under another name, again", "probe report -o vm.html --force host.csv vm.csv"],
    ["One file alone", "probe report --out host.html host.csv"],
  ],
  export: [
    ["For flame graphs of what wakes", "probe export --format folded --stack ttwu host.csv"],
    ["For ui.perfetto.dev", "probe export --format perfetto -o host.json host.csv"],
    ["A table for DuckDB, ClickHouse", "probe export --format parquet --dataset all *.csv"],
  ],
  runbook: [
    ["A protocol to edit", "probe runbook >lab.toml"],
    ["Then measure by it", "probe run --runbook lab.toml"],
    ["What its keys mean", "probe help runbook"],
  ],
  completions: [
    ["For this bash", "source <(probe completions bash)"],
    ["For fish", "probe completions fish | source"],
    ["For zsh", "probe completions zsh >~/.zfunc/_probe"],
  ],
  licenses: [
    ["Whose work is inside?", "probe licenses"],
    ["Page by page", "probe licenses | less"],
    ["One of them", "probe licenses | grep -A 20 libbpf"],
  ],
  help: [
    ["The commands and topics", "probe help"],
    ["A command", "probe help run"],
    ["A topic", "probe help verdicts"],
  ],
  version: [
    ["Which probe is this?", "probe version"],
    ["The same", "probe --version"],
    ["The same", "probe -V"],
  ],
} as const;

/**
 * @param names of all commands
 * @param routes of every command, including this one: called only when help is printed
 */
export const helpRoute = (names: readonly string[], routes: () => Promise<Routes>) =>
  buildCommand({
    docs: { brief: "Explain a command or a topic" },
    parameters: {
      flags: { verbose: VERBOSE },
      positional: {
        kind: "tuple",
        parameters: [{
          brief: `A command, or one of ${Object.keys(TOPICS).join(", ")}`,
          parse: String,
          placeholder: "TOPIC",
          optional: true,
          proposeCompletions: () => [...new Set([...names, ...Object.keys(TOPICS)])],
        }],
      },
    },
    async loader() {
      const { helpCommand } = await import("../help.ts");
      return async function (this: Context, _flags: ShellFlags, about?: string) {
        this.outcome.exitCode = helpCommand(about, await routes(), EXAMPLES, this.output.stdout);
      };
    },
  });
