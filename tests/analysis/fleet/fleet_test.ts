import assert from "node:assert/strict";
import { Failure } from "../../../analysis/failure.ts";
import { type Fleet, type FleetAnswer, fleetOf } from "../../../analysis/fleet/fleet.ts";
import { betweenSeries, hostShift } from "../../../analysis/fleet/host_shift.ts";
import { type FleetSeries, fleetSeries, type SeriesLevel } from "../../../analysis/fleet/series.ts";
import { type HostBy, sidesOf } from "../../../analysis/fleet/sides.ts";
import { QUESTIONS } from "../../../analysis/compare/questions.ts";
import type { Meta } from "../../../analysis/result/meta.ts";
import { randomEffects } from "../../../analysis/stats/random_effects.ts";
import { medianVariance } from "../../../analysis/stats/maritz_jarrett.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { fileText, read, rowOf, USUAL } from "../result/result_fixture.ts";

const ENVS = ["host", "vm"] as const;

let seconds = 0;

/** A series whose every question has this level. */
function series(
  host: string,
  env: string,
  median_ns: number,
  { meta = {}, variance = 1e6, n = 100, ...more }: {
    readonly meta?: Partial<Meta>;
    readonly variance?: number;
    readonly n?: number;
    readonly file?: string;
    readonly rows?: number;
    readonly integrityErrors?: number;
  } = {},
): FleetSeries {
  const level: SeriesLevel = { n, median_ns, variance };
  const started = new Date(Date.UTC(2026, 0, 1) + 1000 * seconds++).toISOString();
  return {
    file: `${env}-${host}-${seconds}.csv`,
    meta: { ...generatedMeta(env), host, started, ...meta },
    rows: n,
    complete: n,
    cutOff: false,
    integrityErrors: 0,
    levels: new Map(QUESTIONS.map(({ name }) => [name, level])),
    ...more,
  };
}

function fleet(all: readonly FleetSeries[], hostBy: HostBy = "meta", alpha = 0.05): Fleet {
  return fleetOf(sidesOf(all, ENVS, hostBy), ENVS, { margins: {}, alpha, besides: [] });
}

function offsetOf({ answers }: Fleet): FleetAnswer {
  return answers.find(({ name }) => name === "offset")!;
}

/** One series a side for each shift. */
function hosts(
  shifts: readonly number[],
  metaOf: (host: number) => Partial<Meta> = () => ({}),
): FleetSeries[] {
  return shifts.flatMap((shift, host) => [
    series(`h${host}`, "host", 50_000, { meta: metaOf(host) }),
    series(`h${host}`, "vm", 50_000 + shift, { meta: metaOf(host) }),
  ]);
}

Deno.test("the level of a series is the median, its variance Maritz and Jarrett's", () => {
  const ttwu = [1200, 1000, 1700, 1400, 1100, 1950, 1300];
  const file = read(fileText(ttwu.map((ns, i) => rowOf(i + 1, { ...USUAL, ttwu: ns }))));
  const { levels, rows, complete } = fleetSeries(file, []);
  assert.deepEqual([rows, complete], [7, 7]);
  // From the wakeup's begin to the read, which is 5000 ns after the edge.
  const sorted = Float64Array.from(ttwu, (ns) => 5000 - ns).sort();
  assert.deepEqual(levels.get("ttwu_to_tkread"), { n: 7, median_ns: 3700, variance: medianVariance(sorted) });
  // All equal: known to the ns, not exactly.
  assert.deepEqual(levels.get("offset"), { n: 7, median_ns: 5000, variance: 1 / 12 });
  assert.equal(
    fleetSeries(read(fileText([1, 2, 3].map((run) => rowOf(run)))), []).levels.get("offset"),
    null,
  );
});

Deno.test("runs that are like their neighbours count as fewer", () => {
  const level = (order: readonly number[]) => {
    const rows = order.map((ns, i) => rowOf(i + 1, { ...USUAL, tkread: 5000 + ns }));
    return fleetSeries(read(fileText(rows)), []).levels.get("offset")!;
  };
  const rising = Array.from({ length: 40 }, (_, i) => 10 * i);
  const mixed = rising.map((_, i) => rising[(i * 17) % 40]!);
  assert.equal(level(rising).median_ns, level(mixed).median_ns);
  assert.ok(level(rising).variance > 5 * level(mixed).variance);
});

Deno.test("the shift of a host: its series are nested, and what lies between them comes from all hosts", () => {
  const side = (env: string, levels: readonly number[]) =>
    levels.map((ns) => series("h", env, ns, { variance: 100, n: 51 }));
  const all = [
    { name: "one", series: [side("host", [1000, 1040]), side("vm", [2000])] as const },
    { name: "two", series: [side("host", [1500, 1500, 1560]), side("vm", [2500])] as const },
  ];
  const between = betweenSeries(all, "offset");
  // 2 * 20^2 + (2 * 20^2 + 40^2) on 1 + 2 df, less (1/2 * 200 + 2/3 * 300) that the runs explain.
  assert.deepEqual(between, [{ variance: (3200 - 300) / 3, df: 3 }, null]);
  const shift = hostShift(all[0]!, "offset", between, 0.05);
  assert.deepEqual([shift.levels_ns, shift.shift_ns], [[1020, 2000], 980]);
  assert.deepEqual([shift.series, shift.runs], [[2, 1], [102, 51]]);
  const parts = [100 / 4, 100 / 4, 2900 / 3 / 2, 100];
  const variance = parts.reduce((a, b) => a + b);
  assert.ok(Math.abs(shift.variance - variance) < 1e-9);
  const df = variance ** 2 / (2 * 25 ** 2 / 50 + (2900 / 6) ** 2 / 3 + 100 ** 2 / 50);
  assert.ok(Math.abs(shift.df - df) < 1e-9);
  assert.ok(shift.ci_ns[0] < 980 - 1.96 * Math.sqrt(variance) && shift.ci_ns[1] > 980);
});

Deno.test("hosts count, not their runs: the mean over hosts is that of their shifts", () => {
  const shifts = [1000, 2000, 3000, 4000, 5000, 9000];
  const { hosts: found, fleet: mean } = offsetOf(fleet(hosts(shifts)));
  assert.deepEqual(found.map(({ shift_ns }) => shift_ns), shifts);
  const expected = randomEffects(shifts, shifts.map(() => 2e6));
  assert.equal(mean!.mean_ns, expected.means[0]!.mean);
  assert.equal(mean!.tau_ns, Math.sqrt(expected.tau2));
  // A hundred times as many runs change nothing where hosts differ more than that.
  const more = hosts(shifts).map((one) => ({
    ...one,
    levels: new Map(
      [...one.levels].map(([name, level]) => [name, { ...level!, n: 10_000, variance: 1 }] as const),
    ),
  }));
  const { fleet: exact } = offsetOf(fleet(more));
  assert.ok(exact!.se_ns > 0.9 * mean!.se_ns);
  assert.ok(exact!.prediction_ns[1] - exact!.prediction_ns[0] > 5000);
});

Deno.test("verdicts are a comparison's: by the interval of the mean, the margin and Holm", () => {
  const around = (ns: number) => hosts([-3, -2, -1, 1, 2, 3].map((i) => ns + 500 * i));
  const verdict = (ns: number) => fleet(around(ns)).answers.map(({ verdict }) => verdict);
  assert.deepEqual(verdict(0), Array(4).fill("EQUIVALENT"));
  const [offset, ...others] = verdict(200_000);
  assert.equal(offset, "DIFFERENT-WITHIN-MARGIN");
  assert.deepEqual(others, Array(3).fill("DIFFERENT"));
  assert.deepEqual(verdict(100_000).slice(1), Array(3).fill("INCONCLUSIVE"));
  const relative = fleetOf(sidesOf(around(10_000), ENVS, "meta"), ENVS, {
    margins: { offset: { kind: "share", percent: 10 } },
    alpha: 0.05,
    besides: [],
  });
  assert.deepEqual([offsetOf(relative).margin_ns, offsetOf(relative).verdict], [5000, "DIFFERENT"]);
});

Deno.test("a host that stands out is named; none is without a reason", () => {
  const plain = [0, 900, -700, 1500, -1200, 300, -400, 800];
  const outside = (shifts: readonly number[]) =>
    offsetOf(fleet(hosts(shifts))).hosts.filter(({ stands_out }) => stands_out).map(({ host }) => host);
  assert.deepEqual(outside(plain), []);
  assert.deepEqual(outside(plain.with(3, 80_000)), ["h3"]);
});

Deno.test("shifts that follow the kernel are told apart by it, and not by the CPU", () => {
  const metaOf = (host: number) => ({ kernel: `6.${host % 2}`, cpu: host < 5 ? "old" : "new" });
  const shifts = [0, 90_000, 1000, 91_000, -900, 89_000, 500, 90_500, 200, 88_000];
  const [kernel, cpu, virtualization] = offsetOf(fleet(hosts(shifts, metaOf))).moderators;
  assert.deepEqual(kernel!.levels.map(({ value, hosts }) => [value, hosts]), [["6.0", 5], ["6.1", 5]]);
  assert.ok(kernel!.test!.p_bh < 1e-6 && kernel!.levels[1]!.mean_ns! > 85_000);
  assert.ok(cpu!.test!.p_bh > 0.5);
  assert.deepEqual(
    [virtualization!.test, virtualization!.levels.map(({ value }) => value)],
    [null, ["none -> kvm"]],
  );
});

Deno.test("a host whose series differ in a fact, or that is alone with its value, is no level", () => {
  const all = hosts([0, 1, 2, 3, 4, 5, 6], (host) => ({ kernel: host === 6 ? "alone" : `6.${host % 2}` }));
  const again = series("h0", "host", 50_000, { meta: { kernel: "6.9" } });
  const [kernel] = offsetOf(fleet([...all, again])).moderators;
  assert.deepEqual(kernel!.levels.map(({ value, hosts }) => [value, hosts]), [["6.1", 3], ["6.0", 2]]);
  assert.equal(kernel!.others, 2);
});

Deno.test("with three hosts each stands for itself: no mean, and it is said", () => {
  const three = fleet(hosts([1000, 2000, 3000]));
  const { fleet: mean, hosts: found, verdict, moderators } = offsetOf(three);
  assert.deepEqual([mean, verdict, moderators, found.length], [null, "NO-DATA", [], 3]);
  assert.ok(found.every(({ residual, stands_out }) => residual === null && !stands_out));
  assert.deepEqual(three.warnings[0], { code: "few_hosts", hosts: 3, needs: 5 });
});

Deno.test("hosts that were not observed alike on both sides are left out of that question alone", () => {
  const { hooks } = generatedMeta("vm");
  const other = hooks.map((hook) => hook.stage === "tkread" ? { ...hook, hook: "ktime_get" } : hook);
  const all = [
    ...hosts([1, 2, 3, 4, 5].map((i) => 1000 * i)),
    series("odd", "host", 50_000),
    series("odd", "vm", 50_000, { meta: { hooks: other } }),
  ];
  const { answers } = fleet(all);
  for (const { name, without, hosts } of answers) {
    const reads = name === "offset" || name === "ttwu_to_tkread";
    assert.deepEqual(
      without.map(({ host, confounded }) => [host, confounded!.code]),
      reads ? [["odd", "hooks"]] : [],
    );
    assert.equal(hosts.length, reads ? 5 : 6);
  }
});

Deno.test("a clock a year off is told with its host and file, and its runs are used", () => {
  const off = series("h9", "vm", 51_000, { meta: { started: "2025-01-03T00:00:00Z" } });
  const { warnings, hosts: paired } = fleet([...hosts([1, 2, 3, 4, 5]), series("h9", "host", 50_000), off]);
  const clocks = warnings.filter(({ code }) => code === "clock");
  assert.deepEqual(clocks, [{ code: "clock", host: "h9", file: off.file, days: -363 }]);
  assert.equal(paired.length, 6);
});

Deno.test("what is no part of the fleet is left out with its reason", () => {
  const runbook = { ...generatedMeta("host").runbook, wake: "pipe" };
  const good = hosts([1, 2, 3, 4, 5]);
  const copy = { ...good[0]!, file: "zz-copy.csv" };
  const all = [
    ...good,
    copy,
    series("h0", "host", 1, { file: "y1.csv", meta: { runbook } }),
    series("h0", "guest", 1, { file: "y2.csv" }),
    series("h0", "host", 1, { file: "y3.csv", meta: { started: "yesterday" } }),
    series("h0", "host", 1, { file: "y4.csv", rows: 100, integrityErrors: 6 }),
  ];
  const { leftOut } = sidesOf(all, ENVS, "meta");
  const reasons = Object.fromEntries(leftOut.map(({ file, code }) => [file, code]));
  assert.deepEqual(reasons, {
    "zz-copy.csv": "same_measurement",
    "y1.csv": "protocol",
    "y2.csv": "env",
    "y3.csv": "no_date",
    "y4.csv": "integrity",
  });
});

Deno.test("two protocols with as many files each are refused, and so is a fleet without pairs", () => {
  const refused = (all: readonly FleetSeries[], says: RegExp, hostBy: HostBy = "meta") =>
    assert.throws(() => sidesOf(all, ENVS, hostBy), (error: unknown) => {
      assert.ok(error instanceof Failure);
      assert.match(error.message, says);
      return true;
    });
  const runbook = { ...generatedMeta("host").runbook, wake: "pipe" };
  const piped = hosts([1, 2]).map((one) => ({ ...one, meta: { ...one.meta, runbook } }));
  refused(
    [...hosts([1, 2]), ...piped],
    /two protocols have 4 files each, that of .*csv and that of .*csv; give/,
  );
  refused([series("a", "host", 1)], /no series is of vm, but 1 of host; name the env of each side/);
  const apart = [series("a", "host", 1), series("b", "vm", 1)];
  refused(apart, /no host has series of both host and vm: 2 hosts .*--host-by folder/);
  refused(
    apart.map((one) => ({ ...one, file: `${one.meta.host}/x.csv` })),
    /files of each host into one/,
    "folder",
  );
});

Deno.test("by folder, the folder names the host, whatever the machines are called", () => {
  const one = series("metal", "host", 1, { file: "rack1/host.csv" });
  const two = series("guest-7", "vm", 1, { file: "rack1/deep/vm.csv" });
  const { hosts, leftOut } = sidesOf([one, two, series("x", "vm", 1, { file: "vm.csv" })], ENVS, "folder");
  assert.deepEqual(hosts.map(({ name, series }) => [name, series]), [["rack1", [[one], [two]]]]);
  assert.deepEqual(leftOut, [{ file: "vm.csv", code: "no_folder" }]);
});

Deno.test("a host with series of one side alone is named", () => {
  const { unpaired, hosts: paired } = sidesOf([...hosts([1, 2]), series("lonely", "vm", 1)], ENVS, "meta");
  assert.deepEqual(unpaired, [{ host: "lonely", series: 1, lacks: "host" }]);
  assert.equal(paired.length, 2);
});
