/** How a task's cgroup limits its CPUs: cgroup v2, or v1 where v1 has the controller. */

import type { ReadText } from "./machine.ts";

export interface CpuLimits {
  /** The tightest limit between the group and the root; null: not known. */
  readonly max: CpuMax | null;
  /** cpu.weight of the nearest group that has it; null: not known, or v1. */
  readonly weight: number | null;
  /** cpu.shares of the nearest group that has it; null: not known, or v2. */
  readonly shares: number | null;
  /** CPUs of the nearest group that has a cpuset, as the kernel writes them; null: not known. */
  readonly cpus: string | null;
}

export interface CpuMax {
  /** CPU time in each period, us; Infinity: no limit. */
  readonly quotaUs: number;
  readonly periodUs: number;
  /** Folder of the group. */
  readonly group: string;
}

/** @param task its folder in /proc: `self`, or a pid */
export function readCpuLimits(read: ReadText, task = "self"): CpuLimits {
  const groups = read(`/proc/${task}/cgroup`) ?? "";
  const mounts = read("/proc/self/mountinfo") ?? "";
  const folders = (controller: string) =>
    groupsOf(groups, mounts, controller) ?? groupsOf(groups, mounts, null) ?? [];
  const line = (path: string) => read(path)?.trim() || null;
  const limits = folders("cpu").flatMap((group) => maxOf(line, group) ?? []);
  const number = (name: string) => {
    const text = nearest(folders("cpu"), (group) => line(`${group}/${name}`));
    return text === null ? null : Number(text);
  };
  return {
    max: limits.reduce<CpuMax | null>(
      (least, max) => least === null || isTighter(max, least) ? max : least,
      null,
    ),
    weight: number("cpu.weight"),
    shares: number("cpu.shares"),
    cpus: nearest(
      folders("cpuset"),
      (group) => line(`${group}/cpuset.cpus.effective`) ?? line(`${group}/cpuset.effective_cpus`),
    ),
  };
}

/**
 * Limits of a group on other things than CPU time: the files of v2 and of v1 that hold the limit and the use.
 */
const GROUP_FILES = {
  pids: { limit: ["pids.max", "pids.max"], used: ["pids.current", "pids.current"] },
  memory: {
    limit: ["memory.max", "memory.limit_in_bytes"],
    used: ["memory.current", "memory.usage_in_bytes"],
  },
} as const;

/**
 * v1 has no word for "no limit" of memory; it shows the largest number of pages (PAGE_COUNTER_MAX) in bytes.
 */
const NO_LIMIT = 2 ** 62;

export interface GroupLimit {
  /** Tasks, or bytes; Infinity: no limit. */
  readonly max: number;
  /** How much of it all in the group use; null: not known. */
  readonly used: number | null;
  /** Folder of the group. */
  readonly group: string;
}

/**
 * The limit that leaves least, among this process's group and those above it; null: none of them can be read.
 */
export function readGroupLimit(read: ReadText, controller: keyof typeof GROUP_FILES): GroupLimit | null {
  const groups = read("/proc/self/cgroup") ?? "";
  const mounts = read("/proc/self/mountinfo") ?? "";
  const folders = groupsOf(groups, mounts, controller) ?? groupsOf(groups, mounts, null) ?? [];
  const { limit, used } = GROUP_FILES[controller];
  const first = (group: string, names: readonly string[]) =>
    nearest(names, (name) => read(`${group}/${name}`)?.trim() || null);
  const limits = folders.flatMap((group): GroupLimit[] => {
    const text = first(group, limit);
    if (text === null) return [];
    const max = text === "max" || Number(text) >= NO_LIMIT ? Infinity : Number(text);
    const taken = first(group, used);
    return [{ max, used: taken === null ? null : Number(taken), group }];
  });
  return limits.reduce<GroupLimit | null>(
    (least, one) => least === null || leftOf(one) < leftOf(least) ? one : least,
    null,
  );
}

/** @returns how much more the group may take */
export function leftOf({ max, used }: Pick<GroupLimit, "max" | "used">): number {
  return max - (used ?? 0);
}

function isTighter(a: CpuMax, b: CpuMax): boolean {
  return a.quotaUs / a.periodUs < b.quotaUs / b.periodUs;
}

/** cpu.max of v2, or the two files of v1 that hold the same; null when the group has neither. */
function maxOf(line: (path: string) => string | null, group: string): CpuMax | null {
  const v2 = line(`${group}/cpu.max`)?.split(" ");
  const quota = v2?.[0] ?? line(`${group}/cpu.cfs_quota_us`);
  const period = v2?.[1] ?? line(`${group}/cpu.cfs_period_us`);
  if (quota === null || period === null) return null;
  const quotaUs = quota === "max" || quota === "-1" ? Infinity : Number(quota);
  return { quotaUs, periodUs: Number(period), group };
}

function nearest<T>(folders: readonly string[], of: (folder: string) => T | null): T | null {
  for (const folder of folders) {
    const found = of(folder);
    if (found !== null) return found;
  }
  return null;
}

/**
 * Folders of a task's group and of the groups above it, as far as they are mounted, the nearest first.
 *
 * @param groups /proc/PID/cgroup: `ID:CONTROLLERS:PATH` on each line; v2 has the ID 0 and no controllers
 * @param mounts /proc/self/mountinfo
 * @param controller of v1; null: v2
 * @returns null when that hierarchy is not mounted, or the group lies outside the mounted part
 */
function groupsOf(groups: string, mounts: string, controller: string | null): string[] | null {
  const path = groups.split("\n").map((line) => /^(\d+):([^:]*):(\/.*)$/.exec(line))
    .find((found) => controller === null ? found?.[1] === "0" : found?.[2]?.split(",").includes(controller))
    ?.[3];
  const mount = mountOf(mounts, controller);
  if (path === undefined || mount === null) return null;
  const inside = mount.root === "/" ? path : path === mount.root ? "/" : below(path, mount.root);
  if (inside === null || inside.startsWith("/..")) return null;
  const names = inside.split("/").filter((name) => name !== "");
  return [...names.keys(), names.length].reverse().map((length) =>
    [mount.folder, ...names.slice(0, length)].join("/")
  );
}

function below(path: string, root: string): string | null {
  return path.startsWith(`${root}/`) ? path.slice(root.length) : null;
}

/** Fields 4 and 5 of a mount, then the fields after the dash: type of file system, source, options. */
function mountOf(mounts: string, controller: string | null): { root: string; folder: string } | null {
  for (const line of mounts.split("\n")) {
    const [mount = "", superblock = ""] = line.split(" - ");
    const [, , , root = "", folder = ""] = mount.split(" ");
    const [kind, , options = ""] = superblock.split(" ");
    const has = controller === null
      ? kind === "cgroup2"
      : kind === "cgroup" && options.split(",").includes(controller);
    if (has) return { root, folder };
  }
  return null;
}
