/** The system's error numbers by name, and their names. */

import { ERRNO } from "./errno.generated.ts";

export { ERRNO };

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(ERRNO).map(([name, number]) => [number, name]),
);

/**
 * For messages. The kernel also uses numbers that no header for programs has, such as 524 (ENOTSUPP); these
 * stay numbers.
 *
 * @param errno positive
 * @returns `EINVAL`, or `errno 524`
 */
export function errnoName(errno: number): string {
  return NAMES.get(errno) ?? `errno ${errno}`;
}
