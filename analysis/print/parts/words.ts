/** Words about parts of a duration that one file and two share. */

import { type DividedName, type LeftOut, SPLIT } from "../../parts/divided.ts";
import { EDGE_PARTS, PARTS } from "../../result/columns.ts";
import type { Said } from "../model.ts";
import { exact, joined, plain, say } from "../said.ts";

/** Heading of the row that all parts make. */
export const TOGETHER = plain("together");

/** Printed in place of a table without rows. */
export const NO_PART = "no part was observed";

/** The value of the column `cause`, or `edge_cause`, with what it means. */
export function causeName(value: string | null): Said {
  if (value === null) return plain("not observed");
  const title = [...PARTS, ...EDGE_PARTS].find(({ name }) => name === value)?.title;
  return plain(title === undefined || title === value ? value : `${value}: ${title}`);
}

/** An order of locks, clocks and stages, so that it may be broken between them. */
export function orderName(value: string | null): Said {
  return plain(value === null ? "not observed" : value.replaceAll("<", " < "));
}

export function nameInWords(name: DividedName): string {
  return name === SPLIT.name ? "offset by machine" : name;
}

/** Which complete runs are in no number about the parts of a duration; empty when all are. */
export function leftOutInWords(name: DividedName, left: LeftOut, letter: string | null): Said[] {
  const { events_lost: lost, undivided } = left;
  if (lost + undivided === 0) return [];
  const why = [
    lost === 0 ? null : say`${exact(lost)} with lost events, so with incomplete parts`,
    undivided === 0
      ? null
      : say`${exact(undivided)} ${
        name === SPLIT.name
          ? "whose host's part is empty or contradicts itself"
          : "without parts that make the whole"
      }`,
  ];
  return [
    say`Runs left out of the parts of ${nameInWords(name)}${letter === null ? "" : ` in ${letter}`}: ${
      joined(why, ", ")
    }.`,
  ];
}

/** What the three parts of a VM's offset are. */
export const SPLIT_PARTS = plain(
  "host: the vCPU's thread had no CPU of its host; hypervisor: it had one and was not in guest mode; guest: the rest.",
);
