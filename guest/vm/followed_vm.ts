/** A VM of `probe ab` whose vCPUs this machine follows while it measures. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { Vm } from "./vm.ts";
import { whyNotWritten } from "../../runbook/files/output_file.ts";
import { openNativeParts } from "../../runbook/probes/native_parts.ts";
import { HostSide, kernelFolders } from "../../runbook/vcpu/host_side.ts";
import type { PulseWatch } from "../../runbook/vcpu/pulse_watch.ts";
import { findVm, parseVmChoice } from "../../runbook/vcpu/threads.ts";
import { foreseenArguments, requireFollowing } from "./pulses.ts";
import { writeAllSync } from "../../system/write_all.ts";

/** Beside vm.csv: what this machine saw around each run. */
export const HOST_EVENTS = "vm.host.jsonl";

interface FollowedVm extends Disposable {
  readonly vm: Vm;
}

/**
 * The process that --vm names.
 *
 * @throws Failure when it names none, or there is no such VM
 */
export async function processOf(text: string): Promise<number> {
  const choice = parseVmChoice(text);
  if (choice === null) {
    throw new Failure(EXIT.usage, `--vm ${text} does not name a process`, "give pid:N or comm:NAME");
  }
  const { native } = await openNativeParts();
  return findVm(choice, kernelFolders(native));
}

/**
 * @param process of the VM; null: its session knows it
 * @param path of the file for the events
 * @param pulses that are to be foreseen for it; null: it has edges of its own
 * @returns a VM whose files have the host's part in their rows
 * @throws Failure (cannot measure) when nothing can be foreseen
 */
export async function followedVm(
  vm: Vm,
  process: number | null,
  path: string,
  pulses: PulseWatch | null,
  tell: (line: string) => void,
): Promise<FollowedVm> {
  const side = await HostSide.open({ tell, write: (text) => append(path, text) }, vm.notFollowed);
  if (pulses !== null) requireFollowing(vm, side.unable);
  return {
    vm: {
      ...vm,
      async start(request, boot) {
        // A boot takes long enough to see many pulses. While this machine measures, nobody watches.
        pulses?.begin();
        const session = await vm.start(request, boot).finally(() => pulses?.pause());
        const followed = side.session(process ?? session.process ?? null, boot.file, pulses);
        return {
          ...session.place === undefined ? {} : { place: session.place },
          async measure(more, expectedMs) {
            const foreseen = pulses === null
              ? []
              : await foreseenArguments(pulses, followed.scale(), request.interrupt, tell);
            const turn = () => session.measure([...more, ...foreseen], expectedMs);
            return await followed.during(turn).finally(() => pulses?.pause());
          },
          [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
        };
      },
      [Symbol.asyncDispose]: () => vm[Symbol.asyncDispose](),
    },
    [Symbol.dispose]: () => side[Symbol.dispose](),
  };
}

function append(path: string, text: string): void {
  try {
    using file = Deno.openSync(path, { append: true, create: true });
    writeAllSync(file, new TextEncoder().encode(text));
  } catch (cause) {
    const found = `cannot write ${path}: ${whyNotWritten(path, cause)}`;
    throw new Failure(EXIT.failed, found, "make room and call probe ab again", { cause });
  }
}
