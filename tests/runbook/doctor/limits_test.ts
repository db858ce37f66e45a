import assert from "node:assert/strict";
import type { CheckAnswer } from "../../../runbook/doctor/check.ts";
import { limitChecks } from "../../../runbook/doctor/limits.ts";
import { type Changes, examined, FILES } from "./doctor_fixture.ts";

function answerOf(id: string, files: Changes["files"] = {}): CheckAnswer {
  return limitChecks.find((check) => check.id === id)!.answer(examined({ files }));
}

const NOBODY = { "/proc/self/status": "CapEff:\t000000c000000000\n" };
const SLICE = "/sys/fs/cgroup/user.slice";
const MIB = 1024 * 1024;

Deno.test("the limit of open files is what a measurement takes at the best tier", () => {
  const limited = (files: string) =>
    answerOf("open_files", { "/proc/self/limits": `Max open files ${files} 4096 files\n` });
  assert.deepEqual(limited("256").outcome, "yes");
  assert.deepEqual(limited("unlimited").outcome, "yes");
  const few = limited("255");
  assert.ok(few.outcome === "no");
  assert.equal(few.found, "RLIMIT_NOFILE 255, and 256 are needed");
  assert.match(few.remedy, /ulimit -n 256/);
});

Deno.test("RLIMIT_NPROC counts for those only whom the kernel counts", () => {
  const limits = { "/proc/self/limits": FILES["/proc/self/limits"]!.replaceAll("63500", "12") };
  assert.equal(answerOf("threads", limits).outcome, "yes");
  const counted = answerOf("threads", { ...NOBODY, ...limits });
  assert.deepEqual([counted.outcome, counted.found], ["no", "RLIMIT_NPROC 12, and 16 are needed"]);
});

Deno.test("of the groups' limits the one that leaves least counts", () => {
  const files = { "/sys/fs/cgroup/pids.max": "1000\n", "/sys/fs/cgroup/pids.current": "990\n" };
  const { outcome, found } = answerOf("threads", files);
  assert.deepEqual([outcome, found], [
    "no",
    "pids.max leaves 10 of 1000, by /sys/fs/cgroup, and 16 are needed",
  ]);
  assert.equal(
    answerOf("threads", { [`${SLICE}/pids.max`]: "max\n" }).found,
    "no limit of its cgroup (pids.max)",
  );
  assert.equal(answerOf("threads", { [`${SLICE}/pids.max`]: null }).outcome, "could not tell");
});

Deno.test("memory is limited by cgroup v1, too, whose largest number is no limit", () => {
  const v1 = (bytes: number | bigint) =>
    answerOf("memory", {
      "/proc/self/cgroup": "4:memory:/box\n0::/\n",
      "/proc/self/mountinfo": "32 31 0:29 / /cg/memory rw - cgroup cgroup rw,memory\n",
      "/cg/memory/box/memory.limit_in_bytes": `${bytes}\n`,
    });
  assert.equal(v1(9223372036854771712n).found, "no limit of its cgroup (memory.max)");
  assert.equal(v1(512 * MIB).found, "memory.max 524288 KiB, by /cg/memory/box");
  assert.equal(v1(64 * MIB).outcome, "no");
});
