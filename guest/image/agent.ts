/**
 * The guest's side of the agent: an init that mounts what measurements need and then serves requests on the
 * second serial port.
 *
 * A request is a line `ID LENGTH SHA256` and LENGTH bytes of shell script. The script runs with the port's
 * input as descriptor 3, so it can read further bytes itself. The answer is a line `ID CODE OUT ERR SHA256`
 * and OUT + ERR bytes: the script's stdout and stderr, the hash taken over both. The agent says `ready` once,
 * and `ID torn` when the script did not arrive as it was sent. Empty lines keep an idle guest alive.
 */

/**
 * After so many seconds without a request or an empty line, the guest assumes its starter is dead and powers
 * off.
 */
export const IDLE_LIMIT_S = 120;

/**
 * Serves requests from descriptor 3 to descriptor 4 until the input ends or stays silent for too long.
 * AGENT_WORK and AGENT_IDLE_S let a test run it outside a guest.
 */
export const AGENT_SCRIPT = `#!/bin/sh
work=\${AGENT_WORK:-/run/agent}
mkdir -p "$work"
echo ready >&4
while IFS=' ' read -r -t "\${AGENT_IDLE_S:-${IDLE_LIMIT_S}}" id length sum <&3; do
  [ -n "$id" ] || continue
  dd bs="$length" count=1 iflag=fullblock of="$work/script" <&3 2>/dev/null
  if [ "$(sha256sum <"$work/script")" != "$sum  -" ]; then
    echo "$id torn" >&4
    continue
  fi
  sh "$work/script" >"$work/out" 2>"$work/err" </dev/null 4>&-
  code=$?
  set -- $(cat "$work/out" "$work/err" | sha256sum)
  echo "$id $code $(stat -c %s "$work/out") $(stat -c %s "$work/err") $1" >&4
  cat "$work/out" "$work/err" >&4
done
`;

/**
 * The script of process 1. What it prints goes to the console.
 *
 * @param port path of the serial port that the agent serves
 */
export function initScript(port: string): string {
  return `#!/bin/sh
export PATH=/bin HOME=/root TMPDIR=/tmp NO_COLOR=1
/bin/busybox mkdir -p /proc /sys /dev /run /tmp /root
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t tmpfs -o mode=1777 tmp /tmp
mount -t tmpfs -o mode=755 run /run
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing
mount -t bpf bpf /sys/fs/bpf
ifconfig lo up
ln -s /proc/self/fd /dev/fd
ln -s /proc/self/fd/0 /dev/stdin
ln -s /proc/self/fd/1 /dev/stdout
ln -s /proc/self/fd/2 /dev/stderr
stty -F ${port} 115200 raw -echo min 255 time 1 # a reader wakes for 255 bytes or after a pause of 0.1 s
sh /agent 3<${port} 4>${port}
poweroff -f
`;
}
