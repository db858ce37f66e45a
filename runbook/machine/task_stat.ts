/** /proc/PID/stat: what the kernel says about a task, in numbered fields, proc(5). */

import type { ReadText } from "./machine.ts";

/**
 * The fields of a task from the third on, by number.
 *
 * @param task its folder in /proc: `self`, or a pid
 * @returns null when it has ended
 */
export function readStat(read: ReadText, task: string): ((field: number) => string | undefined) | null {
  // The name in field 2 may contain blanks and brackets; field 3 is the first field after its last bracket.
  const fields = read(`/proc/${task}/stat`)?.replace(/^.*\) /s, "").split(" ");
  return fields === undefined ? null : (number) => fields[number - 3];
}
