/** CPU lists as the kernel writes them in /proc and /sys. */

/** @returns the numbers of a list such as `0-3,8`, in its order; null when it is not such a list */
export function parseCpuList(list: string): number[] | null {
  if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(list)) return null;
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** @param cpus ascending */
export function formatCpuList(cpus: readonly number[]): string {
  const first = cpus.filter((cpu) => !cpus.includes(cpu - 1));
  const last = cpus.filter((cpu) => !cpus.includes(cpu + 1));
  return first.map((cpu, i) => cpu === last[i] ? `${cpu}` : `${cpu}-${last[i]}`).join(",");
}
