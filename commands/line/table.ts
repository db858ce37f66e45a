/**
 * The one table of commands: the name of each on the command line, its route, and what it may do to the
 * system.
 */

import type { Routes } from "../options.ts";

/** What loads the route of each command, in the order of the help: a call pays for its own command alone. */
export const COMMANDS = {
  doctor: async () => (await import("./doctor.ts")).doctorRoute,
  run: async () => (await import("./run.ts")).runRoute,
  ab: async () => (await import("./ab.ts")).abRoute,
  compare: async () => (await import("./compare.ts")).compareRoute,
  gate: async () => (await import("./gate.ts")).gateRoute,
  history: async () => (await import("./history.ts")).historyRoute,
  fleet: async () => (await import("./fleet.ts")).fleetRoute,
  show: async () => (await import("./show.ts")).showRoute,
  power: async () => (await import("./power.ts")).powerRoute,
  report: async () => (await import("./report.ts")).reportRoute,
  export: async () => (await import("./export.ts")).exportRoute,
  runbook: async () => (await import("./runbook.ts")).runbookRoute,
  completions: async () => (await import("./completions.ts")).completionsRoute(allRoutes),
  licenses: async () => (await import("./licenses.ts")).licensesRoute,
  help: async () => (await import("./help.ts")).helpRoute(NAMES, allRoutes),
  version: async () => (await import("./version.ts")).versionRoute,
};

export const NAMES: readonly string[] = Object.keys(COMMANDS);

export function isCommand(name: string): name is keyof typeof COMMANDS {
  return Object.hasOwn(COMMANDS, name);
}

/** The routes of all commands, by name. */
export async function allRoutes(): Promise<Routes> {
  const loaded = Object.entries(COMMANDS).map(async ([name, load]): Promise<[string, Routes[string]]> => [
    name,
    await load(),
  ]);
  return Object.fromEntries(await Promise.all(loaded));
}

/** Permissions that each command needs beyond reading files. */
const NEEDS: Readonly<Partial<Record<keyof typeof COMMANDS, readonly Deno.PermissionName[]>>> = {
  doctor: ["ffi", "env"],
  run: ["ffi", "write", "env"],
  gate: ["write"],
  report: ["write"],
  export: ["write"],
  // Programs: QEMU.
  ab: ["ffi", "write", "run", "env"],
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
  const needed = NEEDS[command as keyof typeof COMMANDS] ?? [];
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
