import assert from "node:assert/strict";
import { EXIT } from "../../../analysis/failure.ts";
import { type HookFact, type Tier, TIERS } from "../../../analysis/result/meta.ts";
import { commonTier, type Examined, hooksOfOneSide, requireMeasuring } from "../../../guest/vm/doctored.ts";

/** A machine with these tiers. */
function machine(who: string, ...tiers: readonly Tier[]): Examined {
  const finding = (tier: Tier) =>
    tiers.includes(tier) ? { tier, outcome: "yes", found: "all attached", remedy: null, hooks: [] } : {
      tier,
      outcome: "no",
      found: `${who} lacks what ${tier} needs`,
      remedy: "another kernel",
      hooks: [],
    };
  const report = { verdict: { outcome: "yes", text: "it can" }, tiers: TIERS.map(finding), checks: [] };
  return { who, report };
}

Deno.test("both sides measure at the best tier that both have, and one line says which side limits the other", () => {
  const [full, kprobe, tracepoint] = [
    machine("here", "full", "kprobe", "tracepoint"),
    machine("vm", "kprobe", "tracepoint"),
    machine("vm", "tracepoint"),
  ];
  const found = ([a, b]: readonly [Examined, Examined]) => commonTier("best", [a, b]);
  assert.deepEqual(found([full, full]), {
    tier: "full",
    limits: false,
    text: "both sides measure at tier full",
  });
  assert.deepEqual(found([full, kprobe]), {
    tier: "kprobe",
    limits: true,
    text: "both sides measure at tier kprobe: vm is without full: vm lacks what full needs",
  });
  assert.deepEqual(found([tracepoint, full]), {
    tier: "tracepoint",
    limits: true,
    text: "both sides measure at tier tracepoint: vm is without full: vm lacks what full needs",
  });
  // What neither side has limits nobody.
  assert.deepEqual(found([tracepoint, kprobe]).text, found([kprobe, tracepoint]).text);
  assert.match(found([tracepoint, kprobe]).text, /tracepoint: vm is without kprobe: vm lacks what kprobe/);
  assert.equal(found([tracepoint, tracepoint]).limits, false);
});

Deno.test("where each side is without a tier of the other, both are named", () => {
  const { tier, text } = commonTier("best", [
    machine("here", "full", "tracepoint"),
    machine("vm", "kprobe", "tracepoint"),
  ]);
  assert.equal(tier, "tracepoint");
  assert.match(text, /: here is without kprobe: .*; vm is without full: [^;]*$/);
});

Deno.test("a required tier is that one on both sides, or the side without it is named", () => {
  const sides = [machine("here", ...TIERS), machine("vm", "tracepoint")] as const;
  assert.deepEqual(commonTier("tracepoint", sides), {
    tier: "tracepoint",
    limits: false,
    text: "both sides measure at tier tracepoint, as required",
  });
  for (const [required, who] of [[sides, "vm"], [sides.toReversed(), "vm"]] as const) {
    assert.throws(() => commonTier("full", required as [Examined, Examined]), {
      exitCode: EXIT.cannotMeasure,
      found: `${who} cannot measure: the tier full is not available: vm lacks what full needs`,
      remedy: "leave --require out to measure both sides at the best tier that both have",
    });
  }
});

Deno.test("sides without a common tier are refused with what each has", () => {
  assert.throws(() => commonTier("best", [machine("here", "kprobe"), machine("vm", "tracepoint")]), {
    exitCode: EXIT.cannotMeasure,
    found: "no tier is on both sides: here has kprobe, and vm has tracepoint",
  });
});

const bytes = (report: unknown) => new TextEncoder().encode(JSON.stringify(report));

Deno.test("a machine that cannot measure is refused with the doctor's words, one without a doctor with its last", () => {
  const { report } = machine("vm");
  const cannot = { ...report, verdict: { outcome: "no", text: "this machine cannot measure: because" } };
  const end = { code: 3, stdout: bytes(cannot), said: "" };
  assert.throws(() => requireMeasuring("root@vm", end), {
    exitCode: EXIT.cannotMeasure,
    found: "root@vm cannot measure: vm lacks what tracepoint needs",
    remedy: "another kernel",
  });
  const unknown = { ...report, verdict: { outcome: "could not tell", text: "could not tell: because" } };
  assert.throws(() => requireMeasuring("root@vm", { ...end, stdout: bytes(unknown) }), {
    found: "root@vm cannot measure: could not tell: because",
  });
  const dumb = { code: 127, stdout: new Uint8Array(), said: "cannot execute /bin/probe" };
  assert.throws(() => requireMeasuring("the guest", dumb), {
    found: "the guest cannot measure: cannot execute /bin/probe",
    remedy: "see what probe doctor says there",
  });
  assert.throws(() => requireMeasuring("the guest", { ...dumb, said: "" }), {
    found: "the guest cannot measure: probe doctor ended with 127",
  });
  assert.deepEqual(requireMeasuring("root@vm", { ...end, code: 0, stdout: bytes(report) }), report);
});

/** A machine with these hooks at the tier full. */
function hooked(who: string, ...hooks: readonly HookFact[]): Examined {
  const { report } = machine(who, "full");
  return { who, report: { ...report, tiers: report.tiers.map((tier) => ({ ...tier, hooks })) } };
}

const hook = (
  hook: string,
  kind: HookFact["kind"],
  attached = true,
  stage: HookFact["stage"] = "tkread",
) => ({
  stage,
  hook,
  kind,
  attached,
});

Deno.test("hooks that one side alone has, or by another kind of program, are named once with the side that lacks them", () => {
  const here = hooked(
    "here",
    hook("ktime_get", "fentry"),
    hook("ktime_get", "fexit"),
    hook("ktime_get_snapshot", "fentry"),
    hook("read_hpet", "kprobe"),
    hook("contention_begin", "tp_btf", true, "lock"),
  );
  const vm = hooked(
    "vm",
    hook("ktime_get", "fentry", false),
    hook("ktime_get", "fexit", false),
    hook("ktime_get_snapshot", "fentry"),
    hook("read_hpet", "fentry"),
    hook("ktime_get_raw", "fentry"),
  );
  const of = (hook: string, who: string) => ({ hook, who });
  const found = [of("ktime_get", "vm"), of("read_hpet", "vm"), of("ktime_get_raw", "here")];
  assert.deepEqual(hooksOfOneSide("full", new Set(["tkread", "ttwu"]), [here, vm]), found);
  assert.deepEqual(hooksOfOneSide("full", new Set(["tkread"]), [vm, vm]), []);
  assert.deepEqual(hooksOfOneSide("full", new Set(["lock"]), [here, vm]), [of("contention_begin", "vm")]);
});
