/** Whether this process's pids and clock are the kernel's own, and whether they can be converted to them. */

import {
  type Namespaces,
  NamespaceUnknown,
  procCountsOwnPids,
  readNamespaces,
} from "../machine/namespaces.ts";
import { type Check, type CheckAnswer, couldNotTell, type Examined, no, yes } from "./check.ts";

function answered(examined: Examined, answer: (namespaces: Namespaces) => CheckAnswer): CheckAnswer {
  try {
    return answer(readNamespaces(examined.read, examined.readLink));
  } catch (error) {
    if (error instanceof NamespaceUnknown) return couldNotTell(`${error.found}; ${error.remedy}`);
    throw error;
  }
}

function pids(examined: Examined): CheckAnswer {
  return answered(examined, ({ pid }) => {
    if (!procCountsOwnPids(examined.readLink, examined.pid)) {
      return no(
        "/proc counts pids of another pid namespace than this process's",
        "following another task (--target); the built-in target is followed",
        "mount a /proc of its own (unshare --mount-proc, or the container's)",
      );
    }
    return yes(
      pid === null ? "the kernel's own" : `of pid namespace ${pid}, translated by the kernel's side`,
    );
  });
}

function clock(examined: Examined): CheckAnswer {
  return answered(examined, ({ monotonicOffsetNs }) => {
    if (monotonicOffsetNs === 0n) return yes("the kernel's own");
    const seconds = Number(monotonicOffsetNs) / 1e9;
    return yes(`of a time namespace, ${seconds} s from the kernel's own; rows have the kernel's own times`);
  });
}

export const namespaceChecks: readonly Check[] = [
  { id: "pid_namespace", topic: "namespaces", asks: "pids", answer: pids },
  { id: "time_namespace", topic: "namespaces", asks: "CLOCK_MONOTONIC", answer: clock },
];
