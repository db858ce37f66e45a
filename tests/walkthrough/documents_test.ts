/** README.md and docs/, literally: runs each of their commands, in the order of the documents. */

import assert from "node:assert/strict";
import { readResultFile } from "../../analysis/result/file.ts";
import { VERDICTS } from "../../analysis/compare/verdict.ts";
import { capture, type CommandOutput } from "../../build/process/command.ts";
import { commands, excerpt, labels, USER_DOCUMENTS } from "../docs/document.ts";

const README = Deno.readTextFileSync("README.md");
const USAGE = Deno.readTextFileSync("docs/usage.md");
const NPX = "npx -y deno@2.9.6 task ";

/** Commands that are not run here, and why. */
const NOT_RUN: ReadonlyMap<string, string> = new Map([
  [`${NPX}test`, "it is what runs this test"],
  [`${NPX}lab`, "it takes long; the demo and tests/kernels/lab/nested_test.ts run the same with fewer runs"],
  ["dist/probe ab --runs 30", "tests/kernels/lab/nested_test.ts runs it where the running kernel's image is"],
]);

/** Replace the copy to a VM and the shell in it: the VM is a folder of this machine. */
const SCP = `#!/bin/sh
set -eu
exec cp "$(printf %s "$1" | sed "s|^root@vm:|$VM/|")" "$(printf %s "$2" | sed "s|^root@vm:|$VM/|")"
`;
const SSH = `#!/bin/sh
set -eu
test "$1" = root@vm
shift
cd "$VM"
exec sh -c "$*"
`;

class Place implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "probe-readme-" });
  readonly vm = `${this.folder}/the-vm`;

  constructor() {
    Deno.mkdirSync(this.vm);
    Deno.mkdirSync(`${this.folder}/bin`);
    for (const [name, text] of [["scp", SCP], ["ssh", SSH]] as const) {
      Deno.writeTextFileSync(`${this.folder}/bin/${name}`, text, { mode: 0o755 });
    }
    Deno.symlinkSync(`${Deno.cwd()}/dist`, `${this.folder}/dist`);
  }

  /** Runs a line like a user: tasks in the checkout, the rest where `dist/` is. */
  run(line: string): Promise<CommandOutput> {
    const cwd = line.startsWith(NPX) ? Deno.cwd() : this.folder;
    const env = { VM: this.vm, PATH: `${this.folder}/bin:${Deno.env.get("PATH")}` };
    return capture(["sh", "-euc", line], { cwd, env });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

function rowsOf(path: string): number {
  return readResultFile(path, [Deno.readFileSync(path)]).rows;
}

Deno.test("each command of the documents does what it says, in their order", async (t) => {
  using place = new Place();
  const outputs = new Map<string, string>();
  for (const path of USER_DOCUMENTS) {
    for (const line of commands(Deno.readTextFileSync(path))) {
      if (NOT_RUN.has(line)) continue;
      await t.step(`${path}: ${line}`, async () => {
        const { code, stdout, stderr } = await place.run(line);
        assert.equal(code, 0, `${stdout}\n${stderr}`);
        outputs.set(line, stdout);
      });
    }
  }
  await t.step("the demo leaves both files in dist/demo, 30 runs each", () => {
    for (const name of ["host.csv", "vm.csv"]) assert.equal(rowsOf(`dist/demo/${name}`), 30, name);
  });
  await t.step("the demo shows what of the VM's offset was its host's, the hypervisor's and its own", () => {
    assert.match(
      outputs.get(`${NPX}demo`)!,
      /^offset by machine, of [^]* host\s[^]* hypervisor\s[^]* guest\b/m,
    );
  });
  await t.step("the VM's file and the host's are side by side, 30 runs each", () => {
    for (const name of ["host.csv", "vm.csv"]) assert.equal(rowsOf(`${place.folder}/${name}`), 30, name);
  });
  await t.step("the excerpts have the words that the demo prints", () => {
    const printed = outputs.get(`${NPX}demo`)!;
    for (const name of ["probe run", "probe compare"]) {
      const shown = labels(excerpt(README, name));
      assert.ok(shown.length > 5, name);
      for (const label of shown) {
        const isVerdict = (VERDICTS as readonly string[]).includes(label);
        // Which of the two an answer is, its runs decide.
        const isStability = label === "stable" && printed.includes("  flips ");
        assert.ok(isVerdict || isStability || printed.includes(label), `${label}\n${printed}`);
      }
    }
  });
  await t.step("the excerpt of doctor has the words that it prints", () => {
    const printed = outputs.get("dist/probe doctor")!;
    const shown = labels(excerpt(USAGE, "probe doctor"));
    assert.ok(shown.length > 3);
    for (const label of shown) assert.ok(printed.includes(label), `${label}\n${printed}`);
  });
  await t.step("the comparison as JSON is JSON", () => {
    const { comparisons } = JSON.parse(outputs.get("dist/probe compare --format json host.csv vm.csv")!);
    const verdicts: readonly string[] = VERDICTS;
    assert.ok(Object.keys(comparisons[0].answer).every((verdict) => verdicts.includes(verdict)));
  });
});
