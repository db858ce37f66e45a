/**
 * The JSON of the `# meta`, `# resumed` and `# end` lines, checked field by field. Unknown fields are kept
 * but ignored.
 */

import { type End, type Meta, MOST_LOOKS, type Resumption, TIERS } from "./meta.ts";

/** Says what is wrong with a value, or null. */
type Check = (value: unknown) => string | null;

const text: Check = (value) => typeof value === "string" ? null : "must be a string";
const count: Check = (value) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? null : "must be an integer from 0";
const flag: Check = (value) => typeof value === "boolean" ? null : "must be true or false";
const nonNegative: Check = (value) =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? null : "must be a number from 0";

function listOf(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return "must be a list";
    for (const [index, item] of value.entries()) {
      const reason = check(item);
      if (reason !== null) return `entry ${index + 1} ${reason}`;
    }
    return null;
  };
}

function nullOr(check: Check): Check {
  return (value) => value === null ? null : check(value);
}

const finite: Check = (value) =>
  typeof value === "number" && Number.isFinite(value) ? null : "must be a number";
const interval: Check = (value) =>
  Array.isArray(value) && value.length === 2 && value.every((end) => finite(end) === null)
    ? null
    : "must be a list of two numbers";

function object(fields: Readonly<Record<string, Check>>): Check {
  return (value) => {
    if (!isRecord(value)) return "must be an object";
    for (const [name, check] of Object.entries(fields)) {
      const reason = Object.hasOwn(value, name) ? check(value[name]) : "is missing";
      if (reason !== null) return `field ${name} ${reason}`;
    }
    return null;
  };
}

function withExtras(fields: Check, extras: Readonly<Record<string, Check>>): Check {
  return (value) => {
    const reason = fields(value);
    if (reason !== null || !isRecord(value)) return reason;
    for (const [name, check] of Object.entries(extras)) {
      const extra = Object.hasOwn(value, name) ? check(value[name]) : null;
      if (extra !== null) return `field ${name} ${extra}`;
    }
    return null;
  };
}

const tier: Check = (value) =>
  TIERS.some((name) => name === value) ? null : `must be one of ${TIERS.join(", ")}`;
const runbook: Check = (value) =>
  isRecord(value) &&
    Object.values(value).every((field) => ["string", "number", "boolean"].includes(typeof field))
    ? null
    : "must be an object of strings, numbers and booleans";

const hooks = listOf(object({ stage: text, hook: text, kind: text, attached: flag }));

const META_FIELDS = object({
  probe: text,
  env: text,
  host: text,
  kernel: text,
  arch: text,
  cpu: text,
  cpus: count,
  virtualization: text,
  boot_id: text,
  clocksource: object({ current: text, available: listOf(text) }),
  tier,
  hooks,
  decode: text,
  runbook,
  runbook_sha256: text,
  started: text,
  edge_uncertainty_ns: nonNegative,
  clock_step_counter: text,
});

const integer: Check = (value) => Number.isSafeInteger(value) ? null : "must be an integer";
const form = (pattern: RegExp, what: string): Check => (value) =>
  typeof value === "string" && pattern.test(value) ? null : `must be ${what}`;
const cpus = form(/^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$/, "a list of CPUs such as 0-3,8");

const ATTRIBUTES = withExtras(object({ policy: text, priority: integer, nice: integer }), {
  timerslack_ns: count,
  cpus_allowed: cpus,
  cgroup_cpu_max_us: form(/^(max|\d{1,15}) \d{1,15}$/, "a limit such as max 100000"),
  cgroup_cpu_weight: count,
  cgroup_cpu_shares: count,
  cgroup_cpuset_cpus: cpus,
  sched_ext: text,
  cpu_dma_latency_us: count,
  deepest_idle_state: text,
});

const looks = (least: number): Check => (value) =>
  Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= MOST_LOOKS
    ? null
    : `must be an integer from ${least} to ${MOST_LOOKS}`;

const positive: Check = (value) => count(value) ?? (value === 0 ? "must be an integer from 1" : null);

/** Fields that may be absent. */
const META_EXTRAS: Readonly<Record<string, Check>> = {
  runbook_file: object({ name: text, sha256: text }),
  btf: object({ name: text, sha256: text, agreed_sizes: nonNegative }),
  overrides: listOf(text),
  attributes: ATTRIBUTES,
  task: object({ pid: count, comm: text, start_ticks: count }),
  looks: looks(2),
  host_part: object({ hooks, reasons: listOf(text) }),
  boot: positive,
  pulse: form(/^(device|foreseen)$/, "device or foreseen"),
};

const META = withExtras(META_FIELDS, META_EXTRAS);

const END_COUNTS = object({
  rows: count,
  complete: count,
  timeout: count,
  aborted: count,
  lost_events: count,
  recursion_misses: nullOr(count),
  self_reads: count,
});

const LATENCY_SIDE = object({ n: count, median_ns: nullOr(finite) });
const OVERHEAD = object({
  programs: listOf(object({ program: text, run_cnt: count, run_time_ns: count })),
  wakeup: nullOr(object({
    armed: LATENCY_SIDE,
    unarmed: LATENCY_SIDE,
    shift_ns: nullOr(finite),
    shift_ci_ns: nullOr(interval),
  })),
});

/** Fields that may be absent. */
const END_EXTRAS: Readonly<Record<string, Check>> = {
  losses: listOf(object({ run: count, what: text, stage: text })),
  recursion_misses_of: (value) =>
    isRecord(value) && Object.values(value).every((misses) => count(misses) === null)
      ? null
      : "must be an object of integers from 0",
  notices: listOf(text),
  overhead: OVERHEAD,
  edges: object({ missed: count, absent: nullOr(count) }),
  looks: looks(1),
};

const END = withExtras(END_COUNTS, END_EXTRAS);

/** Why a line cannot be used. */
interface Unusable {
  readonly unusable: string;
}

export function isUnusable(value: object): value is Unusable {
  return "unusable" in value;
}

/** @param json what follows `# meta ` */
export function parseMeta(json: string): Meta | Unusable {
  return parse<Meta>(json, META);
}

/** @param json what follows `# resumed ` */
export function parseResumption(json: string): Resumption | Unusable {
  return parse<Resumption>(
    json,
    withExtras(object({ run: count, started: text }), {
      planned: flag,
      boot: positive,
      boot_id: text,
    }),
  );
}

/** @param json what follows `# end ` */
export function parseEnd(json: string): End | Unusable {
  return parse<End>(json, END);
}

function parse<T>(json: string, check: Check): T | Unusable {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { unusable: "is not JSON" };
  }
  const reason = check(value) ?? beyondDoubles(value);
  return reason === null ? value as T : { unusable: reason };
}

/** JSON.parse() turns a number beyond 1.8e308 into Infinity, also in a field that no check covers. */
function beyondDoubles(value: unknown): string | null {
  if (typeof value === "number") return Number.isFinite(value) ? null : "must be a number below 1.8e308";
  if (typeof value !== "object" || value === null) return null;
  for (const [name, inner] of Object.entries(value)) {
    const reason = beyondDoubles(inner);
    if (reason !== null) {
      return `${Array.isArray(value) ? `entry ${Number(name) + 1}` : `field ${name}`} ${reason}`;
    }
  }
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
