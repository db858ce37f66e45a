/** Each cause that keeps this process from measuring is really set: run and doctor name the same cause. */

import assert from "node:assert/strict";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { capture } from "../../build/process/command.ts";
import { refusing } from "../harness/refusing.ts";

/** What `probe run` said in its one line, with exit code 3, and what doctor found. */
async function refusalOf(around: (words: readonly string[]) => readonly string[]) {
  const folder = Deno.makeTempDirSync({ prefix: "probe-refused-" });
  try {
    const out = `${folder}/a.csv`;
    const run = await capture([...around([EXECUTABLE, "run", "--runs", "1", "--quiet", "--out", out])]);
    assert.equal(run.code, 3, run.stderr);
    assert.equal(run.stderr.trimEnd().split("\n").length, 1, run.stderr);
    assert.throws(() => Deno.statSync(out), Deno.errors.NotFound);
    const doctor = await capture([...around([EXECUTABLE, "doctor", "--json"])]);
    assert.equal(doctor.code, 3, doctor.stderr);
    return { said: run.stderr, report: JSON.parse(doctor.stdout) };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Asserts that run and doctor's verdict both contain it. */
function assertBothSay({ said, report }: Awaited<ReturnType<typeof refusalOf>>, what: string): void {
  assert.ok(said.includes(what), said);
  assert.ok(report.verdict.text.includes(what), report.verdict.text);
}

Deno.test("a user namespace of its own is the reason, not RLIMIT_MEMLOCK", async () => {
  const found = await refusalOf((words) => ["unshare", "--user", "--map-root-user", ...words]);
  assertBothSay(found, "this process is in a user namespace of its own");
  assert.match(found.said, /; run it outside of the container/);
});

Deno.test("a seccomp filter is the reason, whichever error it answers with", async () => {
  for (const errno of ["EPERM", "ENOSYS"] as const) {
    using filter = await refusing({ bpf: errno });
    const found = await refusalOf((words) => filter.command(words));
    assertBothSay(found, `a seccomp filter on this process refuses bpf() (${errno}`);
    assert.match(found.said, /; run it outside of the container or service, or with a seccomp profile/);
  }
});

Deno.test("missing capabilities are the reason, whatever unprivileged users may", async () => {
  const found = await refusalOf((words) => ["setpriv", "--bounding-set=-all", "--inh-caps=-all", ...words]);
  const value = Deno.readTextFileSync("/proc/sys/kernel/unprivileged_bpf_disabled").trim();
  const why = "this process lacks CAP_BPF and CAP_PERFMON, which the kernel demands for tracing";
  assertBothSay(found, `${why} whatever kernel.unprivileged_bpf_disabled is (${value})`);
});
