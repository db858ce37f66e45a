import assert from "node:assert/strict";
import type { Placement } from "../../../analysis/result/columns.ts";
import { EXIT } from "../../../analysis/failure.ts";
import { checkPlacements, cpusFor } from "../../../runbook/vcpu/placement.ts";

Deno.test("free is every CPU that probe may use, pinned one for each vCPU in turn, half the first half of them", () => {
  const allowed = [2, 3, 6, 7, 9];
  const of = (placement: Placement) => [0, 1, 6].map((vcpu) => cpusFor(placement, vcpu, allowed));
  assert.deepEqual(of("free"), [allowed, allowed, allowed]);
  assert.deepEqual(of("pinned"), [[2], [3], [3]]);
  assert.deepEqual(of("half"), [[2, 3], [2, 3], [2, 3]]);
});

Deno.test("on a single CPU, or on unknown ones, placements are refused, and free is not", () => {
  checkPlacements("free", [3]);
  checkPlacements("free", null);
  checkPlacements("pinned,half", [0, 3]);
  assert.throws(() => checkPlacements("free,half", [3]), {
    exitCode: EXIT.cannotMeasure,
    message:
      "the runbook's vcpus are free,half, and probe may use CPU 3 alone: all placements are one there; " +
      "leave vcpus out, or allow more CPUs (taskset, cpuset)",
  });
  assert.throws(
    () => checkPlacements("pinned", null),
    /it is not known which CPUs probe may use; mount \/proc/,
  );
});
