/** Devices that can give an edge from outside the CPU: PPS receivers and real-time clocks. */

import type { ReadText } from "./machine.ts";

/** PPS_MAX_SOURCES in include/uapi/linux/pps.h; there are fewer real-time clocks. Numbers may have gaps. */
const MOST_DEVICES = 16;

export type DeviceKind = "pps" | "rtc";

/** The part of a machine that devices are read from. */
export interface Present {
  readonly read: ReadText;
  exists(path: string): boolean;
}

export interface Device {
  /** Path under /dev. */
  readonly node: string;
  /** Whether that path exists. */
  readonly hasNode: boolean;
  /** The node and the driver's name, as shown to users. */
  readonly text: string;
}

const HOW_TO_GET: Readonly<Record<DeviceKind, string>> = {
  pps: "load the receiver's driver (ldattach PPS /dev/ttyS0, pps-gpio, or a PTP card's)",
  rtc: "load its driver (rtc_cmos on PCs); virtual machines may have none",
};

/** What to do to have such a device here. */
export function howToGet(kind: DeviceKind, read: ReadText): string {
  if (kind !== "pps" || !isRaspberryPi(read)) return HOW_TO_GET[kind];
  return "add dtoverlay=pps-gpio,gpiopin=18 to /boot/firmware/config.txt, 18 being the pin of the pulse, and boot";
}

/** Its kernels have no types of their own (raspberrypi/linux 6622), and its devices come from overlays. */
function isRaspberryPi(read: ReadText): boolean {
  return read("/proc/device-tree/model")?.startsWith("Raspberry Pi") ?? false;
}

/** The devices of that kind, by ascending number. */
export function devices({ read, exists }: Present, kind: DeviceKind): Device[] {
  return Array.from({ length: MOST_DEVICES }, (_, index) => `${kind}${index}`).flatMap((device) => {
    const node = `/dev/${device}`;
    const folder = `/sys/class/${kind}/${device}`;
    const hasNode = exists(node);
    if (!hasNode && !exists(folder)) return [];
    const name = read(`${folder}/name`)?.trim();
    const text = `${node}${name ? ` (${name})` : ""}${hasNode ? "" : ", but that node is missing"}`;
    return [{ node, hasNode, text }];
  });
}
