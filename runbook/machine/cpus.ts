/** The CPUs that a runbook declares for the built-in target. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { onlineCpus, type ReadText } from "./machine.ts";

/**
 * @param wanted null: any
 * @throws Failure (cannot measure) when one of them does not exist
 */
export function checkCpus(wanted: readonly number[] | null, read: ReadText): void {
  const online = onlineCpus(read);
  if (wanted === null || online === null) return;
  const absent = wanted.filter((cpu) => !online.includes(cpu));
  if (absent.length === 0) return;
  throw new Failure(
    EXIT.cannotMeasure,
    `the runbook wants the target on CPU ${wanted.join(", ")}; not online: ${absent.join(", ")}`,
    `declare some of ${online.join(", ")}, which are`,
  );
}
