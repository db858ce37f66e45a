import assert from "node:assert/strict";
import { type Tier, TIERS } from "../../../analysis/result/meta.ts";
import { LibbpfError } from "../../../ffi/libbpf_error.ts";
import { TierUnavailable } from "../../../runbook/probes/ladder.ts";
import { type Attach, tryTiers } from "../../../runbook/doctor/attach.ts";
import { CannotLoad } from "../../../runbook/machine/preflight.ts";
import type { Reason } from "../../../runbook/probes/reasons.ts";
import { ERRNO } from "../../../system/errno.ts";
import { evidence } from "../probes/evidence.ts";
import { hooksAt } from "./doctor_fixture.ts";

/** A kernel that offers some tiers; it counts what is attached and not yet detached. */
class Kernel {
  attached = 0;
  readonly asked: (Tier | undefined)[] = [];

  constructor(readonly offers: readonly Tier[], readonly refusal: (tier: Tier) => Error) {}

  readonly attach: Attach = (required) => {
    this.asked.push(required);
    const tier = required ?? this.offers[0] ?? "tracepoint";
    if (!this.offers.includes(tier)) throw this.refusal(tier);
    this.attached++;
    return { tier, hookStates: hooksAt(tier), countsMisses: false, [Symbol.dispose]: () => this.attached-- };
  };
}

const unavailable = (tier: Tier) => new TierUnavailable(tier, { code: "tier_required", tier });

Deno.test("every tier is attached once and detached again", () => {
  const kernel = new Kernel(TIERS, unavailable);
  const { tiers, unrequired, countsMisses } = tryTiers(kernel.attach, null, evidence());
  assert.equal(countsMisses, false);
  assert.deepEqual(
    tiers.map(({ tier, answer }) => [tier, answer.outcome]),
    TIERS.map((tier) => [tier, "yes"]),
  );
  assert.deepEqual(unrequired, { tier: "full" });
  assert.deepEqual(kernel.asked, [undefined, "kprobe", "raw", "tracepoint"]);
  assert.equal(kernel.attached, 0);
  for (const { tier, hooks } of tiers) assert.deepEqual(hooks, hooksAt(tier));
});

Deno.test("a tier that is refused says why, what that prevents and what to do, and has no hooks", () => {
  const kernel = new Kernel(["tracepoint"], unavailable);
  const { tiers, unrequired } = tryTiers(kernel.attach, null, evidence());
  assert.deepEqual(unrequired, { tier: "tracepoint" });
  for (const { tier, answer, hooks } of tiers.slice(0, 3)) {
    assert.ok(answer.outcome === "no");
    assert.equal(answer.found, `the ${tier} tier was required`);
    assert.ok(answer.prevents !== "" && answer.remedy !== "");
    assert.deepEqual(hooks, []);
  }
  assert.equal(tiers[3]!.answer.outcome, "yes");
});

Deno.test("an error of libbpf is a reason too, and its log is shown by probe run", () => {
  const kernel = new Kernel(
    [],
    () => new LibbpfError("load the BPF programs", ERRNO.EINVAL, "libbpf: bad\n"),
  );
  const { tiers, unrequired } = tryTiers(kernel.attach, null, evidence());
  const refused: Reason = { code: "call_failed", errno: ERRNO.EINVAL, said: "libbpf: bad" };
  assert.deepEqual(unrequired, { refused });
  for (const { tier, answer } of tiers) {
    assert.ok(answer.outcome === "no");
    assert.equal(answer.found, "cannot load the BPF programs: EINVAL, libbpf: bad");
    assert.match(answer.remedy, new RegExp(`probe run --require ${tier} --verbose`));
  }
});

Deno.test("an error that is not a refusal is not taken for one", () => {
  const kernel = new Kernel([], () => new RangeError("a fault of the program"));
  assert.throws(() => tryTiers(kernel.attach, null, evidence()), RangeError);
});

Deno.test("where nothing can be loaded nothing is tried, and only what holds for the machine is a no", () => {
  const kernel = new Kernel(TIERS, unavailable);
  const failure = new CannotLoad("no BTF", "another kernel");
  for (const conclusive of [true, false]) {
    const { tiers, unrequired, countsMisses } = tryTiers(kernel.attach, { failure, conclusive }, evidence());
    assert.equal(countsMisses, null);
    assert.deepEqual(unrequired, { refused: null });
    for (const { answer } of tiers) {
      assert.equal(answer.outcome, conclusive ? "no" : "could not tell");
      assert.equal(answer.found, "no BTF");
    }
  }
  assert.deepEqual(kernel.asked, []);
});
