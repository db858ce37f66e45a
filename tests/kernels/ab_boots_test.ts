import assert from "node:assert/strict";
import { parseCpuList } from "../../runbook/machine/cpu_list.ts";
import { children, Place, result } from "./ab_place.ts";
import { assertSound, assertSoundHere } from "../harness/measurement.ts";

/** Where the vCPU threads of a QEMU may run, in their order; empty where it has none yet, or is gone. */
function affinities(qemu: number): string[] {
  try {
    const tasks = [...Deno.readDirSync(`/proc/${qemu}/task`)].map(({ name }) => `/proc/${qemu}/task/${name}`);
    return tasks.map((task) => [Deno.readTextFileSync(`${task}/comm`), task] as const)
      .filter(([comm]) => /^CPU \d+\//.test(comm)).sort()
      .map(([, task]) =>
        /^Cpus_allowed_list:\s*(\S+)$/m.exec(Deno.readTextFileSync(`${task}/status`))?.[1] ?? ""
      );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

Deno.test("probe ab boots its guest as often as declared, with the host's turns between, and places its vCPUs", async () => {
  const cpus = /^Cpus_allowed_list:\s*(\S+)$/m.exec(Deno.readTextFileSync("/proc/self/status"))![1]!;
  const [first, second] = parseCpuList(cpus) ?? [];
  // On a single CPU that is refused, see tests/runbook/vcpu/placement_test.ts.
  if (second === undefined) return;
  using place = await Place.make();
  const runbook = `${place.folder}/boots.toml`;
  Deno.writeTextFileSync(runbook, 'runs = 4\nboots = 2\nvcpus = ["free", "pinned"]\n');
  const probe = place.ab("--kernel", place.kernel, "--runbook", runbook);
  const seen = new Set<string>();
  const watch = setInterval(() => {
    const qemu = children(probe.pid).find(([, commandLine]) => commandLine.includes("-initrd"))?.[0];
    if (qemu !== undefined) seen.add(affinities(qemu).join(" "));
  }, 100);
  const { code, stdout, stderr } = await result(probe).finally(() => clearInterval(watch));
  assert.equal(code, 0, stderr);
  assert.ok(seen.has(`${cpus} ${cpus}`) && seen.has(`${first} ${second}`), [...seen].join("; "));
  const [a, b] = [place.read("host.csv"), place.read("vm.csv")];
  assertSoundHere(a, 4);
  assertSound(b, 4);
  assert.deepEqual([a.resumptions, b.resumptions], [[3], [2, 3, 4]]);
  assert.deepEqual(b.rows.map(({ boot }) => boot), ["1", "1", "2", "2"]);
  for (const boot of ["1", "2"]) {
    const placements = b.rows.filter((row) => row.boot === boot).map(({ placement }) => placement);
    assert.deepEqual(placements.sort(), ["free", "pinned"]);
  }
  for (const row of a.rows) assert.deepEqual([row.placement, row.boot], ["", ""]);
  assert.deepEqual([b.meta.boot, b.meta.runbook.boots, b.meta.runbook.vcpus], [1, 2, "free,pinned"]);
  assert.equal(b.meta.runbook_sha256, a.meta.runbook_sha256);
  const bootIds = Deno.readTextFileSync(`${place.out}/vm.csv`).matchAll(/^# resumed .*"boot_id":"([^"]+)"/gm);
  assert.equal(new Set([b.meta.boot_id, ...bootIds.map(([, id]) => id)]).size, 2);
  assert.doesNotMatch(stdout, /CONFOUNDED/);
  assert.match(stderr, /^the guest is up$[^]*^the guest is up, boot 2$/m);
  assert.deepEqual([...Deno.readDirSync(place.temporary)], []);
});
