import assert from "node:assert/strict";
import { formatHeader } from "../../../analysis/result/write.ts";
import project from "../../../deno.json" with { type: "json" };
import { protocolOf, runbookSha256 } from "../../../runbook/protocol/runbook.ts";
import { decodeTableFor } from "../../../runbook/row/wake_flags.ts";
import { metaOf } from "../../../runbook/run/meta.ts";
import { PaperParts } from "./loop_fixture.ts";
import { ATTRIBUTES, declaredOf, HOOKS, MACHINE, paperKernel, STARTED } from "./series_fixture.ts";

const DECODE = decodeTableFor(MACHINE.kernel);
const KERNEL = paperKernel(new PaperParts(() => "returns"));

Deno.test("the meta line says what was declared and what was found, and leaves out what does not apply", async () => {
  const declared = declaredOf({}, { runs: 3 });
  const request = { env: "vm", declared, source: null, machine: MACHINE, started: STARTED, looks: null };
  assert.deepEqual(await metaOf(request, KERNEL, DECODE), {
    probe: project.version,
    env: "vm",
    ...MACHINE,
    tier: "full",
    hooks: HOOKS,
    decode: "6.12+",
    runbook: protocolOf(declared.runbook),
    runbook_sha256: await runbookSha256(declared.runbook),
    started: "2026-01-02T03:04:05.678Z",
    edge_uncertainty_ns: 40,
    clock_step_counter: "tsc",
    attributes: ATTRIBUTES,
  });
});

Deno.test("runbook file, overrides, device and planned looks are named where there are some", async () => {
  const bytes = new TextEncoder().encode("runs = 3\n");
  const types = { name: "own.btf", sha256: "00", agreed_sizes: 7 };
  const meta = await metaOf(
    {
      env: "host",
      declared: declaredOf({ runs: 5 }, { runs: 3 }),
      source: { settings: { runs: 3 }, named: () => null, path: "/etc/probe/lab.toml", bytes },
      machine: { ...MACHINE, accelerator: "kvm" },
      started: STARTED,
      looks: { after: [2, 5], take: null },
    },
    { ...KERNEL, triggerDevice: "/dev/pps0", attributes: null, types },
    null,
  );
  assert.deepEqual(meta.runbook_file, {
    name: "lab.toml",
    // printf 'runs = 3\n' | sha256sum
    sha256: "ba79d6a35a4ea953c2e407224b11551900cb4882d8b7363cbc00f23aef919d2a",
  });
  assert.deepEqual(meta.btf, types);
  assert.deepEqual([meta.overrides, meta.runbook.runs], [["runs"], 5]);
  assert.deepEqual([meta.trigger_device, meta.accelerator, meta.decode], ["/dev/pps0", "kvm", "none"]);
  assert.deepEqual([meta.looks, "looks" in meta.runbook], [2, false]);
  assert.equal("attributes" in meta, false);
  assert.match(formatHeader(meta), /^# meta \{"probe":.*"trigger_device":"\/dev\/pps0"/m);
});

Deno.test("whose pulses they were is said, and only of pulses", async () => {
  const pulseOf = async (trigger: string, triggerDevice: string | null) => {
    const declared = declaredOf({ trigger });
    const request = { env: "vm", declared, source: null, machine: MACHINE, started: STARTED, looks: null };
    return (await metaOf(request, { ...KERNEL, triggerDevice }, DECODE)).pulse;
  };
  assert.equal(await pulseOf("pps:/dev/pps0", "/dev/pps0"), "device");
  assert.equal(await pulseOf("pps:/dev/pps0", null), "foreseen");
  assert.equal(await pulseOf("rtc", "/dev/rtc0"), undefined);
  assert.equal(await pulseOf("timer", null), undefined);
});
