/** The device behind a trigger: which one, whether it can be opened, and what to do if not. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { readClocks, readHostClock } from "../../ffi/clocks.ts";
import type { NativeLibrary } from "../../ffi/native_library.ts";
import { nativeTimer, type NativeTrigger, TriggerDevice, TriggerError } from "../../ffi/trigger.ts";
import { ERRNO, errnoName } from "../../system/errno.ts";
import { type DeviceKind, devices, howToGet, type Present } from "../machine/devices.ts";
import type { TriggerChoice } from "../protocol/trigger.ts";
import type { Foreseen } from "../protocol/foreseen.ts";
import { type Beside, deviceTrigger, foreseenTrigger, timerTrigger, type Trigger } from "./triggers.ts";

/** An open trigger. */
export interface OpenTrigger extends Disposable {
  readonly trigger: Trigger;
  /** What the target waits for. */
  readonly native: NativeTrigger;
  /** Path of its device; null: it has no device. */
  readonly device: string | null;
}

/**
 * Opens the trigger's device, if it has one.
 *
 * @param periodNs of the timer
 * @throws Failure (cannot measure) that names the devices that exist instead
 */
export function openTrigger(
  native: NativeLibrary,
  { name, device, foreseen }: TriggerChoice,
  periodNs: number,
  machine: Present,
): OpenTrigger {
  if (name === "timer" || foreseen !== undefined) {
    return {
      trigger: foreseen === undefined
        ? timerTrigger(periodNs)
        : foreseenTrigger(foreseen, clockOf(foreseen, native)),
      native: nativeTimer(native),
      device: null,
      [Symbol.dispose]: () => {},
    };
  }
  const opened = openDevice(native, { name, device }, machine);
  return {
    trigger: deviceTrigger(opened, opened.path),
    native: opened,
    device: opened.path,
    [Symbol.dispose]: () => opened[Symbol.dispose](),
  };
}

/**
 * Opens a device that gives edges.
 *
 * @param device its path; null: the only one of that kind
 * @throws Failure (cannot measure) that names the devices that exist instead
 */
export function openDevice(
  native: NativeLibrary,
  { name, device }: { readonly name: DeviceKind; readonly device: string | null },
  machine: Present,
): TriggerDevice {
  const path = device ?? onlyDevice(name, machine);
  if (!machine.exists(path)) throw missing(name, path, "there is no such device", machine);
  try {
    return new TriggerDevice(native, name, path);
  } catch (error) {
    if (!(error instanceof TriggerError)) throw error;
    const { reason, remedy } = REFUSALS[error.errno] ??
      {
        reason: errnoName(error.errno),
        remedy: `see that its driver works, or ${howToGet(name, machine.read)}`,
      };
    throw new Failure(EXIT.cannotMeasure, `cannot take edges from ${path}: ${reason}`, remedy, {
      cause: error,
    });
  }
}

/** @throws Failure (cannot measure) when this machine has no such clock */
function clockOf({ clock }: Foreseen, native: NativeLibrary): () => Beside {
  const besideReal = (value: bigint, mono_ns: bigint, realtime: bigint) => ({
    value,
    mono_ns,
    real_ns: mono_ns + realtime,
  });
  if (clock === "counter") {
    return () => {
      const { counter, mono_ns, realtime_ns } = readClocks(native);
      return besideReal(counter, mono_ns, realtime_ns);
    };
  }
  return () => {
    const host = readHostClock(native);
    if (host === null) {
      throw new Failure(
        EXIT.cannotMeasure,
        "cannot tell when its host's pulses come: this VM has no clock of its host",
        "load ptp_kvm in the VM, or give it a PPS device",
      );
    }
    return besideReal(host.real_ns, host.mono_ns, readClocks(native).realtime_ns);
  };
}

interface Refusal {
  readonly reason: string;
  readonly remedy: string;
}

const AS_ROOT = "run it as root (sudo)";

/** Errnos of opening the device and of the first calls on it. */
const REFUSALS: Readonly<Record<number, Refusal>> = {
  [ERRNO.EPERM]: { reason: "opening it is not permitted (EPERM)", remedy: AS_ROOT },
  [ERRNO.EACCES]: { reason: "opening it is not permitted (EACCES)", remedy: AS_ROOT },
  [ERRNO.EBUSY]: { reason: "another program has it open (EBUSY)", remedy: "end that one; lsof names it" },
  [ERRNO.EINVAL]: { reason: "it gives no update interrupts (EINVAL)", remedy: "use another trigger" },
  [ERRNO.ENOTTY]: {
    reason: "it is not a device of that kind (ENOTTY)",
    remedy: "give the path of such a device",
  },
  [ERRNO.EOPNOTSUPP]: {
    reason: "it stamps no assert edges, or lets nobody wait for them",
    remedy: "use a device whose driver does",
  },
};

function onlyDevice(kind: DeviceKind, machine: Present): string {
  const found = devices(machine, kind).filter(({ hasNode }) => hasNode);
  // Any real-time clock will do, but only the user can know which PPS device to use.
  const [first] = found;
  if (first !== undefined && (kind === "rtc" || found.length === 1)) return first.node;
  const what = kind === "pps" ? "a PPS device" : "a real-time clock";
  throw missing(kind, what, first === undefined ? "there is none" : "there are several", machine);
}

/** @param what is missing */
function missing(kind: DeviceKind, what: string, reason: string, machine: Present): Failure {
  const found = devices(machine, kind);
  const others = found.length === 0 ? "none" : found.map(({ text }) => text).join("; ");
  const usable = found.find(({ hasNode }) => hasNode);
  const use = kind === "pps" && usable !== undefined ? `use --trigger pps:${usable.node}, or ` : "";
  return new Failure(
    EXIT.cannotMeasure,
    `cannot take edges from ${what}: ${reason} (found: ${others})`,
    `${use}${howToGet(kind, machine.read)}`,
  );
}
