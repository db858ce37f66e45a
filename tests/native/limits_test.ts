/** System limits that are too low, each really set: probe names them with their value, in one line. */

import assert from "node:assert/strict";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { existsSync } from "node:fs";
import { capture } from "../../build/process/command.ts";

async function lineOf(code: number, ...words: readonly string[]): Promise<string> {
  const { code: ended, stdout, stderr } = await capture([...words]);
  assert.equal(ended, code, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /^probe: [^\n]+\n$/);
  return stderr;
}

Deno.test("too few open files to start are named with their number, whichever command it is", async () => {
  for (const limit of [8, 20, 31]) {
    assert.equal(
      await lineOf(1, "prlimit", `--nofile=${limit}`, EXECUTABLE, "--version"),
      `probe: the limit of open files (RLIMIT_NOFILE) is ${limit}, and 32 are needed; raise it (ulimit -n 1024)\n`,
    );
  }
});

Deno.test("too few open files to measure are refused by run and doctor, and a soft limit alone is raised", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-limits-" });
  try {
    const run = [EXECUTABLE, "run", "--runs", "1", "--period", "50ms", "--quiet", "--out"];
    assert.equal(
      await lineOf(3, "prlimit", "--nofile=40", ...run, `${folder}/a.csv`),
      "probe: cannot load the probes: the limit of open files (RLIMIT_NOFILE) is 40, and 256 are needed; " +
        "raise it (ulimit -n 256, LimitNOFILE= of a service)\n",
    );
    assert.throws(() => Deno.statSync(`${folder}/a.csv`), Deno.errors.NotFound);
    const doctor = await capture(["prlimit", "--nofile=40", EXECUTABLE, "doctor", "--json"]);
    assert.equal(doctor.code, 3, doctor.stderr);
    const { verdict, checks } = JSON.parse(doctor.stdout);
    assert.match(verdict.text, /the limit of open files \(RLIMIT_NOFILE\) is 40, and 256 are needed/);
    assert.equal(checks.find(({ id }: { id: string }) => id === "open_files").outcome, "no");
    const raised = await capture(["prlimit", "--nofile=8:4096", ...run, `${folder}/b.csv`]);
    assert.equal(raised.code, 0, raised.stderr);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("too little address space or data to start is named with its size", async () => {
  assert.equal(
    await lineOf(1, "prlimit", `--as=${16 * 2 ** 30}`, EXECUTABLE, "--version"),
    "probe: the address space in MiB (RLIMIT_AS) is 16384, and 34816 are needed; raise it (ulimit -v unlimited)\n",
  );
  assert.equal(
    await lineOf(1, "prlimit", `--data=${256 * 2 ** 20}`, EXECUTABLE, "--version"),
    "probe: the data segment in MiB (RLIMIT_DATA) is 256, and 640 are needed; raise it (ulimit -d unlimited)\n",
  );
});

Deno.test("too few threads are named with their number, for a user who is counted", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-limits-" });
  try {
    Deno.chmodSync(folder, 0o755);
    Deno.copyFileSync(EXECUTABLE, `${folder}/probe`);
    // The limit counts per user, and this user has no other processes.
    const user = [
      "setpriv",
      "--reuid=64999",
      "--regid=64999",
      "--clear-groups",
      `${folder}/probe`,
      "--version",
    ];
    for (const limit of [2, 5, 7]) {
      assert.match(
        await lineOf(1, "prlimit", `--nproc=${limit}`, ...user),
        new RegExp(
          `^probe: only ${limit} of the 8 threads needed can be started: RLIMIT_NPROC is ${limit}, pids.max of its ` +
            "cgroup (not known|\\d+); raise what is reached \\(ulimit -u, TasksMax=, --pids-limit\\)\n$",
        ),
      );
    }
    const enough = await capture(["prlimit", "--nproc=8", ...user]);
    assert.equal(enough.code, 0, enough.stderr);
    const granted = ["--inh-caps=+bpf,+perfmon", "--ambient-caps=+bpf,+perfmon"];
    const run = ["run", "--runs", "1", "--load", "cpu:30", "--quiet", "--out", `${folder}/o/a.csv`];
    Deno.mkdirSync(`${folder}/o`);
    Deno.chmodSync(`${folder}/o`, 0o777);
    assert.match(
      await lineOf(1, "prlimit", "--nproc=20", ...user.slice(0, -2), ...granted, user.at(-2)!, ...run),
      /load cpu:30 cannot be made: 30 busy threads cannot be started: EAGAIN \(RLIMIT_NPROC 20/,
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

/** cgroup v1's own hierarchy, or that of v2 when it has the controller. */
const PIDS = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"].find((folder) => existsSync(`${folder}/cgroup.procs`));

Deno.test("a cgroup that allows too few tasks is named with its limit", async (t) => {
  const group = `${PIDS}/probe-limits-${Deno.pid}`;
  Deno.mkdirSync(group);
  try {
    if (!existsSync(`${group}/pids.max`)) {
      // No pids controller here: tests/runbook/doctor/limits_test.ts covers it on paper.
      return void await t.step({ name: "no pids controller", ignore: true, fn: () => {} });
    }
    Deno.writeTextFileSync(`${group}/pids.max`, "4");
    const enter = `echo $$ >"$1/cgroup.procs" && exec "$2" --version`;
    assert.match(
      await lineOf(1, "sh", "-c", enter, "sh", group, EXECUTABLE),
      /^probe: only 4 of the 8 threads needed can be started: RLIMIT_NPROC is \w+, pids.max of its cgroup 4; raise/,
    );
  } finally {
    Deno.removeSync(group);
  }
});
