/** What the documents of slow runs (`probe run --on-slow`) must have when a task was put in the way of the target. */

import assert from "node:assert/strict";
import type { TextRow } from "./measurement.ts";

/** The fields used here. */
interface SlowDocument {
  readonly run: number;
  readonly cause: string | null;
  readonly origin_ns: string;
  readonly from_ns: number;
  readonly to_ns: number;
  readonly cpus: readonly {
    readonly cpu: number;
    readonly from_ns: number;
    readonly running: { readonly pid: number; readonly comm: string | null } | null;
    readonly events: readonly { readonly at_ns: number; readonly kind: string; readonly comm?: string }[];
  }[];
}

const MOST_KEPT = 10;

/**
 * The first ten rows above the limit have a document, no other row has; and where a task kept the target waiting since
 * before its edge, its document has that task's switch-in, and what the other CPUs did meanwhile.
 *
 * @param hog name of that task, which runs for less than 50 ms at a time
 * @param documents their texts by run
 */
export function assertSlowBehind(
  hog: string,
  rows: readonly TextRow[],
  limitNs: number,
  documents: ReadonlyMap<number, string>,
): void {
  const slow = rows.filter(({ offset_ns }) => offset_ns !== "" && Number(offset_ns) > limitNs);
  assert.ok(slow.length > 0, `none of ${rows.length} runs was slow`);
  assert.deepEqual(
    [...documents.keys()].sort((a, b) => a - b),
    slow.slice(0, MOST_KEPT).map(({ run }) => Number(run)),
  );
  let behind = 0;
  for (const row of slow.slice(0, MOST_KEPT)) {
    const document: SlowDocument = JSON.parse(documents.get(Number(row.run))!);
    assertAround(document, row);
    if (document.cause === "tasks" && row.other_task === hog && ranAtEdge(hog, document, row)) behind++;
  }
  assert.ok(behind > 0, `no document has ${hog} switched in before the edge`);
}

/** The events reach from 50 ms before the edge to 50 ms after the read, on more CPUs than the chain's. */
function assertAround({ run, cause, origin_ns, from_ns, to_ns, cpus }: SlowDocument, row: TextRow): void {
  assert.deepEqual([run, cause, origin_ns], [Number(row.run), row.cause, row.ttwu_ns]);
  assert.equal(BigInt(row.ttwu_ns) + BigInt(from_ns), BigInt(row.edge_ns) - 50_000_000n);
  assert.equal(BigInt(row.ttwu_ns) + BigInt(to_ns), BigInt(row.tkread_ns) + 50_000_000n);
  for (const { cpu, events } of cpus) {
    const times = events.map(({ at_ns }) => at_ns);
    assert.ok(
      times.every((at, i) => at >= (times[i - 1] ?? from_ns) && at <= to_ns),
      `CPU ${cpu} of run ${run}`,
    );
  }
  const others = cpus.filter(({ cpu, events }) => String(cpu) !== row.target_cpu && events.length > 0);
  assert.ok(others.length > 0, `run ${run} has events of other CPUs`);
  // Some kernels do not show every switch, see isUnseen().
  if (row.switch_ns === "") return;
  // The row's stamp and the event's are taken in one program, one after the other.
  assert.equal(
    lastSwitch(cpus, row.target_cpu, Number(BigInt(row.switch_ns) - BigInt(row.ttwu_ns))),
    row.comm,
    `${run}`,
  );
}

/** Who was the last to get that CPU until then, ns after the wakeup. */
function lastSwitch(cpus: SlowDocument["cpus"], target: string, until: number): string | undefined {
  const events = cpus.find(({ cpu }) => String(cpu) === target)?.events ?? [];
  return events.findLast(({ kind, at_ns }) => kind === "switch" && at_ns <= until)?.comm;
}

/** Whether the last to get the target's CPU before the edge was that task. */
function ranAtEdge(
  hog: string,
  { cpus, origin_ns }: SlowDocument,
  { edge_ns, target_cpu }: TextRow,
): boolean {
  return lastSwitch(cpus, target_cpu, Number(BigInt(edge_ns) - BigInt(origin_ns))) === hog;
}
