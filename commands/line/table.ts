/**
 * The one table of commands: the name of each on the command line, its route, and what it may do to the
 * system.
 */

import { abRoute } from "./ab.ts";
import type { Routes } from "../options.ts";
import { compareRoute } from "./compare.ts";
import { completionsRoute } from "./completions.ts";
import { doctorRoute } from "./doctor.ts";
import { exportRoute } from "./export.ts";
import { helpRoute } from "./help.ts";
import { licensesRoute } from "./licenses.ts";
import { powerRoute } from "./power.ts";
import { reportRoute } from "./report.ts";
import { runbookRoute } from "./runbook.ts";
import { runRoute } from "./run.ts";
import { showRoute } from "./show.ts";
import { versionRoute } from "./version.ts";

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
  runbook: runbookRoute,
  completions: completionsRoute((): Routes => ROUTES),
  licenses: licensesRoute,
  help: helpRoute((): Routes => ROUTES),
  version: versionRoute,
};

/** Permissions that each command needs beyond reading files. */
const NEEDS: Readonly<Partial<Record<keyof typeof ROUTES, readonly Deno.PermissionName[]>>> = {
  doctor: ["ffi"],
  run: ["ffi", "write"],
  report: ["write"],
  export: ["write"],
  // Programs: QEMU.
  ab: ["ffi", "write", "run"],
};

/**
 * The permissions that a call needs beyond reading files; the program gives back all others before it starts.
 *
 * The runtime opens nothing below /dev, /proc and /sys for a program without every permission, so a call that
 * names a file there keeps "ffi", by which runbook/machine/named_file.ts reads it.
 *
 * @param args what the user wrote after `probe`
 */
export function permissionsOf(args: readonly string[]): readonly Deno.PermissionName[] {
  const [command, ...rest] = args;
  const needed = NEEDS[command as keyof typeof ROUTES] ?? [];
  return needed.includes("ffi") || !rest.some(isGuarded) ? needed : [...needed, "ffi"];
}

const GUARDED = /^\/(dev|proc|sys)\//;

function isGuarded(path: string): boolean {
  if (GUARDED.test(path)) return true;
  try {
    return GUARDED.test(Deno.realPathSync(path));
  } catch (error) {
    return error instanceof Deno.errors.NotCapable;
  }
}
