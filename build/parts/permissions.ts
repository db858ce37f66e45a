/** What the executable may do, whichever way it is linked. */

import { guestArchitecture } from "../../guest/qemu/arch.ts";

/**
 * Environment variables that the executable always has: `deno compile` and the launcher take them from here.
 */
export const START_ENVIRONMENT = "build/parts/start.env";

/**
 * The most that a command may ask for: main.ts gives back what its command does not need. Never the network,
 * and no programs other than these two. They are given by name: when the executable starts, Deno looks for
 * them in the user's PATH and allows what it finds, so they may lie anywhere, but no other file is allowed.
 * Paths would be those of the machine that built it, and without names every program would be allowed.
 *
 * @param machine the executable's, as Deno spells it
 */
export function permissionsOn(machine: string = Deno.build.arch): readonly string[] {
  return [
    "--no-prompt",
    "--allow-read",
    "--allow-write",
    "--allow-ffi",
    "--allow-env=PROBE_BTF",
    `--allow-run=${guestArchitecture(machine).qemu},ssh`,
  ];
}

/** On this machine. */
export const PERMISSIONS = permissionsOn();
