/** What this process is allowed to do, by capability; being root is never the criterion. */

import { NEWER_KERNEL, remedyFor } from "../probes/reasons.ts";
import { type Capability, hasCapability } from "../machine/capabilities.ts";
import { bestTier, type Check, type CheckAnswer, couldNotTell, type Examined, no, yes } from "./check.ts";
import { limitOf, MEMLOCK_BYTES, sizeText } from "../machine/limits.ts";
import { isInitialUserNamespace } from "../machine/namespaces.ts";
import { LEAVE_USER_NAMESPACE, OWN_USER_NAMESPACE } from "../machine/preflight.ts";

/**
 * How to get it. The executable starts another one inside itself, so file capabilities would be lost on the
 * way.
 */
const grant = (capability: Capability) =>
  `run it with sudo, or with ${capability} as an ambient capability (setpriv, systemd)`;

const NO_STATUS = "/proc/self/status cannot be read";

/** CAP_SYS_ADMIN includes CAP_BPF and CAP_PERFMON, which were split off from it. */
function splitCapability(
  { read }: Examined,
  capability: "CAP_BPF" | "CAP_PERFMON",
  prevents: string,
): CheckAnswer {
  const own = hasCapability(read, capability);
  if (own === null) return couldNotTell(NO_STATUS);
  if (own) return yes(capability);
  if (hasCapability(read, "CAP_SYS_ADMIN")) return yes(`${capability} is missing, CAP_SYS_ADMIN includes it`);
  return no(`${capability} is missing`, prevents, grant(capability));
}

function userNamespace({ read, readLink }: Examined): CheckAnswer {
  const initial = isInitialUserNamespace(read, readLink);
  if (initial === null) return couldNotTell("/proc/self/ns/user and /proc/self/uid_map cannot be read");
  if (initial) return yes("the kernel's own");
  return no(
    OWN_USER_NAMESPACE,
    "every tier: capabilities of such a namespace do not count for bpf()",
    LEAVE_USER_NAMESPACE,
  );
}

function hiddenProcesses({ read }: Examined): CheckAnswer {
  const mounts = read("/proc/self/mountinfo");
  if (mounts === null) return couldNotTell("/proc/self/mountinfo cannot be read");
  const proc = mounts.split("\n").filter((line) => / \/proc .* - proc /.test(line)).at(-1);
  if (proc === undefined) return couldNotTell("/proc is not mounted at its usual place");
  const hidepid = /\bhidepid=([^,\s]+)/.exec(proc)?.[1];
  if (hidepid === undefined || hidepid === "0" || hidepid === "off") return yes("/proc hides no processes");
  if (hasCapability(read, "CAP_SYS_PTRACE")) return yes(`/proc has hidepid=${hidepid}; CAP_SYS_PTRACE`);
  return no(
    `/proc has hidepid=${hidepid} and CAP_SYS_PTRACE is missing`,
    "finding another user's process as a target",
    grant("CAP_SYS_PTRACE"),
  );
}

/**
 * Whether the kernel counts this limit is not decided by its version: if programs were loaded, the limit was
 * enough.
 */
function lockedMemory({ read, attachments }: Examined): CheckAnswer {
  const limit = limitOf(read, "Max locked memory");
  if (limit === null) return couldNotTell("/proc/self/limits cannot be read");
  const size = sizeText(limit);
  if (bestTier(attachments) !== null) return yes(`RLIMIT_MEMLOCK ${size}, and the programs were loaded`);
  const { unrequired } = attachments;
  if ("refused" in unrequired && unrequired.refused?.code === "memlock") {
    const remedy = remedyFor([unrequired.refused], NEWER_KERNEL);
    return no(`${size}, and this kernel counts it`, "every tier: no map can be created", remedy);
  }
  if (limit >= MEMLOCK_BYTES) return yes(`RLIMIT_MEMLOCK ${size}`);
  return couldNotTell(
    `RLIMIT_MEMLOCK is ${size}; kernels before 5.11 need more (ulimit -l unlimited), later ones do not count it`,
  );
}

export const privilegeChecks: readonly Check[] = [
  {
    id: "cap_bpf",
    topic: "privileges",
    asks: "may load BPF programs",
    answer: (examined) => splitCapability(examined, "CAP_BPF", "every tier: no program can be loaded"),
  },
  {
    id: "cap_perfmon",
    topic: "privileges",
    asks: "may trace the kernel",
    answer: (examined) => splitCapability(examined, "CAP_PERFMON", "every tier: no hook can be attached"),
  },
  { id: "user_namespace", topic: "privileges", asks: "initial user namespace", answer: userNamespace },
  {
    id: "cap_syslog",
    topic: "privileges",
    asks: "may see kernel addresses",
    answer({ read }) {
      const own = hasCapability(read, "CAP_SYSLOG");
      if (own === null) return couldNotTell(NO_STATUS);
      if (own) return yes("CAP_SYSLOG");
      return no(
        "CAP_SYSLOG is missing",
        "names in stacks, unless kptr_restrict is 0 and perf_event_paranoid at most 1",
        grant("CAP_SYSLOG"),
      );
    },
  },
  { id: "cap_sys_ptrace", topic: "privileges", asks: "sees all processes", answer: hiddenProcesses },
  { id: "memlock", topic: "privileges", asks: "enough locked memory", answer: lockedMemory },
];
