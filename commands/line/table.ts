/** The one table of commands: what the command line calls each, its route, and what it may do to the system. */

import { abRoute } from "./ab.ts";
import type { Routes } from "../completions.ts";
import { compareRoute } from "./compare.ts";
import { completionsRoute } from "./completions.ts";
import { doctorRoute } from "./doctor.ts";
import { exportRoute } from "./export.ts";
import { licensesRoute } from "./licenses.ts";
import { powerRoute } from "./power.ts";
import { reportRoute } from "./report.ts";
import { runRoute } from "./run.ts";
import { showRoute } from "./show.ts";

/** The routes, in the order of the help. */
export const ROUTES = {
  doctor: doctorRoute,
  run: runRoute,
  ab: abRoute,
  compare: compareRoute,
  show: showRoute,
  power: powerRoute,
  report: reportRoute,
  export: exportRoute,
  completions: completionsRoute((): Routes => ROUTES),
  licenses: licensesRoute,
};

/**
 * Permissions that a command needs beyond reading files; the program gives back all others before it starts. The
 * runtime reads nothing below /dev, /proc and /sys for a program like this one: where a file may lie there, "ffi" does.
 */
export const NEEDS: Readonly<Partial<Record<keyof typeof ROUTES, readonly Deno.PermissionName[]>>> = {
  doctor: ["ffi"],
  run: ["ffi", "write"],
  compare: ["ffi"],
  show: ["ffi"],
  power: ["ffi"],
  report: ["ffi", "write"],
  export: ["ffi", "write"],
  // Programs: QEMU.
  ab: ["ffi", "write", "run"],
};
