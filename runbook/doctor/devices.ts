/** Which devices can give an edge. */

import { type DeviceKind, devices, howToGet } from "../machine/devices.ts";
import { type Check, type CheckAnswer, type Examined, no, NO_SYS, yes } from "./check.ts";

function present(examined: Examined, kind: DeviceKind, prevents: string): CheckAnswer {
  const found = devices(examined, kind);
  if (found.length > 0) return yes(found.map(({ text }) => text).join("; "));
  if (!examined.exists("/sys/class")) return NO_SYS;
  return no(`no /dev/${kind}*`, prevents, howToGet(kind, examined.read));
}

export const deviceChecks: readonly Check[] = [
  {
    id: "pps",
    topic: "devices",
    asks: "PPS device",
    answer: (examined) => present(examined, "pps", "edges from a PPS signal; the timer gives them"),
  },
  {
    id: "rtc",
    topic: "devices",
    asks: "real-time clock",
    answer: (examined) =>
      present(examined, "rtc", "edges from a real-time clock's interrupt; the timer gives them"),
  },
];
