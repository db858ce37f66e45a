import assert from "node:assert/strict";
import { patternsOf } from "../../../analysis/report/plots/part_bars.ts";
import { rowOf } from "../result/result_fixture.ts";
import { readable, type Series, seriesPage } from "./report_fixture.ts";

const NONE = {
  part_pi_lock_ns: null,
  part_rq_lock_ns: null,
  part_waker_ns: null,
  part_wakelist_ns: null,
  part_idle_ns: null,
  part_tasks_ns: null,
  part_interrupts_ns: null,
  part_steal_ns: null,
  part_target_ns: null,
  part_probes_ns: null,
  part_unexplained_ns: null,
  part_edge_slack_ns: null,
  part_edge_timer_ns: null,
  part_edge_waker_ns: null,
  part_edge_unexplained_ns: null,
} as const;

/** Run n takes (40 - n % 40) us from its wakeup, of which 5 us are the target's own and the rest another task's. */
function divided(env: string, rows: number, more = 0): Series {
  const ttwu = 1_111_000_000;
  return {
    rows,
    seed: 1,
    env,
    overRow: (run) => {
      const ns = (40 - run % 40) * 1000 + 5000 + more;
      return rowOf(run, { ttwu, wakeup: ttwu, switched: ttwu, tkread: ttwu + ns }, {
        ...NONE,
        ttwu_stack: null,
        part_target_ns: 5000,
        part_tasks_ns: ns - 5000,
        part_unexplained_ns: 0,
        part_edge_waker_ns: ttwu,
        part_edge_unexplained_ns: 0,
        cause: ns > 10_000 ? "tasks" : "target",
        order: "wakeup<switch<tkread",
        events_lost: 0,
      });
    },
  };
}

const bars = (page: string, title: string) => {
  const from = page.indexOf(`<title>${title}</title>`);
  assert.ok(from > 0, title);
  return page.slice(from, page.indexOf("</figure>", from));
};

Deno.test("the slowest runs are stacked bars, the slowest first, each part with its run, time and name", () => {
  const page = seriesPage([divided("host", 80)]);
  const drawn = bars(page, "ttwu_to_tkread: slowest runs");
  const labels = [...drawn.matchAll(/<text class="y"[^>]*>([^<]*)/g)].map(([, label]) => label);
  assert.equal(labels.length, 30);
  assert.deepEqual(labels.slice(0, 5), ["40", "80", "1", "41", "2"]);
  const titles = [...drawn.matchAll(/<g><title>([^<]*)/g)].map(([, title]) => title);
  assert.deepEqual(titles.slice(0, 2), [
    "run 40, 45.00 µs: 40.00 µs other tasks",
    "run 40, 45.00 µs: 5.000 µs the target&#39;s own way",
  ]);
  const legend = [...drawn.matchAll(/<\/svg> ([^<]*)<\/li>/g)].map(([, name]) => name);
  assert.deepEqual(legend, ["other tasks", "the target&#39;s own way", "unexplained"]);
  assert.doesNotMatch(page, /<script/);
});

Deno.test("bars of one run are as long as its time, part by part", () => {
  const drawn = bars(seriesPage([divided("host", 40)]), "ttwu_to_tkread: slowest runs");
  const widths = [...drawn.matchAll(/class="part bar[^>]* width="([\d.]+)%"/g)].map(([, width]) =>
    Number(width)
  );
  const [tasks, target] = widths as [number, number];
  assert.ok(Math.abs(tasks / target - 8) < 0.05, `${tasks} ${target}`);
});

Deno.test("two sides share their patterns and the axis of their runs, and the means stand beside each other", () => {
  const page = seriesPage([divided("host", 40), divided("vm", 50, 90_000)]);
  const ticks = (drawn: string) =>
    [...drawn.matchAll(/class="(?:start|middle|end)">([^<]*)/g)].map(([, label]) => label);
  const [a, b] = ["A", "B"].map((letter) => bars(page, `ttwu_to_tkread: slowest runs of ${letter}`));
  assert.deepEqual(ticks(a!), ticks(b!));
  const means = bars(page, "ttwu_to_tkread: means");
  assert.match(means, /mean of A, 25\.50 µs: 20\.50 µs other tasks/);
  assert.match(means, /mean of B, 11[\d.]+ µs: 5\.000 µs the target/);
  assert.match(
    readable(page),
    /ttwu_to_tkread, of \+9\d\.\d+ us \(means\) \[[^\]]*\]: \+9\d\.\d+ other tasks/,
  );
});

Deno.test("a file of an older program has no section about parts", () => {
  const older = { ...NONE, cause: null, order: null, events_lost: null };
  assert.doesNotMatch(
    seriesPage([{ rows: 30, seed: 1, env: "host", over: older }]),
    /What the time went into/,
  );
});

Deno.test("with more parts than patterns the least share one, but never what is unexplained", () => {
  const names = ["a", "b", "c", "d", "e", "f", "unexplained", "none"];
  const bar = { label: "1", says: "run 1", parts: [5, 1, 9, 2, 8, 7, 0, 0] };
  assert.deepEqual(patternsOf(names, [6], [bar]).map(({ name, of }) => [name, of]), [
    ["a", [0]],
    ["c", [2]],
    ["e", [4]],
    ["f", [5]],
    ["unexplained", [6]],
    ["2 others", [1, 3]],
  ]);
});

/** The same of a VM whose host has taken 10 us of each run, and its hypervisor 5 us. */
function followed(env: string, rows: number): Series {
  const whole = divided(env, rows);
  return {
    ...whole,
    overRow: (run) => ({
      ...whole.overRow!(run),
      vcpu: 0,
      out_of_guest_ns: 15_000,
      off_cpu_ns: 10_000,
      clock_map_uncertainty_ns: 100,
      kvm_exits: 3,
      kvm_exit_reason: "hlt",
      preempted_by: run === 7 ? "hog/9" : null,
      preempted_ns: run === 7 ? 9000 : 0,
    }),
  };
}

Deno.test("a VM's offset is drawn by host, hypervisor and guest, and what its host saw has a section", () => {
  const both = seriesPage([divided("host", 40), followed("vm", 40)]);
  const means = bars(both, "offset by machine: means");
  assert.match(means, /mean of A, [^:]*: 1\.111 s guest/);
  assert.match(means, /mean of B, [^:]*: 10\.00 µs host/);
  assert.match(means, /mean of B, [^:]*: 5\.000 µs hypervisor/);
  const legend = [...means.matchAll(/<\/svg> ([^<]*)<\/li>/g)].map(([, name]) => name);
  assert.deepEqual(legend, ["host", "hypervisor", "guest"]);
  for (const page of [both, seriesPage([followed("vm", 40)])]) {
    const words = readable(page);
    assert.match(words, /Through the hypervisor/);
    assert.match(words, /40 of 40 placed on the VM's clock/);
    assert.match(words, /preempted by hog\/9/);
    assert.match(page, /<title>offset by machine: slowest runs/);
  }
  const none = seriesPage([divided("host", 40), divided("vm", 40)]);
  assert.doesNotMatch(none, /offset by machine|Through the hypervisor/);
});
