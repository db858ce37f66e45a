import assert from "node:assert/strict";
import { abInEmulatedHost, EmulationLost } from "../../../build/tasks/emulated_host.ts";
import { EXIT } from "../../../analysis/failure.ts";
import type { CommandResult } from "../../../guest/vm/boot.ts";
import { GuestLost } from "../../../guest/qemu/guest_process.ts";

const LIMIT_MS = 1000;
const bytes = (text: string) => new TextEncoder().encode(text);

/** An emulated host in which `probe ab` ends like this, and where each file contains its own path. */
function hostWhere(result: Partial<CommandResult> | GuestLost) {
  const calls: (readonly string[])[] = [];
  return {
    calls,
    run(argv: readonly string[]): Promise<CommandResult> {
      calls.push(argv);
      if (result instanceof GuestLost) return Promise.reject(result);
      return Promise.resolve({ code: 0, stdout: "", stderr: "", ...result });
    },
    readFile: (path: string) => Promise.resolve(bytes(path)),
  };
}

const failedWith = (stderr: string) => hostWhere({ code: EXIT.failed, stderr });

Deno.test("abInEmulatedHost() brings the host's file and the VM's", async () => {
  const host = hostWhere({ stdout: "SAME" });
  const { stdout, files } = await abInEmulatedHost(host, ["--runs", "3"], LIMIT_MS);
  assert.equal(stdout, "SAME");
  assert.deepEqual(files, [bytes("/ab/host.csv"), bytes("/ab/vm.csv")]);
  assert.deepEqual(host.calls, [["/bin/probe", "ab", "--runs", "3", "--out-dir", "/ab"]]);
});

Deno.test("abInEmulatedHost() takes a VM that died or hangs for the emulation's doing", async () => {
  for (
    const found of [
      "the guest ended",
      "the guest ended, QEMU by SIGSEGV",
      "the guest did not answer within 660 s",
      "the transfer from the guest broke: a file arrived with changed bytes",
    ]
  ) {
    const host = failedWith(`32 of 32 runs\nprobe: /bin/probe run in the guest: ${found}; see the console\n`);
    await assert.rejects(abInEmulatedHost(host, [], LIMIT_MS), EmulationLost, found);
  }
});

Deno.test("abInEmulatedHost() hands on what probe itself does wrong, and a panic", async () => {
  for (
    const said of [
      "probe: probe run in the VM ended with exit code 1: the guest is no reason\n",
      "probe: /bin/probe run in the guest: the guest's kernel panicked (Fatal exception); on its console: \n",
    ]
  ) {
    const { code, stderr, files } = await abInEmulatedHost(failedWith(said), [], LIMIT_MS);
    assert.deepEqual([code, stderr, files], [EXIT.failed, said, []]);
  }
});

Deno.test("abInEmulatedHost() says in a line how the emulated host was lost", async () => {
  const message = "/bin/probe ab: the guest did not answer within 300 s";
  const host = hostWhere(new GuestLost("silent", message, ["a", "b"]));
  await assert.rejects(abInEmulatedHost(host, [], LIMIT_MS), new EmulationLost(message));
});
