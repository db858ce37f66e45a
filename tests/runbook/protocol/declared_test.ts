import assert from "node:assert/strict";
import { declare, type ProtocolOptions } from "../../../runbook/protocol/declared.ts";
import { declareRunbook } from "../../../runbook/protocol/runbook.ts";
import type { RunbookField } from "../../../runbook/protocol/settings.ts";
import { parseRunbook } from "../../../runbook/protocol/runbook_file.ts";

const optionOf = (field: RunbookField) => `--${field}`;

function declared(options: ProtocolOptions, toml?: string) {
  return declare(options, toml === undefined ? null : parseRunbook("lab.toml", toml), optionOf);
}

Deno.test("without file and options the defaults are declared, and nothing is overridden", () => {
  const options = { runs: undefined, wake: undefined, target: undefined };
  assert.deepEqual(declared(options), {
    runbook: declareRunbook({}),
    target: { kind: "self" },
    trigger: { name: "timer", device: null },
    overrides: [],
  });
});

Deno.test("an option lies over the file, the file over the defaults; what differs from the file is named", () => {
  const { runbook, overrides } = declared(
    { runs: 5, period_ns: 2_000_000 },
    'runs = 4\nperiod = "2ms"\nalpha = 0.1',
  );
  assert.deepEqual(runbook, declareRunbook({ runs: 5, period_ns: 2_000_000, alpha: 0.1 }));
  assert.deepEqual(overrides, ["runs"]);
});

Deno.test("without a file the options lie over the defaults", () => {
  assert.deepEqual(declared({ runs: 30, period_ns: 5_000_000 }).overrides, ["period_ns"]);
});

Deno.test("another target changes the wake too, unless the file declares one", () => {
  const { runbook, target, overrides } = declared({ target: "pid:7" }, "runs = 4");
  assert.deepEqual([runbook.target, runbook.wake, target], ["pid", "own", { kind: "pid", pid: 7 }]);
  assert.deepEqual(overrides, ["wake", "target"]);
  assert.throws(() => declared({ target: "pid:7" }, '\nwakes = ["pipe"]'), {
    message:
      "lab.toml line 2: wakes: pipe cannot wake a task that is not the built-in target; leave it out: such a " +
      "task is followed when something wakes it",
  });
});

Deno.test("another trigger changes the wake too; which device it is, is not part of the protocol", () => {
  const { runbook, trigger, overrides } = declared({ trigger: "pps:/dev/pps1" });
  assert.deepEqual([runbook.trigger, runbook.wake], ["pps", "pps"]);
  assert.deepEqual(trigger, { name: "pps", device: "/dev/pps1" });
  assert.deepEqual(overrides, ["trigger", "wake"]);
  assert.deepEqual(runbook, declared({}, 'trigger = "pps"').runbook);
  assert.deepEqual(declared({}, 'trigger = "rtc"').trigger, { name: "rtc", device: null });
});

Deno.test("a file may name a target by its name, but no process", () => {
  assert.deepEqual(declared({}, 'target = "comm:sh"').target, { kind: "comm", comm: "sh" });
  assert.throws(() => declared({}, 'target = "pid"'), {
    exitCode: 2,
    message: "lab.toml line 1: target: pid leaves open which process it is; give --target pid:NUMBER too",
  });
  const { target, overrides } = declared({ target: "pid:8" }, 'target = "pid"');
  assert.deepEqual([target, overrides], [{ kind: "pid", pid: 8 }, []]);
});

Deno.test("a wrong value is named as it was given: by its option, or by its line", () => {
  assert.throws(() => declared({ runs: 0 }, "runs = 3"), /^Failure: --runs: 0 is not/);
  assert.throws(() => declared({ runs: 3 }, "runs = 0"), /^Failure: lab\.toml line 1: runs: 0 is not/);
  assert.throws(
    () => declared({ runs: 3 }, "blocks = 4"),
    /^Failure: lab\.toml line 1: blocks: 4 blocks of 3 runs/,
  );
});

Deno.test("an option may make possible what the file alone is not, with the defaults", () => {
  const toml = "blocks = 40";
  assert.throws(() => declared({}, toml), /blocks: 40 blocks of 30 runs/);
  assert.equal(declared({ runs: 40 }, toml).runbook.blocks, 40);
});
