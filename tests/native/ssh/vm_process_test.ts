import assert from "node:assert/strict";
import { compiled } from "../../harness/compiled.ts";
import { assertSoundHere } from "../../harness/measurement.ts";
import { Place, VM } from "./ssh_place.ts";

Deno.test("--vm names the VM's process here: what cannot be told of it leaves the rows as they are, and says why", async () => {
  using place = await Place.make();
  Deno.writeTextFileSync(`${place.folder}/turns.toml`, 'runs = 6\nblocks = 2\nperiod = "50ms"\n');
  const program = `${place.folder}/vcpus`;
  Deno.writeFileSync(program, await compiled("tests/harness/programs/vcpus.c"));
  Deno.chmodSync(program, 0o755);
  const { code, stderr } = await place.ab(
    ["--ssh", VM, "--runbook", "turns.toml"],
    `"$folder/vcpus" 2 </dev/null >/dev/null & vcpus=$!
"$@" --vm pid:$vcpus; code=$?
kill $vcpus
exit $code`,
  );
  assert.equal(code, 0, stderr);
  const vm = place.read("vm.csv");
  assertSoundHere(vm, 6);
  assert.deepEqual(vm.resumptions, [4]);
  const [reason = "", ...others] = vm.meta.host_part?.reasons ?? [];
  // Threads without a VM: whatever this machine says of its counter and of debugfs, there is no VM in it.
  assert.match(reason, /\/sys\/kernel\/debug\/kvm|is not steady/);
  assert.deepEqual(others, []);
  const told = stderr.split("\n").filter((line) => line.includes("the host's part of"));
  assert.deepEqual(told, [`notice: the host's part of 3 rows of the VM is empty: ${reason}`]);
  for (const row of vm.rows) assert.deepEqual([row.vcpu, row.host_ttwu_ns, row.preempted_ns], ["", "", ""]);
  const attached = vm.meta.host_part?.hooks.filter((hook) => hook.attached).map(({ hook }) => hook) ?? [];
  assert.ok(attached.includes("sched_waking") && attached.includes("sched_switch"), JSON.stringify(attached));
  assert.equal(place.read("host.csv").meta.host_part, undefined);
});

Deno.test("--vm of a process that runs no vCPU is refused before anything is copied or measured", async () => {
  using place = await Place.make();
  const { code, stderr } = await place.ab(["--ssh", VM, "--runs", "6", "--vm", `pid:${Deno.pid}`]);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /^probe: no thread of process \d+ is known to run a vCPU; name them .*$/m);
  assert.throws(() => Deno.statSync(`${place.folder}/out`), Deno.errors.NotFound);
  assert.deepEqual(place.left(), []);
});
