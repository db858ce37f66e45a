import assert from "node:assert/strict";
import { EXIT } from "../../analysis/failure.ts";
import { capture } from "../../build/process/command.ts";

/** The program on a machine of another architecture, as far as Deno reports it. */
function onOtherMachine(args: readonly string[]) {
  const code = `
    Object.defineProperty(Deno, "build", { value: { ...Deno.build, arch: "riscv64" } });
    const { main } = await import("./main.ts");
    const say = (text) => Deno.stderr.writeSync(new TextEncoder().encode(text));
    Deno.exitCode = await main(${JSON.stringify(args)}, { stdout: say, stderr: say });`;
  return capture([Deno.execPath(), "eval", "--no-check", code]);
}

for (
  const args of [
    ["doctor"],
    ["run", "--runs", "1", "--env", "host", "--out", "/dev/null"],
    ["ab", "--runs", "1"],
  ]
) {
  Deno.test(`probe ${args[0]} says in one line that it does not know the machine's architecture`, async () => {
    const { code, stderr } = await onOtherMachine(args);
    assert.match(
      stderr,
      /^probe: this machine is riscv64, and probe measures on x86_64.* only; measure on .*\n$/,
    );
    assert.equal(code, EXIT.cannotMeasure);
  });
}

Deno.test("probe compare and show know no architecture", async () => {
  const files = ["tests/answers/files/host.csv", "tests/answers/files/vm.csv"];
  for (const args of [["compare", ...files], ["show", files[0]!]]) {
    const { code, stderr } = await onOtherMachine(args);
    assert.equal(code, EXIT.done, stderr);
  }
});
