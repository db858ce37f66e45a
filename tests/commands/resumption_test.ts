import assert from "node:assert/strict";
import { codeOfInterruption } from "../../analysis/failure.ts";
import { type CallOptions, protocolOfFile, resumeCommand } from "../../commands/resumption.ts";
import { declare } from "../../runbook/protocol/declared.ts";
import { runbookSha256 } from "../../runbook/protocol/runbook.ts";

const FLAGS: CallOptions = {
  env: "host",
  "until-decided": false,
  "measure-overhead": false,
  "no-wait": false,
  "allow-system-changes": false,
};

Deno.test("the command that goes on names the file and what no file knows", () => {
  assert.equal(resumeCommand("/tmp/x.csv", FLAGS), "probe run --resume --out /tmp/x.csv");
  const flags = { ...FLAGS, env: "my vm", "until-decided": true, against: "a.csv", "no-wait": true };
  assert.equal(
    resumeCommand("it's.csv", { ...flags, "allow-system-changes": true }),
    `probe run --resume --out 'it'\\''s.csv' --env 'my vm' --until-decided --against a.csv --no-wait ` +
      "--allow-system-changes",
  );
});

Deno.test("what goes on keeps slow runs as before", () => {
  const limit = { text: "p99", ns: null, quantile: 0.99 };
  assert.equal(
    resumeCommand("x.csv", { ...FLAGS, "on-slow": limit, "stop-on-slow": true }),
    "probe run --resume --out x.csv --on-slow p99 --stop-on-slow",
  );
});

Deno.test("what goes on in a VM foresees its host's pulses as before", () => {
  const foreseen = { clock: "host", at: 1_700_000_000_300_000_000n, period: 999_999_998.5 } as const;
  assert.equal(
    resumeCommand("vm.csv", { ...FLAGS, env: "vm", foreseen }),
    "probe run --resume --out vm.csv --env vm --foreseen host:1700000000300000000+999999998.500",
  );
});

Deno.test("nothing goes on with standard output, nor with what the probes cost", () => {
  assert.equal(
    resumeCommand("x.csv", { ...FLAGS, "without-hooks": "ktime_get_raw,read_hpet" }),
    "probe run --resume --out x.csv --without-hooks ktime_get_raw,read_hpet",
  );
  assert.equal(resumeCommand("-", FLAGS), null);
  assert.equal(resumeCommand("x.csv", { ...FLAGS, "measure-overhead": true }), null);
});

/** A file that holds nothing but a protocol, a device and a task. */
async function fileOf(options: Parameters<typeof declare>[0], more: Record<string, unknown> = {}) {
  const { runbook } = declare(options, null, String);
  const sha256 = await runbookSha256(runbook);
  const lines = (await Deno.readTextFile("tests/answers/files/cut_off.csv")).split("\n");
  const meta = JSON.parse(lines[1]!.slice("# meta ".length));
  const { looks: _looks, ...protocol } = runbook;
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  lines[1] = `# meta ${JSON.stringify({ ...meta, runbook: protocol, runbook_sha256: sha256, ...more })}`;
  await Deno.writeTextFile(path, `${lines.slice(0, 3).join("\n")}\n`);
  return { path, sha256 };
}

for (
  const options of [
    {},
    { runs: 60, period_ns: 20_000_000, wake: "pipe,timer", load: "idle,cpu:2", require: "tracepoint" },
    { trigger: "rtc" },
    { target: "comm:cron" },
  ]
) {
  Deno.test(`the protocol of a file is the one it was begun with: ${JSON.stringify(options)}`, async () => {
    const { path, sha256 } = await fileOf(options);
    try {
      const { file, trigger, target } = protocolOfFile(path);
      assert.equal(await runbookSha256(declare({ trigger, target }, file, String).runbook), sha256);
    } finally {
      await Deno.remove(path);
    }
  });
}

Deno.test("the device, the process and the looks are the file's, too", async () => {
  const task = { pid: 77, start_ticks: 5, comm: "w" };
  const { path } = await fileOf({ trigger: "pps:/dev/pps1", target: "pid:77" }, {
    trigger_device: "/dev/pps1",
    task,
    looks: 3,
  });
  try {
    const { file, trigger, target } = protocolOfFile(path);
    assert.deepEqual([trigger, target, file.settings.looks], ["pps:/dev/pps1", "pid:77", 3]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("an interruption has the exit code of its signal, as shells have it", () => {
  assert.deepEqual([129, 130, 143].map((code) => codeOfInterruption(AbortSignal.abort(code))), [
    129,
    130,
    143,
  ]);
  assert.equal(codeOfInterruption(AbortSignal.abort()), 130);
});
