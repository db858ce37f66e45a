/** The GitHub Action and the example workflow: as the linter has it, and the action's script as bash runs it. */

import { validateAction, validateWorkflow } from "@action-validator/core";
import assert from "node:assert/strict";
import { parsePolicy } from "../../analysis/gate/policy.ts";
import { VERDICTS } from "../../analysis/compare/verdict.ts";
import { EXIT } from "../../analysis/failure.ts";
import { capture } from "../../build/process/command.ts";
import { GatePlace } from "../commands/gate/gate_place.ts";

const ACTION = Deno.readTextFileSync("action.yml");
const WORKFLOW = Deno.readTextFileSync("docs/ci/gate.yml");

function errorsOf({ errors }: { readonly errors: readonly unknown[] }): readonly unknown[] {
  return errors;
}

Deno.test("the action and the example workflow are as GitHub's schemas have them", () => {
  assert.deepEqual(errorsOf(validateAction(ACTION)), []);
  assert.deepEqual(errorsOf(validateWorkflow(WORKFLOW)), []);
});

Deno.test("the linter finds what is wrong", () => {
  assert.notDeepEqual(errorsOf(validateAction(ACTION.replace("shell: bash", "shel: bash"))), []);
  assert.notDeepEqual(errorsOf(validateAction(ACTION.replace("using: composite", "using: bash"))), []);
  assert.notDeepEqual(errorsOf(validateWorkflow(WORKFLOW.replace("runs-on:", "run-on:"))), []);
});

Deno.test("each input and output that the action and the workflow name is declared", () => {
  const [inputs, outputs] = [/^inputs:\n(.*?)^outputs:\n(.*?)^runs:/ms.exec(ACTION)!.slice(1)].flat()
    .map((text) => [...text!.matchAll(/^ {2}([\w-]+):/gm)].map(([, name]) => name!));
  const used = (text: string, what: string) =>
    [...text.matchAll(new RegExp(`\\$\\{\\{[^}]*?${what}\\.([\\w-]+)`, "g"))].map(([, name]) => name!);
  assert.deepEqual(used(ACTION, "inputs").sort(), inputs!.toSorted());
  const written = [...ACTION.matchAll(/echo "([\w-]+)=/g)].map(([, name]) => name!);
  assert.deepEqual(used(ACTION, "steps.gate.outputs"), outputs);
  assert.deepEqual(written.toSorted(), outputs!.toSorted());
  for (const name of used(WORKFLOW, "steps.gate.outputs")) assert.ok(outputs!.includes(name), name);
  const given = /with:\n((?: {10}.*\n)+)/.exec(WORKFLOW)![1]!;
  for (const [, name] of given.matchAll(/^ +([\w-]+):/gm)) assert.ok(inputs!.includes(name!), name);
});

Deno.test("the example policy is one, with every key and every verdict", () => {
  const text = Deno.readTextFileSync("docs/ci/policy.toml");
  const { questions, commentOnly } = parsePolicy("policy.toml", text);
  assert.deepEqual([questions.length, commentOnly], [5, true]);
  for (const verdict of VERDICTS) assert.match(text, new RegExp(`^${verdict} = "`, "m"));
  const keys = [...text.matchAll(/^\[?(\w+)(?: = |\])/gm)].map(([, key]) => key!);
  const described = [...Deno.readTextFileSync("docs/gate.md").matchAll(/^\| `(\w+)`/gm)].map(([, key]) =>
    key!
  );
  for (const key of described.filter((key) => key !== "alpha")) assert.ok(keys.includes(key), key);
  assert.ok(described.length > 8);
});

/** The script of the action's only step. */
function script(): string {
  return /run: \|\n(.*)$/s.exec(ACTION)![1]!.replaceAll(/^ {8}/gm, "");
}

/** Runs it as a runner does: `bash --noprofile --norc -eo pipefail`. */
async function runAction(place: GatePlace, files: string, out = "gate") {
  const probe = place.write(
    "probe",
    `#!/bin/sh\nexec "${Deno.execPath()}" run -A --quiet --no-check --config "${Deno.cwd()}/deno.json" ` +
      `"${Deno.cwd()}/main.ts" "$@"\n`,
  );
  Deno.chmodSync(probe, 0o755);
  place.write("outputs", "");
  place.write("summary", "");
  const { code, stdout, stderr } = await capture(
    ["bash", "--noprofile", "--norc", "-eo", "pipefail", place.write("step.sh", script())],
    {
      cwd: place.folder,
      env: {
        POLICY: "policy.toml",
        BASELINE: "baseline.csv",
        NEW: files,
        OUT: out,
        PROBE: "./probe",
        GITHUB_OUTPUT: `${place.folder}/outputs`,
        GITHUB_STEP_SUMMARY: `${place.folder}/summary`,
      },
    },
  );
  return { code, said: `${stdout}${stderr}`, outputs: place.read("outputs"), summary: place.read("summary") };
}

Deno.test("the action ends as the gate does, and hands on outcome, files and summary", async () => {
  using place = new GatePlace();
  const pass = await runAction(place, "passes.csv\n");
  assert.equal(pass.code, EXIT.done, pass.said);
  assert.equal(
    pass.outputs,
    "outcome=PASS\nsecond-series=false\nresult=gate/gate_result.json\ncomment=gate/gate_comment.md\n",
  );
  assert.equal(pass.summary, place.read("gate/gate_comment.md"));
  const fail = await runAction(place, "passes.csv\n\nfails.csv", "my gate");
  assert.equal(fail.code, EXIT.gate, fail.said);
  assert.match(fail.outputs, /^outcome=FAIL\n/);
  assert.match(fail.summary, /^## probe gate: FAIL\n/);
});

Deno.test("the action says when a second series is asked for, and hands nothing on after an error", async () => {
  using place = new GatePlace();
  place.write("policy.toml", 'version = 1\nzone = "0 %"\nflaky_runs = 3\n[questions]\noffset = "9150ns"\n');
  place.series("flaky.csv", 5_004_000, "2026-01-09T00:00:00Z");
  const { code, outputs, said } = await runAction(place, "flaky.csv");
  assert.equal(code, EXIT.done, said);
  assert.match(outputs, /^outcome=WARN\nsecond-series=true\n/);
  const none = await runAction(place, "$(touch hacked).csv");
  assert.deepEqual([none.code, none.outputs, none.summary], [EXIT.failed, "", ""]);
  assert.throws(() => place.read("hacked"), Deno.errors.NotFound);
});
