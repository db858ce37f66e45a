/** How much of open files, threads and memory the system leaves to this process. */

import { hasCapability } from "../machine/capabilities.ts";
import { leftOf, readGroupLimit } from "../machine/cgroup.ts";
import { limitOf, MEMORY_BYTES, OPEN_FILES, sizeText, THREADS } from "../machine/limits.ts";
import { MORE_OPEN_FILES } from "../machine/preflight.ts";
import { type Check, type CheckAnswer, couldNotTell, type Examined, no, yes } from "./check.ts";

const NO_LIMITS = "/proc/self/limits cannot be read";

function openFiles({ read }: Examined): CheckAnswer {
  const limit = limitOf(read, "Max open files");
  if (limit === null) return couldNotTell(NO_LIMITS);
  const found = `RLIMIT_NOFILE ${limit === Infinity ? "unlimited" : limit}`;
  if (limit >= OPEN_FILES) return yes(found);
  return no(`${found}, and ${OPEN_FILES} are needed`, "every tier: each hook takes some", MORE_OPEN_FILES);
}

/** The kernel counts the processes of a user without these capabilities (copy_process(), 5.10 to 7.3). */
function isCounted({ read }: Examined): boolean {
  return !hasCapability(read, "CAP_SYS_RESOURCE") && !hasCapability(read, "CAP_SYS_ADMIN");
}

function threads(examined: Examined): CheckAnswer {
  const { read } = examined;
  const ofUser = limitOf(read, "Max processes");
  if (ofUser === null) return couldNotTell(NO_LIMITS);
  const prevents = "starting the target, what wakes it, and threads that make a load";
  if (isCounted(examined) && ofUser < THREADS) {
    const remedy = "raise it (ulimit -u), or run it with sudo";
    return no(`RLIMIT_NPROC ${ofUser}, and ${THREADS} are needed`, prevents, remedy);
  }
  const ofGroup = readGroupLimit(read, "pids");
  if (ofGroup === null) {
    return couldNotTell("no pids.max of this process's cgroup, or of one above it, can be read");
  }
  if (ofGroup.max === Infinity) return yes("no limit of its cgroup (pids.max)");
  const left = leftOf(ofGroup);
  const found = `pids.max leaves ${left} of ${ofGroup.max}, by ${ofGroup.group}`;
  if (left >= THREADS) return yes(found);
  return no(
    `${found}, and ${THREADS} are needed`,
    prevents,
    "raise it (TasksMax= of a service, --pids-limit of a container), or run it outside of that cgroup",
  );
}

function memory({ read }: Examined): CheckAnswer {
  const ofGroup = readGroupLimit(read, "memory");
  if (ofGroup === null) {
    return couldNotTell("no memory.max of this process's cgroup, or of one above it, can be read");
  }
  if (ofGroup.max === Infinity) return yes("no limit of its cgroup (memory.max)");
  const found = `memory.max ${sizeText(ofGroup.max)}, by ${ofGroup.group}`;
  if (ofGroup.max >= MEMORY_BYTES) return yes(found);
  return no(
    `${found}, and ${sizeText(MEMORY_BYTES)} are needed`,
    "a series to its end: the kernel kills what takes more, and nobody says so",
    "raise it (MemoryMax= of a service, --memory of a container), or run it outside of that cgroup",
  );
}

export const limitChecks: readonly Check[] = [
  { id: "open_files", topic: "attributes", asks: "enough open files", answer: openFiles },
  { id: "threads", topic: "attributes", asks: "enough threads", answer: threads },
  { id: "memory", topic: "attributes", asks: "enough memory", answer: memory },
];
