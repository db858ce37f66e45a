import assert from "node:assert/strict";
import { readCpuLimits } from "../../../runbook/machine/cgroup.ts";

const V2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
const V1 = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n" +
  "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n" +
  "34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset\n" +
  "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
const SLICE = "/sys/fs/cgroup/system.slice";
const SERVICE = `${SLICE}/probe.service`;

function limits(files: Readonly<Record<string, string>>, task?: string) {
  return readCpuLimits((path) => files[path] ?? null, task);
}

const here = (mountinfo: string, cgroup: string) => ({
  "/proc/self/mountinfo": mountinfo,
  "/proc/self/cgroup": cgroup,
});

const IN_SERVICE = here(V2, "0::/system.slice/probe.service\n");

Deno.test("of the limits from the group to the root the tightest counts", () => {
  const files = {
    ...IN_SERVICE,
    [`${SERVICE}/cpu.max`]: "max 100000\n",
    [`${SERVICE}/cpu.weight`]: "200\n",
    [`${SERVICE}/cpuset.cpus.effective`]: "0-1\n",
    [`${SLICE}/cpu.max`]: "30000 50000\n",
    [`${SLICE}/cpu.weight`]: "100\n",
    "/sys/fs/cgroup/cpu.max": "50000 100000\n",
  };
  assert.deepEqual(limits(files), {
    max: { quotaUs: 50_000, periodUs: 100_000, group: "/sys/fs/cgroup" },
    weight: 200,
    shares: null,
    cpus: "0-1",
  });
});

Deno.test("no limit is told from one that cannot be read", () => {
  const { max } = limits({ ...IN_SERVICE, [`${SERVICE}/cpu.max`]: "max 100000\n" });
  assert.deepEqual([max?.quotaUs, max?.periodUs], [Infinity, 100_000]);
  assert.deepEqual(limits(IN_SERVICE), { max: null, weight: null, shares: null, cpus: null });
  assert.deepEqual(limits({}), { max: null, weight: null, shares: null, cpus: null });
});

Deno.test("a group without the controller has what the nearest one above has", () => {
  const files = {
    ...IN_SERVICE,
    [`${SLICE}/cpu.weight`]: "100\n",
    "/sys/fs/cgroup/cpuset.cpus.effective": "0-7\n",
  };
  assert.deepEqual(limits(files), { max: null, weight: 100, shares: null, cpus: "0-7" });
});

Deno.test("v1 is read where it has the controller, also beside v2", () => {
  const groups = "4:cpuset:/\n3:cpu,cpuacct:/docker/abc\n1:name=systemd:/x\n0::/x\n";
  const group = "/sys/fs/cgroup/cpu,cpuacct/docker/abc";
  const files = {
    ...here(V1, groups),
    [`${group}/cpu.cfs_quota_us`]: "25000\n",
    [`${group}/cpu.cfs_period_us`]: "50000\n",
    [`${group}/cpu.shares`]: "512\n",
    "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
    "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    "/sys/fs/cgroup/cpuset/cpuset.effective_cpus": "0-3\n",
  };
  assert.deepEqual(limits(files), {
    max: { quotaUs: 25_000, periodUs: 50_000, group },
    weight: null,
    shares: 512,
    cpus: "0-3",
  });
});

Deno.test("in a container the group is where its part of the hierarchy is mounted", () => {
  const bound = V2.replace("0:26 / ", "0:26 /docker/abc ");
  const files = { [`/sys/fs/cgroup/cpu.max`]: "50000 100000\n" };
  assert.equal(limits({ ...here(bound, "0::/docker/abc\n"), ...files }).max?.quotaUs, 50_000);
  const below = { "/sys/fs/cgroup/inner/cpu.max": "20000 100000\n" };
  assert.equal(limits({ ...here(bound, "0::/docker/abc/inner\n"), ...files, ...below }).max?.quotaUs, 20_000);
  // Outside the mounted part: the limit of another group would be read.
  assert.equal(limits({ ...here(bound, "0::/docker/abcdef\n"), ...files }).max, null);
  assert.equal(limits({ ...here(V2, "0::/../other\n"), ...files }).max, null);
});

Deno.test("another task's group is its own", () => {
  const files = {
    ...IN_SERVICE,
    "/proc/7/cgroup": "0::/system.slice\n",
    [`${SERVICE}/cpu.max`]: "1000 100000\n",
    [`${SLICE}/cpu.max`]: "2000 100000\n",
  };
  assert.equal(limits(files, "7").max?.quotaUs, 2000);
});
