import assert from "node:assert/strict";
import { HOOKS } from "../../runbook/probes/hooks.ts";
import { capture } from "../../build/process/command.ts";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { parseMeasurement } from "../harness/measurement.ts";
import { STATE_SCRIPT } from "../harness/system_state.ts";

const doctor = (...flags: string[]) => capture([EXECUTABLE, "doctor", ...flags]);

function stateOf(): Promise<string> {
  return capture(["sh", "-c", STATE_SCRIPT]).then(({ stdout }) => stdout);
}

Deno.test("doctor says of this machine what probe run then finds, and changes nothing", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-doctor-" });
  try {
    const before = await stateOf();
    assert.match(before, /^\/proc\/sys\/kernel\/bpf_stats_enabled: /m);
    const { code, stdout, stderr } = await doctor("--json");
    assert.equal(await stateOf(), before);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, "");
    const report = JSON.parse(stdout);
    assert.equal(report.verdict.outcome, "yes");

    const path = `${folder}/host.csv`;
    // Doctor tries all hooks, also those that only a runbook with this asks for.
    const runbook = `${folder}/runbook.toml`;
    Deno.writeTextFileSync(runbook, 'version = 1\ndetail = "causes"\n');
    const run = await capture(
      [EXECUTABLE, "run", "--runs", "2", "--period", "50ms", "--runbook", runbook, "--out", path],
    );
    assert.ok(run.code === 0 || /none of the 2 runs completed/.test(run.stderr), run.stderr);
    const { meta } = parseMeasurement(Deno.readTextFileSync(path));
    assert.equal(report.verdict.tier, meta.tier);
    const best = report.tiers.find(({ tier }: { tier: string }) => tier === meta.tier);
    assert.deepEqual(
      // A file says nothing of those that no row depends on.
      best.hooks.filter((_: unknown, at: number) => !HOOKS[at]!.ofRecent).map((
        { stage, hook, kind, attached, reason }: Record<string, unknown>,
      ) => attached ? { stage, hook, kind, attached } : { stage, hook, kind, attached, reason }),
      meta.hooks,
    );
    assert.deepEqual(report.machine.clocksource, meta.clocksource);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("doctor's text on this machine fits 80 columns and begins with the same verdict", async () => {
  const { verdict } = JSON.parse((await doctor("--json")).stdout);
  const { code, stdout } = await doctor();
  assert.equal(code, 0);
  assert.ok(stdout.replaceAll("\n", " ").startsWith(verdict.text), stdout);
  for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
});

Deno.test("doctor measures where the vDSO stands: as the current clocksource has it", async () => {
  const { checks, machine } = JSON.parse((await doctor("--json")).stdout);
  const { outcome, found } = checks.find(({ id }: { id: string }) => id === "clock_read_enters_kernel");
  const { current } = machine.clocksource;
  if (["tsc", "kvm-clock"].includes(current)) assert.equal(outcome, "no", found);
  else if (["hpet", "acpi_pm"].includes(current)) assert.equal(outcome, "yes", found);
  else assert.ok(outcome === "yes" || outcome === "no", found);
});

/** Without root, as nobody, with these capabilities or none. */
async function asNobody(capabilities: readonly string[], ...flags: string[]) {
  const folder = Deno.makeTempDirSync({ prefix: "probe-doctor-" });
  try {
    Deno.chmodSync(folder, 0o755);
    Deno.copyFileSync(EXECUTABLE, `${folder}/probe`);
    const given = capabilities.map((capability) => `+${capability}`).join(",");
    const granted = given === "" ? [] : [`--inh-caps=${given}`, `--ambient-caps=${given}`];
    const who = ["--reuid=65534", "--regid=65534", "--clear-groups", ...granted];
    return await capture(["setpriv", ...who, `${folder}/probe`, "doctor", ...flags]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const outcomeOf = (report: { checks: { id: string; outcome: string }[] }, id: string) =>
  report.checks.find((check) => check.id === id)?.outcome;

Deno.test("without any capability doctor works, says what it could not tell and why, and ends with 3", async () => {
  const { code, stdout, stderr } = await asNobody([], "--json");
  assert.equal(code, 3, stderr);
  assert.equal(stderr, "");
  const report = JSON.parse(stdout);
  assert.equal(report.verdict.outcome, "could not tell");
  assert.match(report.verdict.text, /CAP_BPF and CAP_PERFMON/);
  for (const { outcome, hooks } of report.tiers) assert.deepEqual([outcome, hooks], ["could not tell", []]);
  for (const id of ["cap_bpf", "cap_perfmon", "cap_syslog", "symbol_names"]) {
    assert.equal(outcomeOf(report, id), "no");
  }
  assert.equal(outcomeOf(report, "btf"), "yes");
});

Deno.test("being root is not asked for: CAP_BPF, CAP_PERFMON and CAP_SYSLOG are enough for tracepoints", async () => {
  const { code, stdout, stderr } = await asNobody(["bpf", "perfmon", "syslog"], "--json");
  assert.equal(code, 0, stderr);
  const report = JSON.parse(stdout);
  assert.equal(report.tiers.at(-1).outcome, "yes");
  for (const id of ["cap_bpf", "cap_perfmon", "cap_syslog", "symbol_names"]) {
    assert.equal(outcomeOf(report, id), "yes");
  }
});

Deno.test("the capabilities of a user namespace are not taken for the machine's", async () => {
  const { code, stdout } = await capture([
    "unshare",
    "--user",
    "--map-root-user",
    EXECUTABLE,
    "doctor",
    "--json",
  ]);
  assert.equal(code, 3);
  const report = JSON.parse(stdout);
  assert.equal(report.verdict.outcome, "could not tell");
  assert.equal(outcomeOf(report, "cap_bpf"), "yes");
  assert.equal(outcomeOf(report, "user_namespace"), "no");
});
