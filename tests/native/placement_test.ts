import assert from "node:assert/strict";
import { placeVcpus } from "../../runbook/vcpu/placement.ts";
import { parseCpuList } from "../../runbook/machine/cpu_list.ts";
import { compiled } from "../harness/compiled.ts";

function allowed(task: string): string {
  return /^Cpus_allowed_list:\s*(\S+)$/m.exec(Deno.readTextFileSync(`${task}/status`))![1]!;
}

/** Where the threads that are named as vCPUs may run, in their order. */
function ofVcpus(process: number): string[] {
  const tasks = [...Deno.readDirSync(`/proc/${process}/task`)].map(({ name }) =>
    `/proc/${process}/task/${name}`
  );
  return tasks.map((task) => [Deno.readTextFileSync(`${task}/comm`), task] as const)
    .filter(([comm]) => comm.startsWith("CPU ")).sort().map(([, task]) => allowed(task));
}

Deno.test("a process without threads of vCPUs cannot be placed", async () => {
  await assert.rejects(placeVcpus(Deno.pid, "pinned"), {
    message:
      "cannot place the guest's vCPUs: none of its threads is known to run one; leave vcpus out of the runbook",
  });
});

Deno.test("the threads of vCPUs, and no others, are moved to where their placement says, and back", async () => {
  const program = Deno.makeTempFileSync();
  Deno.writeFileSync(program, await compiled("tests/harness/programs/vcpus.c"));
  Deno.chmodSync(program, 0o755);
  await using child = new Deno.Command(program, { args: ["3"], stdin: "null", stdout: "null" }).spawn();
  // Each names itself.
  while (ofVcpus(child.pid).length < 3) await new Promise((go) => setTimeout(go, 10));
  Deno.removeSync(program);
  const all = allowed("/proc/self");
  const cpus = parseCpuList(all)!;
  assert.deepEqual(ofVcpus(child.pid), [all, all, all]);
  await placeVcpus(child.pid, "pinned");
  assert.deepEqual(ofVcpus(child.pid), [0, 1, 2].map((vcpu) => `${cpus[vcpu % cpus.length]}`));
  assert.equal(allowed(`/proc/${child.pid}`), all);
  await placeVcpus(child.pid, "half");
  const half = cpus.slice(0, Math.max(1, Math.floor(cpus.length / 2)));
  assert.deepEqual(ofVcpus(child.pid).map(parseCpuList), [half, half, half]);
  await placeVcpus(child.pid, "free");
  assert.deepEqual(ofVcpus(child.pid), [all, all, all]);
  child.kill("SIGKILL");
});
