import assert from "node:assert/strict";
import { type Attributes, attributeTexts } from "../../../analysis/result/attributes.ts";
import { fileText, read, rowOf } from "./result_fixture.ts";

function textsOf(attributes: Attributes, cpus: number): Record<string, string | null> {
  return Object.fromEntries(attributeTexts({ attributes, cpus }).map(({ name, text }) => [name, text]));
}

const BARE = { policy: "other", priority: 0, nice: 0 };

Deno.test("attributes are shown with their units", () => {
  const all: Attributes = {
    policy: "fifo",
    priority: 50,
    nice: -5,
    timerslack_ns: 50_000,
    cpus_allowed: "0-3,8",
    cgroup_cpu_max_us: "50000 100000",
    cgroup_cpu_weight: 100,
    cgroup_cpu_shares: 512,
    cgroup_cpuset_cpus: "0-15",
    sched_ext: "lavd",
    cpu_dma_latency_us: 20,
    deepest_idle_state: "C6",
  };
  assert.deepEqual(textsOf(all, 16), {
    policy: "fifo",
    priority: "50",
    nice: "-5",
    timerslack_ns: "50000 ns",
    cpus_allowed: "0-3,8",
    cgroup_cpu_max_us: "50000 of 100000 us",
    cgroup_cpu_weight: "100",
    cgroup_cpu_shares: "512",
    cgroup_cpuset_cpus: "all",
    sched_ext: "lavd",
    cpu_dma_latency_us: "20 us",
    deepest_idle_state: "C6",
  });
});

Deno.test("what is not in the file is not known, also where it says nothing of attributes", () => {
  assert.equal(textsOf(BARE, 2).sched_ext, null);
  assert.ok(attributeTexts({ cpus: 2 }).every(({ text }) => text === null));
});

Deno.test("a target that may run everywhere does so on machines of any size", () => {
  assert.equal(textsOf({ ...BARE, cpus_allowed: "0-1" }, 2).cpus_allowed, "all");
  assert.equal(textsOf({ ...BARE, cpus_allowed: "0,2-4" }, 4).cpus_allowed, "all");
  assert.equal(textsOf({ ...BARE, cpus_allowed: "0-1" }, 4).cpus_allowed, "0-1");
});

Deno.test("a cgroup without a limit has none, whatever its period", () => {
  assert.equal(textsOf({ ...BARE, cgroup_cpu_max_us: "max 100000" }, 2).cgroup_cpu_max_us, "no limit");
  assert.equal(textsOf({ ...BARE, cpu_dma_latency_us: 2_000_000_000 }, 2).cpu_dma_latency_us, "no limit");
});

/** A file from elsewhere: what is shown of it must still make sense. */
const REFUSED = [
  ['{"policy":"other","priority":0}', /field attributes field nice is missing/],
  ['{"policy":"other","priority":0.5,"nice":0}', /field attributes field priority must be an integer/],
  [
    '{"policy":"other","priority":0,"nice":0,"cpus_allowed":"0-"}',
    /field cpus_allowed must be a list of CPUs/,
  ],
  [
    '{"policy":"other","priority":0,"nice":0,"cgroup_cpu_max_us":"max"}',
    /field cgroup_cpu_max_us must be a limit such as max 100000/,
  ],
] as const;

for (const [attributes, reason] of REFUSED) {
  Deno.test(`attributes ${attributes} are refused with the field and what it must be`, () => {
    const text = fileText([rowOf(1)]).replace("# meta {", `# meta {"attributes":${attributes},`);
    assert.throws(() => read(text), reason);
  });
}
