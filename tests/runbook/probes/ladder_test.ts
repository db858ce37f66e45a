import assert from "node:assert/strict";
import type { Tier } from "../../../analysis/result/meta.ts";
import { dispensableHooks, HOOKS } from "../../../runbook/probes/hooks.ts";
import {
  contextUnseen,
  type Definitions,
  Ladder,
  leftOut,
  TierUnavailable,
} from "../../../runbook/probes/ladder.ts";

const NO_VARIABLES: ReadonlySet<string> = new Set();

function addresses(perCpuOffset: bigint, preemptCount: bigint): Definitions {
  return new Map([
    ["__per_cpu_offset", [{ address: perCpuOffset, module: null }]],
    ["__preempt_count", [{ address: preemptCount, module: null }]],
  ]);
}

Deno.test("the context is seen through a per-CPU variable of the kernel's BTF, or through two addresses", () => {
  for (const name of ["pcpu_hot", "__preempt_count"]) {
    assert.equal(contextUnseen("kprobe", new Set([name]), new Map()), null);
  }
  assert.equal(contextUnseen("kprobe", NO_VARIABLES, addresses(0xffffffff82000000n, 0x18b20n)), null);
  assert.equal(contextUnseen("kprobe", NO_VARIABLES, addresses(0xffffffff82000000n, 0n)), null);
});

Deno.test("without either, the tiers that hook functions say what is lacking", () => {
  assert.deepEqual(contextUnseen("kprobe", NO_VARIABLES, addresses(0n, 0n)), { code: "addresses_hidden" });
  const lacking = (variable: string) => ({ code: "no_address", variable });
  assert.deepEqual(contextUnseen("kprobe", NO_VARIABLES, new Map()), lacking("__per_cpu_offset"));
  const [[name, [definition]]] = [...addresses(1n, 1n)] as [[string, [never]]];
  assert.deepEqual(
    contextUnseen("kprobe", NO_VARIABLES, new Map([[name, [definition]]])),
    lacking("__preempt_count"),
  );
  const twice = new Map([...addresses(1n, 1n), ["__preempt_count", [definition, definition]]] as const);
  assert.deepEqual(contextUnseen("kprobe", NO_VARIABLES, twice), lacking("__preempt_count"));
});

Deno.test("at tier raw the types of a variable do not lead to it, only its address does", () => {
  assert.deepEqual(contextUnseen("raw", new Set(["pcpu_hot", "__preempt_count"]), new Map()), {
    code: "no_address",
    variable: "__per_cpu_offset",
  });
  assert.equal(contextUnseen("raw", NO_VARIABLES, addresses(1n, 1n)), null);
  const hot: Definitions = new Map(
    [...addresses(1n, 1n)].map(([name, where]) =>
      [name === "__preempt_count" ? "pcpu_hot" : name, where] as const
    ),
  );
  assert.equal(contextUnseen("raw", NO_VARIABLES, hot), null);
});

const ATTACHED = HOOKS.find(({ hook }) => hook === "ttwu_do_activate")!;
const SYSTEM_CALLS = HOOKS.find(({ hook }) => hook === "sys_enter")!;

/** The built-in target. */
const OWN = { targetTells: true, detail: false, keepsRecent: false };
const OTHERS = { ...OWN, targetTells: false };

const at = (tier: Tier) => ({ tier, asked: OWN });

Deno.test("a hook that a tier does not use is left out because better tiers were refused, or not tried", () => {
  const refused = [
    new TierUnavailable("full", { code: "no_function_tracing" }),
    new TierUnavailable("kprobe", { code: "no_kprobes" }),
  ];
  assert.equal(leftOut(ATTACHED, at("full"), []), null);
  assert.deepEqual(leftOut(ATTACHED, at("tracepoint"), refused), refused.map(({ reason }) => reason));
  assert.deepEqual(leftOut(ATTACHED, at("tracepoint"), []), [{ code: "tier_required", tier: "tracepoint" }]);
  assert.deepEqual(leftOut(SYSTEM_CALLS, at("full"), []), [{ code: "read_elsewhere", tier: "full" }]);
});

Deno.test("the system calls of all tasks are hooked for another task only: the built-in target tells its own read", () => {
  const inBtf = new Set(HOOKS.map(({ hook }) => hook));
  for (const tier of ["full", "kprobe", "tracepoint"] as const) {
    const [own, others] = [OWN, OTHERS].map((asked) => new Ladder(tier, inBtf, new Map(), asked));
    own!.check();
    assert.deepEqual(own!.open(SYSTEM_CALLS), []);
    assert.equal(others!.open(SYSTEM_CALLS).length, tier === "tracepoint" ? 1 : 0);
  }
  assert.deepEqual(leftOut(SYSTEM_CALLS, at("tracepoint"), []), [{ code: "target_tells" }]);
  assert.equal(leftOut(SYSTEM_CALLS, { tier: "tracepoint", asked: OTHERS }, []), null);
});

Deno.test("a ladder strikes off what cannot be bound, and is lost with a hook that it needs", () => {
  const inBtf = new Set(HOOKS.map(({ hook }) => hook));
  const two = (address: bigint) => [{ address: 1n, module: null }, { address, module: null }];
  const unbound = new Ladder("full", new Set(), new Map([["read_tsc", two(2n)]]), OWN);
  const readTsc = HOOKS.find(({ hook }) => hook === "read_tsc")!;
  assert.deepEqual(unbound.reasons(readTsc), [
    { code: "not_in_btf", kind: "fentry" },
    { code: "ambiguous_address", kind: "kprobe", functions: 2 },
  ]);
  const named = new Ladder("full", inBtf, new Map([["read_tsc", two(2n)]]), OWN);
  assert.deepEqual(named.reasons(readTsc)[0], { code: "ambiguous_name", kind: "fentry", functions: 2 });
  named.check();
  const lost = new Ladder("full", inBtf, new Map([["ttwu_do_activate", two(2n)]]), OWN);
  assert.throws(
    () => lost.check(),
    (error) =>
      error instanceof TierUnavailable && error.tier === "full" && error.reason.code === "hook_lost" &&
      error.reason.hook === "ttwu_do_activate" && error.reason.reasons.length === 2,
  );
});

Deno.test("locks and interrupts are hooked only where causes are asked for", () => {
  const inBtf = new Set(HOOKS.map(({ hook }) => hook));
  const hook = HOOKS.find(({ hook }) => hook === "softirq_entry")!;
  assert.deepEqual(new Ladder("tracepoint", inBtf, new Map(), OWN).open(hook), []);
  assert.equal(new Ladder("tracepoint", inBtf, new Map(), { ...OWN, detail: true }).open(hook).length, 1);
  assert.deepEqual(leftOut(hook, at("tracepoint"), []), [{ code: "detail" }]);
});

Deno.test("the end of every hrtimer's callback is hooked only where recent events are kept", () => {
  const inBtf = new Set(HOOKS.map(({ hook }) => hook));
  const hook = HOOKS.find(({ hook }) => hook === "hrtimer_expire_exit")!;
  assert.deepEqual(new Ladder("full", inBtf, new Map(), { ...OWN, detail: true }).open(hook), []);
  assert.equal(new Ladder("full", inBtf, new Map(), { ...OWN, keepsRecent: true }).open(hook).length, 1);
  assert.deepEqual(leftOut(hook, at("full"), []), [{ code: "of_recent" }]);
});

Deno.test("a hook that the call leaves out is not tried, and only one without which there still is a chain", () => {
  const inBtf = new Set(HOOKS.map(({ hook }) => hook));
  const asked = { ...OWN, without: dispensableHooks("ktime_get_snapshot, read_hpet") };
  const ladder = new Ladder("full", inBtf, new Map(), asked);
  ladder.check();
  for (const hook of HOOKS.filter(({ hook }) => asked.without.has(hook))) {
    assert.deepEqual(ladder.open(hook), []);
    assert.deepEqual(leftOut(hook, { tier: "full", asked }, []), [{ code: "left_out" }]);
    assert.ok(new Ladder("full", inBtf, new Map(), OWN).open(hook).length > 0);
  }
  assert.equal(leftOut(ATTACHED, { tier: "full", asked }, []), null);
  assert.deepEqual(dispensableHooks(undefined), new Set());
  const refused = (names: string) => () => dispensableHooks(names);
  assert.throws(refused("ktime_get_snapshot,ktime"), /--without-hooks: ktime is not a hook/);
  assert.throws(refused("sched_switch"), /sched_switch cannot be left out: without it there is no chain/);
  // Its entry is needed at the exit's stage too.
  assert.throws(refused("try_to_wake_up"), /try_to_wake_up cannot be left out/);
});

Deno.test("a tracepoint that the kernel lacks is not tried", () => {
  const inBtf = new Set(HOOKS.map(({ hook }) => hook).filter((name) => name !== "contention_begin"));
  const hook = HOOKS.find(({ hook }) => hook === "contention_begin")!;
  const ladder = new Ladder("full", inBtf, new Map(), OWN);
  assert.deepEqual(ladder.open(hook), []);
  assert.deepEqual(ladder.reasons(hook), [{ code: "no_tracepoint" }]);
});
