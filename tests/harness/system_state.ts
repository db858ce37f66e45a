/**
 * What `probe doctor` must leave unchanged, printed by a shell script: natively and with a guest's busybox.
 */

/** Files below /proc/sys that the kernel itself keeps changing. */
const RESTLESS = "ns_last_pid|perf_event_max_sample_rate|hung_task_detect_count";

/** Clocksource, mounts, sysctl values, including the kernel's taint. */
export const STATE_SCRIPT = `
cat /sys/devices/system/clocksource/clocksource0/current_clocksource /proc/mounts
for file in /proc/sys/kernel/* /proc/sys/debug/* /proc/sys/net/core/bpf*; do
  [ -f "$file" ] || continue
  case "$file" in *${RESTLESS.split("|").join("|*")}) continue;; esac
  echo "$file: $(cat "$file" 2>/dev/null)"
done
`;
