/** Devices that can give an edge from outside the CPU: PPS receivers and real-time clocks. */

import { type Answer, type Check, couldNotTell, type Examined, no, yes } from "./doctor_check.ts";

/** PPS_MAX_SOURCES in include/uapi/linux/pps.h; real-time clocks are fewer. Numbers may have gaps. */
const MOST_DEVICES = 16;

function devices({ read, exists }: Examined, kind: "pps" | "rtc"): string[] {
  return Array.from({ length: MOST_DEVICES }, (_, index) => `${kind}${index}`).flatMap((device) => {
    const node = `/dev/${device}`;
    const folder = `/sys/class/${kind}/${device}`;
    if (!exists(node) && !exists(folder)) return [];
    const name = read(`${folder}/name`)?.trim();
    return [`${node}${name ? ` (${name})` : ""}${exists(node) ? "" : ", but that node is missing"}`];
  });
}

function present(examined: Examined, kind: "pps" | "rtc", prevents: string, remedy: string): Answer {
  const found = devices(examined, kind);
  if (found.length > 0) return yes(found.join("; "));
  if (!examined.exists("/sys/class")) return couldNotTell("/sys is not mounted");
  return no(`no /dev/${kind}*`, prevents, remedy);
}

export const deviceChecks: readonly Check[] = [
  {
    id: "pps",
    topic: "devices",
    asks: "PPS device",
    answer: (examined) =>
      present(
        examined,
        "pps",
        "edges from a PPS signal; the timer gives them",
        "load the receiver's driver (ldattach PPS /dev/ttyS0, pps-gpio, or a PTP card's)",
      ),
  },
  {
    id: "rtc",
    topic: "devices",
    asks: "real-time clock",
    answer: (examined) =>
      present(
        examined,
        "rtc",
        "edges from a real-time clock's interrupt; the timer gives them",
        "load its driver (rtc_cmos on PCs); virtual machines may have none",
      ),
  },
];
