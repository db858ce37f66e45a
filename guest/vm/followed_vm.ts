/** A VM of `probe ab` whose vCPUs this machine follows while it measures. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { Vm } from "./vm.ts";
import { whyNotWritten } from "../../runbook/files/output_file.ts";
import { openNativeParts } from "../../runbook/probes/native_parts.ts";
import { HostSide, kernelFolders } from "../../runbook/vcpu/host_side.ts";
import { findVm, parseVmChoice } from "../../runbook/vcpu/threads.ts";
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
 * @returns a VM whose files have the host's part in their rows
 */
export async function followedVm(
  vm: Vm,
  process: number | null,
  path: string,
  tell: (line: string) => void,
): Promise<FollowedVm> {
  const side = await HostSide.open({ tell, write: (text) => append(path, text) }, vm.notFollowed);
  return {
    vm: {
      ...vm,
      async start(request, boot) {
        const session = await vm.start(request, boot);
        const followed = side.session(process ?? session.process ?? null, boot.file);
        return {
          ...session.place === undefined ? {} : { place: session.place },
          measure: (more, expectedMs) => followed.during(() => session.measure(more, expectedMs)),
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
