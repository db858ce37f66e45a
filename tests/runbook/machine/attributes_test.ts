import assert from "node:assert/strict";
import { metaAttributes, readSchedExt, readTaskAttributes } from "../../../runbook/machine/attributes.ts";

/** A task's stat with these values of its fields 19, 40 and 41. */
function stat(nice: number, priority: number, policy: number): string {
  const fields = ["7", "(a) (b c)", "S", ...Array(49).fill("0")];
  fields[18] = `${nice}`;
  fields[39] = `${priority}`;
  fields[40] = `${policy}`;
  return `${fields.join(" ")}\n`;
}

const ONLINE = "/sys/devices/system/cpu/online";

const of = (files: Readonly<Record<string, string>>) => (path: string) => files[path] ?? null;

Deno.test("a task's attributes are those that /proc tells, its CPUs those that are online", () => {
  const files = {
    "/proc/7/stat": stat(-5, 0, 3),
    "/proc/7/timerslack_ns": "50000\n",
    "/proc/7/status": "Name:\tx\nCpus_allowed_list:\t1-127\n",
    [ONLINE]: "0-3\n",
  };
  assert.deepEqual(readTaskAttributes(of(files), "7"), {
    policy: "batch",
    priority: 0,
    nice: -5,
    slackNs: 50_000,
    cpus: [1, 2, 3],
  });
});

Deno.test("a real-time policy has no slack, whatever the kernel keeps of it", () => {
  const files = { "/proc/7/stat": stat(0, 50, 1), "/proc/7/timerslack_ns": "50000\n" };
  const found = readTaskAttributes(of(files), "7");
  assert.deepEqual([found?.policy, found?.priority, found?.slackNs, found?.cpus], ["fifo", 50, 0, null]);
});

Deno.test("what cannot be read is not known, and a task that has ended has nothing", () => {
  const { slackNs, policy } = readTaskAttributes(of({ "/proc/7/stat": stat(0, 0, 9) }), "7")!;
  assert.deepEqual([slackNs, policy], [null, "9"]);
  assert.equal(readTaskAttributes(of({}), "7"), null);
});

const EXT = "/sys/kernel/sched_ext";

Deno.test("a sched_ext scheduler is told by its name; a kernel that knows none has none", () => {
  const ext = (files: Readonly<Record<string, string>>) =>
    readSchedExt({ read: of(files), exists: (path) => path in files });
  assert.equal(ext({ [`${EXT}/state`]: "enabled\n", [`${EXT}/root/ops`]: "lavd\n" }), "lavd");
  assert.equal(ext({ [`${EXT}/state`]: "enabling\n" }), "enabling");
  assert.equal(ext({ [`${EXT}/state`]: "disabled\n" }), "none");
  assert.equal(ext({ "/sys/kernel": "" }), "none");
  assert.equal(ext({ "/sys/kernel": "", [EXT]: "" }), null);
  assert.equal(ext({}), null);
});

Deno.test("the meta line has what is known, and leaves out the rest", () => {
  const own = { policy: "other", priority: 0, nice: 0, slackNs: 1, cpus: [0, 1] };
  const files = {
    "/proc/self/cgroup": "0::/x\n",
    "/proc/self/mountinfo": "30 23 0:26 / /cg rw - cgroup2 cgroup2 rw\n",
    "/cg/x/cpu.max": "max 100000\n",
    "/cg/x/cpu.weight": "100\n",
    "/cg/x/cpuset.cpus.effective": "0-3\n",
    "/sys/kernel": "",
    [ONLINE]: "0-1\n",
    ...Object.fromEntries([0, 1].flatMap((cpu) =>
      ["POLL", "C1", "C6"].flatMap((name, state) => {
        const folder = `/sys/devices/system/cpu/cpu${cpu}/cpuidle/state${state}`;
        const disabled = name === "C6" ? "1\n" : "0\n";
        return [[`${folder}/name`, name], [`${folder}/latency`, "1"], [`${folder}/disable`, disabled]];
      })
    )),
  };
  const machine = {
    read: of(files),
    readBytes: (path: string) => path === "/dev/cpu_dma_latency" ? new Uint8Array([20, 0, 0, 0]) : null,
    exists: (path: string) => path in files,
  };
  assert.deepEqual(metaAttributes(own, "self", machine), {
    policy: "other",
    priority: 0,
    nice: 0,
    timerslack_ns: 1,
    cpus_allowed: "0-1",
    cgroup_cpu_max_us: "max 100000",
    cgroup_cpu_weight: 100,
    cgroup_cpuset_cpus: "0-3",
    sched_ext: "none",
    cpu_dma_latency_us: 20,
    deepest_idle_state: "C1",
  });
  const nothing = { read: () => null, readBytes: () => null, exists: () => false };
  assert.deepEqual(metaAttributes({ ...own, slackNs: null, cpus: null }, "self", nothing), {
    policy: "other",
    priority: 0,
    nice: 0,
  });
});
