/** How near the runs with one value must lie to each other for the value to lock in: what may be declared. */

export const LOCKS_IN_SHARE = "a number above 0 and below 1, for example 0.5";

export function isLocksInShare(value: number): boolean {
  return value > 0 && value < 1;
}
