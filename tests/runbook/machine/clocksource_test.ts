import assert from "node:assert/strict";
import { changeSystem, checkSystem } from "../../../runbook/machine/system_settings.ts";
import { CLOCKSOURCE, PaperSystem } from "./paper_system.ts";

interface Rule {
  readonly wanted: string | null;
  readonly changesAllowed: boolean;
}

const declared = (clocksource: string | null) => ({
  clocksource,
  deepestIdleState: null,
  cpuLatencyUs: null,
});
const check = ({ wanted, changesAllowed }: Rule, system: PaperSystem) =>
  checkSystem(declared(wanted), changesAllowed, system);
const set = ({ wanted, changesAllowed }: Rule, system: PaperSystem) =>
  changeSystem(declared(wanted), changesAllowed, system);

const TSC = { wanted: "tsc", changesAllowed: true };
const ANY = { wanted: null, changesAllowed: true };

Deno.test("any clocksource is right when none is declared", () => {
  using system = new PaperSystem();
  check(ANY, system);
  using _nothing = set(ANY, system);
  assert.deepEqual([system.clocksource, system.said, system.left], ["hpet", [], []]);
});

Deno.test("another clocksource than the declared one is refused, with both, what there is, and what to do", () => {
  using system = new PaperSystem();
  assert.throws(() => check({ wanted: "tsc", changesAllowed: false }, system), {
    exitCode: 3,
    message: "the clocksource is hpet, the runbook wants tsc; available: tsc, hpet, acpi_pm; set it " +
      `(echo tsc >${CLOCKSOURCE}), or let it be set for the measurement with --allow-system-changes`,
  });
  check({ wanted: "hpet", changesAllowed: false }, system);
});

Deno.test("a clocksource that the kernel does not have is refused even when changes are allowed", () => {
  using system = new PaperSystem();
  assert.throws(() => check({ ...TSC, wanted: "kvm-clock" }, system), {
    exitCode: 3,
    found: "the runbook wants the clocksource kvm-clock, this kernel offers tsc, hpet, acpi_pm",
  });
  system.files.clear();
  assert.throws(() => check(TSC, system), { found: /this kernel offers none$/ });
});

Deno.test("a clocksource is set until its scope ends, whatever ends it, and nothing is left", () => {
  using system = new PaperSystem();
  check(TSC, system);
  assert.throws(() => {
    using _change = set(TSC, system);
    assert.equal(system.clocksource, "tsc");
    assert.deepEqual(system.left, ["changed"]);
    const { mode } = Deno.statSync(`${system.folder}/changed`);
    assert.deepEqual([mode! & 0o777, Deno.statSync(system.folder).mode! & 0o777], [0o600, 0o700]);
    throw new Error("a run failed");
  }, /a run failed/);
  assert.deepEqual([system.clocksource, system.left], ["hpet", []]);
  assert.deepEqual(system.said, ["setting the clocksource from hpet to tsc; it is set back at the end"]);
});

Deno.test("the one in use already is not set, so there is nothing to undo", () => {
  using system = new PaperSystem();
  using _nothing = set({ ...TSC, wanted: "hpet" }, system);
  assert.deepEqual(system.left, []);
});

/** Leaves the machine like a call that is killed in the middle. */
function killed(system: PaperSystem, bootId = "boot-1"): void {
  Deno.mkdirSync(system.folder, { mode: 0o700 });
  const state = { boot_id: `${bootId}\n`, settings: [{ path: CLOCKSOURCE, from: "hpet", to: "tsc" }] };
  Deno.writeTextFileSync(`${system.folder}/changed`, JSON.stringify(state));
  system.files.set(CLOCKSOURCE, "tsc\n");
}

for (const rule of [ANY, { wanted: "hpet", changesAllowed: false }]) {
  Deno.test(`what a killed call has left is undone by the next one, which wants ${rule.wanted}, and said`, () => {
    using system = new PaperSystem();
    killed(system);
    check(rule, system);
    assert.deepEqual([system.clocksource, system.left], ["hpet", []]);
    assert.deepEqual(system.said, [
      `notice: ${CLOCKSOURCE} was left at tsc by a probe run that was killed; it is hpet again`,
    ]);
  });
}

Deno.test("the state that the next call finds is the one that a call writes", () => {
  using system = new PaperSystem();
  const change = set(TSC, system);
  const written = Deno.readTextFileSync(`${system.folder}/changed`);
  change[Symbol.dispose]();
  Deno.removeSync(system.folder);
  killed(system);
  assert.deepEqual(JSON.parse(written), JSON.parse(Deno.readTextFileSync(`${system.folder}/changed`)));
});

Deno.test("a call that lives keeps its change; another one that declares a clocksource is refused meanwhile", () => {
  using system = new PaperSystem();
  using _change = set(TSC, system);
  check(ANY, system);
  assert.deepEqual([system.clocksource, system.left], ["tsc", ["changed"]]);
  assert.throws(() => check(TSC, system), { exitCode: 1, found: /^another probe run has changed/ });
  system.files.set(CLOCKSOURCE, "acpi_pm");
  assert.throws(() => set(TSC, system), { exitCode: 1, found: /^another probe run/ });
  system.files.set(CLOCKSOURCE, "tsc");
});

Deno.test("the one setting that an earlier version wrote down is set back too", () => {
  using system = new PaperSystem();
  killed(system);
  const state = { boot_id: "boot-1\n", path: CLOCKSOURCE, from: "hpet", to: "tsc" };
  Deno.writeTextFileSync(`${system.folder}/changed`, JSON.stringify(state));
  check(ANY, system);
  assert.deepEqual([system.clocksource, system.left, system.said.length], ["hpet", [], 1]);
});

Deno.test("between check and change it may have changed: what is not allowed is not done then either", () => {
  using system = new PaperSystem();
  const rule = { wanted: "hpet", changesAllowed: false };
  check(rule, system);
  system.files.set(CLOCKSOURCE, "acpi_pm\n");
  assert.throws(() => set(rule, system), {
    exitCode: 3,
    found: /^the clocksource is acpi_pm, the runbook wants hpet/,
  });
  assert.equal(system.clocksource, "acpi_pm");
});

Deno.test("what another boot has left is not a concern of this one", () => {
  using system = new PaperSystem();
  killed(system, "boot-0");
  check(ANY, system);
  assert.deepEqual([system.clocksource, system.left, system.said], ["tsc", [], []]);
});

Deno.test("a call that was killed before it had written anything down has changed nothing", () => {
  for (const beginning of ["", '{"boot_id":"boot-1\\n","pa']) {
    using system = new PaperSystem();
    killed(system);
    system.files.set(CLOCKSOURCE, "hpet\n");
    Deno.writeTextFileSync(`${system.folder}/changed`, beginning);
    check(ANY, system);
    assert.deepEqual([system.clocksource, system.left, system.said], ["hpet", [], []]);
  }
});

Deno.test("a clocksource that somebody else has set in the meantime is left so, and said", () => {
  using system = new PaperSystem();
  {
    using _change = set(TSC, system);
    system.files.set(CLOCKSOURCE, "acpi_pm\n");
  }
  assert.deepEqual([system.clocksource, system.left], ["acpi_pm", []]);
  assert.equal(
    system.said.at(-1),
    `notice: ${CLOCKSOURCE} is acpi_pm, which somebody else has set: it is left so, not set to hpet`,
  );
});

Deno.test("a change that cannot be undone is said with the command that does it, and the next call tries again", () => {
  using system = new PaperSystem();
  {
    using _change = set(TSC, system);
    system.onWrite = () => false;
  }
  assert.deepEqual([system.clocksource, system.left], ["tsc", ["changed"]]);
  assert.equal(
    system.said.at(-1),
    `notice: ${CLOCKSOURCE} cannot be set back to hpet; do it by hand: echo hpet >${CLOCKSOURCE}`,
  );
  check(ANY, system);
  assert.deepEqual(system.left, ["changed"]);
  system.onWrite = (path, text) => (system.files.set(path, text), true);
  check(ANY, system);
  assert.deepEqual([system.clocksource, system.left], ["hpet", []]);
});

Deno.test("a kernel that does not take the clocksource ends the call, and nothing is left", () => {
  for (
    const [onWrite, reason] of [
      [() => false, `cannot set ${CLOCKSOURCE} to tsc: it cannot be written`],
      [() => true, `cannot set ${CLOCKSOURCE} to tsc: it is still hpet`],
    ] as const
  ) {
    using system = new PaperSystem();
    system.onWrite = onWrite;
    assert.throws(() => set(TSC, system), { exitCode: 3, found: reason });
    assert.deepEqual([system.clocksource, system.left], ["hpet", []]);
  }
});

Deno.test("a state that others could have written is not believed, and none is written beside it", () => {
  using system = new PaperSystem();
  killed(system);
  Deno.chmodSync(system.folder, 0o777);
  check(ANY, system);
  assert.equal(system.clocksource, "tsc");
  system.files.set(CLOCKSOURCE, "hpet");
  assert.throws(() => set(TSC, system), { exitCode: 3, found: /others may enter it$/ });
});
