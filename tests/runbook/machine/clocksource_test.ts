import assert from "node:assert/strict";
import { checkClocksource, setClocksource } from "../../../runbook/machine/clocksource.ts";
import type { SystemAccess } from "../../../runbook/machine/system_change.ts";

const FOLDER = "/sys/devices/system/clocksource/clocksource0";
const SETTING = `${FOLDER}/current_clocksource`;

/** A machine on paper, but for the state file, which is a real one. */
class PaperSystem implements Disposable, SystemAccess {
  readonly #temporary = Deno.makeTempDirSync({ prefix: "probe-clocksource-" });
  readonly folder = `${this.#temporary}/probe`;
  readonly owner = Deno.uid() ?? -1;
  readonly said: string[] = [];
  readonly files = new Map([
    [SETTING, "hpet\n"],
    [`${FOLDER}/available_clocksource`, "tsc hpet acpi_pm \n"],
    ["/proc/sys/kernel/random/boot_id", "boot-1\n"],
  ]);
  /** What the kernel does with a write. */
  onWrite = (text: string): boolean => {
    this.files.set(SETTING, `${text}\n`);
    return true;
  };

  read = (path: string) => this.files.get(path) ?? null;
  write = (path: string, text: string) => path === SETTING && this.onWrite(text);
  say = (message: string) => void this.said.push(message);

  get current(): string {
    return this.files.get(SETTING)!.trim();
  }

  /** What is in the state's folder. */
  get left(): string[] {
    try {
      return [...Deno.readDirSync(this.folder)].map(({ name }) => name);
    } catch {
      return [];
    }
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#temporary, { recursive: true });
  }
}

const TSC = { wanted: "tsc", changesAllowed: true };
const ANY = { wanted: null, changesAllowed: true };

Deno.test("any clocksource is right when none is declared", () => {
  using system = new PaperSystem();
  checkClocksource(ANY, system);
  assert.equal(setClocksource(ANY, system), null);
  assert.deepEqual([system.current, system.said, system.left], ["hpet", [], []]);
});

Deno.test("another clocksource than the declared one is refused, with both, what there is, and what to do", () => {
  using system = new PaperSystem();
  assert.throws(() => checkClocksource({ wanted: "tsc", changesAllowed: false }, system), {
    exitCode: 3,
    message: "the clocksource is hpet, the runbook wants tsc; available: tsc, hpet, acpi_pm; set it " +
      `(echo tsc >${SETTING}), or let it be set for the measurement with --allow-system-changes`,
  });
  checkClocksource({ wanted: "hpet", changesAllowed: false }, system);
});

Deno.test("a clocksource that the kernel does not have is refused even when changes are allowed", () => {
  using system = new PaperSystem();
  assert.throws(() => checkClocksource({ ...TSC, wanted: "kvm-clock" }, system), {
    exitCode: 3,
    found: "the runbook wants the clocksource kvm-clock, this kernel offers tsc, hpet, acpi_pm",
  });
  system.files.clear();
  assert.throws(() => checkClocksource(TSC, system), { found: /this kernel offers none$/ });
});

Deno.test("a clocksource is set until its scope ends, whatever ends it, and nothing is left", () => {
  using system = new PaperSystem();
  checkClocksource(TSC, system);
  assert.throws(() => {
    using _change = setClocksource(TSC, system);
    assert.equal(system.current, "tsc");
    assert.deepEqual(system.left, ["changed"]);
    const { mode } = Deno.statSync(`${system.folder}/changed`);
    assert.deepEqual([mode! & 0o777, Deno.statSync(system.folder).mode! & 0o777], [0o600, 0o700]);
    throw new Error("a run failed");
  }, /a run failed/);
  assert.deepEqual([system.current, system.left], ["hpet", []]);
  assert.deepEqual(system.said, ["setting the clocksource from hpet to tsc; it is set back at the end"]);
});

Deno.test("the one in use already is not set, so there is nothing to undo", () => {
  using system = new PaperSystem();
  assert.equal(setClocksource({ ...TSC, wanted: "hpet" }, system), null);
  assert.deepEqual(system.left, []);
});

/** Leaves the machine as a call does that is killed in the middle. */
function killed(system: PaperSystem, bootId = "boot-1"): void {
  Deno.mkdirSync(system.folder, { mode: 0o700 });
  const state = { boot_id: `${bootId}\n`, path: SETTING, from: "hpet", to: "tsc" };
  Deno.writeTextFileSync(`${system.folder}/changed`, JSON.stringify(state));
  system.files.set(SETTING, "tsc\n");
}

for (const rule of [ANY, { wanted: "hpet", changesAllowed: false }]) {
  Deno.test(`what a killed call has left is undone by the next one, which wants ${rule.wanted}, and said`, () => {
    using system = new PaperSystem();
    killed(system);
    checkClocksource(rule, system);
    assert.deepEqual([system.current, system.left], ["hpet", []]);
    assert.deepEqual(system.said, [
      `notice: ${SETTING} was left at tsc by a probe run that was killed; it is hpet again`,
    ]);
  });
}

Deno.test("the state that the next call finds is the one that a call writes", () => {
  using system = new PaperSystem();
  const change = setClocksource(TSC, system);
  const written = Deno.readTextFileSync(`${system.folder}/changed`);
  change![Symbol.dispose]();
  Deno.removeSync(system.folder);
  killed(system);
  assert.deepEqual(JSON.parse(written), JSON.parse(Deno.readTextFileSync(`${system.folder}/changed`)));
});

Deno.test("a call that lives keeps its change; another one that declares a clocksource is refused meanwhile", () => {
  using system = new PaperSystem();
  using _change = setClocksource(TSC, system);
  checkClocksource(ANY, system);
  assert.deepEqual([system.current, system.left], ["tsc", ["changed"]]);
  assert.throws(() => checkClocksource(TSC, system), {
    exitCode: 1,
    found: /^another probe run has changed/,
  });
  system.files.set(SETTING, "acpi_pm");
  assert.throws(() => setClocksource(TSC, system), { exitCode: 1, found: /^another probe run/ });
  system.files.set(SETTING, "tsc");
});

Deno.test("what another boot has left is not a concern of this one", () => {
  using system = new PaperSystem();
  killed(system, "boot-0");
  checkClocksource(ANY, system);
  assert.deepEqual([system.current, system.left, system.said], ["tsc", [], []]);
});

Deno.test("a call that was killed before it had written anything down has changed nothing", () => {
  for (const beginning of ["", '{"boot_id":"boot-1\\n","pa']) {
    using system = new PaperSystem();
    killed(system);
    system.files.set(SETTING, "hpet\n");
    Deno.writeTextFileSync(`${system.folder}/changed`, beginning);
    checkClocksource(ANY, system);
    assert.deepEqual([system.current, system.left, system.said], ["hpet", [], []]);
  }
});

Deno.test("a clocksource that somebody else has set in the meantime is left so, and said", () => {
  using system = new PaperSystem();
  {
    using _change = setClocksource(TSC, system);
    system.files.set(SETTING, "acpi_pm\n");
  }
  assert.deepEqual([system.current, system.left], ["acpi_pm", []]);
  assert.equal(
    system.said.at(-1),
    `notice: ${SETTING} is acpi_pm, which somebody else has set: it is left so, not set to hpet`,
  );
});

Deno.test("a change that cannot be undone is said with the command that does it, and the next call tries again", () => {
  using system = new PaperSystem();
  {
    using _change = setClocksource(TSC, system);
    system.onWrite = () => false;
  }
  assert.deepEqual([system.current, system.left], ["tsc", ["changed"]]);
  assert.equal(
    system.said.at(-1),
    `notice: ${SETTING} cannot be set back to hpet; do it by hand: echo hpet >${SETTING}`,
  );
  checkClocksource(ANY, system);
  assert.deepEqual(system.left, ["changed"]);
  system.onWrite = (text) => (system.files.set(SETTING, text), true);
  checkClocksource(ANY, system);
  assert.deepEqual([system.current, system.left], ["hpet", []]);
});

Deno.test("a kernel that does not take the clocksource ends the call, and nothing is left", () => {
  for (
    const [onWrite, reason] of [
      [() => false, `cannot set ${SETTING} to tsc: it cannot be written`],
      [() => true, `cannot set ${SETTING} to tsc: it is still hpet`],
    ] as const
  ) {
    using system = new PaperSystem();
    system.onWrite = onWrite;
    assert.throws(() => setClocksource(TSC, system), { exitCode: 3, found: reason });
    assert.deepEqual([system.current, system.left], ["hpet", []]);
  }
});

Deno.test("a state that others could have written is not believed, and none is written beside it", () => {
  using system = new PaperSystem();
  killed(system);
  Deno.chmodSync(system.folder, 0o777);
  checkClocksource(ANY, system);
  assert.equal(system.current, "tsc");
  system.files.set(SETTING, "hpet");
  assert.throws(() => setClocksource(TSC, system), { exitCode: 3, found: /others may enter it$/ });
});
