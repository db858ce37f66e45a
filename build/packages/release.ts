/** What is packaged: name, version, machine, and the date that stands for all of it. */

import project from "../../deno.json" with { type: "json" };
import { buildArchitecture } from "../parts/arch.ts";
import { stdoutOf } from "../process/command.ts";

export interface Release {
  readonly version: string;
  /** Debian's name of the machine. */
  readonly architecture: string;
  /** Of the sources, in seconds since 1970: each file in a package has it, whenever it was made. */
  readonly epoch: number;
}

export const SUMMARY = "follows a wakeup to the first clock read after it";

/**
 * The release of these sources. Their date is that of the commit, or SOURCE_DATE_EPOCH where there is no
 * commit.
 *
 * @throws {RangeError} when SOURCE_DATE_EPOCH is not a number of seconds
 */
export async function releaseOf(
  environment: { get(name: string): string | undefined } = Deno.env,
): Promise<Release> {
  const given = environment.get("SOURCE_DATE_EPOCH");
  const seconds = given ?? (await stdoutOf(["git", "log", "-1", "--format=%ct"])).trim();
  if (!/^\d{1,11}$/.test(seconds)) {
    throw new RangeError(`SOURCE_DATE_EPOCH must be seconds since 1970, it is "${seconds}"`);
  }
  return { version: project.version, architecture: buildArchitecture().debianName, epoch: Number(seconds) };
}

export function dateOf({ epoch }: Release): Date {
  return new Date(epoch * 1000);
}
