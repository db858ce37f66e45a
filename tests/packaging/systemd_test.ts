/** The service and the timer: as systemd reads them, and whether probe can do with what they leave it. */

import assert from "node:assert/strict";
import { EXIT } from "../../analysis/failure.ts";
import { capture, stdoutOf } from "../../build/process/command.ts";

const UNITS = "packaging/systemd";
const SERVICE = Deno.readTextFileSync(`${UNITS}/probe.service`);
const STATE = "/var/lib/probe";

/** The value of a setting of the service, which stands there once. */
function setting(name: string): string {
  const found = [...SERVICE.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value]) => value!);
  assert.equal(found.length, 1, name);
  return found[0]!;
}

/** Both units in a folder of their own, calling the executable that was built. */
async function withUnits(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "probe-units-" });
  try {
    const built = await Deno.realPath("dist/probe");
    await Deno.writeTextFile(`${folder}/probe.service`, SERVICE.replace("/usr/bin/probe", built));
    await Deno.copyFile(`${UNITS}/probe.timer`, `${folder}/probe.timer`);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("systemd finds nothing wrong with service and timer", async () => {
  await withUnits(async (folder) => {
    const verify = async () => {
      const units = [`${folder}/probe.service`, `${folder}/probe.timer`];
      const { code, stdout, stderr } = await capture(["systemd-analyze", "verify", "--man=no", ...units]);
      // Of other units on this machine.
      const said = (stdout + stderr).split("\n").filter((line) => line.includes("probe."));
      return { code, said };
    };
    assert.deepEqual(await verify(), { code: 0, said: [] });
    await Deno.writeTextFile(`${folder}/probe.service`, SERVICE.replace("ProtectHome=", "ProtectHouse="));
    assert.match((await verify()).said.join(), /ProtectHouse/);
  });
});

Deno.test("the service exposes less than 2 of systemd's 10, and no network, device or file system", async () => {
  await withUnits(async (folder) => {
    const rated = async (threshold: number) => {
      const argv = [
        "systemd-analyze",
        "security",
        "--offline=true",
        "--no-pager",
        `--threshold=${threshold}`,
      ];
      return await capture([...argv, `${folder}/probe.service`]);
    };
    const { code, stdout } = await rated(20);
    assert.equal(code, 0, stdout);
    assert.notEqual((await rated(10)).code, 0);
    const met = new Set([...stdout.matchAll(/^✓ (\S+)/gm)].map(([, name]) => name));
    for (const name of ["PrivateNetwork=", "PrivateDevices=", "ProtectSystem=", "User=/DynamicUser="]) {
      assert.ok(met.has(name), name);
    }
  });
});

const CAPABILITIES = setting("CapabilityBoundingSet").split(" ");

/** As the service calls it: as nobody, without a network, with these capabilities and no way to others. */
function asService(capabilities: readonly string[], folder: string): string[] {
  const list = ["-all", ...capabilities.map((name) => `+${name.toLowerCase().replace("cap_", "")}`)].join();
  const given = ["--bounding-set", "--inh-caps", "--ambient-caps"].map((option) => `${option}=${list}`);
  const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"];
  const [program = "", ...args] = setting("ExecStart").replaceAll(STATE, folder).split(" ");
  assert.deepEqual([program, args.at(-1)], ["/usr/bin/probe", "$PROBE_OPTIONS"]);
  const options = ["--runs", "3", "--period", "50ms"];
  return [
    "unshare",
    "--net",
    "setpriv",
    ...nobody,
    ...given,
    `${folder}/probe`,
    ...args.slice(0, -1),
    ...options,
  ];
}

/** A folder that belongs to nobody, as systemd gives one, with the executable in it. */
async function inState(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "probe-state-" });
  try {
    await Deno.copyFile("dist/probe", `${folder}/probe`);
    await Deno.chown(folder, 65534, 65534);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const results = (folder: string) =>
  [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".csv")).sort();

Deno.test("with the service's capabilities it measures, and leaves files that do not collide", async () => {
  assert.equal(setting("AmbientCapabilities"), CAPABILITIES.join(" "));
  await inState(async (folder) => {
    for (let i = 0; i < 2; i++) {
      const { code, stdout, stderr } = await capture(asService(CAPABILITIES, folder));
      assert.equal(code, EXIT.done, stderr);
      const [path] = stdout.trimEnd().split("\n");
      assert.match(path!, /\/host-[\w.-]+-boot[0-9a-f]{8}-\d{8}T\d{6}Z(-\d+)?\.csv$/);
      assert.match(await Deno.readTextFile(path!), /^# end \{.*"complete":3/m);
    }
    assert.equal(results(folder).length, 2);
  });
});

Deno.test("--keep-newest removes what is older than the newest results", async () => {
  await inState(async (folder) => {
    const old = "host-lab-boot00000001-20260101T000000Z.csv";
    await Deno.writeTextFile(`${folder}/${old}`, "");
    await Deno.writeTextFile(`${folder}/mine.csv`, "");
    await Deno.chown(`${folder}/${old}`, 65534, 65534);
    const argv = asService(CAPABILITIES, folder).map((word) => word === "500MB" ? "1" : word);
    assert.equal((await capture(argv)).code, EXIT.done);
    const left = results(folder);
    assert.deepEqual([left.length, left.includes(old), left.includes("mine.csv")], [2, false, true]);
  });
});

for (const needed of ["CAP_BPF", "CAP_PERFMON"]) {
  Deno.test(`without ${needed} it cannot measure`, async () => {
    await inState(async (folder) => {
      const { code, stderr } = await capture(
        asService(CAPABILITIES.filter((name) => name !== needed), folder),
      );
      assert.equal(code, EXIT.cannotMeasure);
      assert.match(stderr, new RegExp(`lacks ${needed}`));
      assert.deepEqual(results(folder), []);
    });
  });
}

/** The names of a filter's set of system calls, those of the sets in it too. */
async function callsOf(set: string): Promise<string[]> {
  const listed = await stdoutOf(["systemd-analyze", "syscall-filter", "--no-pager", set]);
  const names = [...listed.matchAll(/^ {4}([@\w-]+)$/gm)].map(([, name]) => name!);
  assert.ok(names.length > 0, set);
  const nested = names.map(async (name) => name.startsWith("@") ? await callsOf(name) : [name]);
  return (await Promise.all(nested)).flat();
}

/** By which rows come into the file and onto the disk, and --keep-newest removes files. */
const ROWS = ["write", "fdatasync", "fsync", "ftruncate", "flock", "unlink", "getdents64"];

Deno.test("a measurement makes no system call that the service's filter does not let pass", async () => {
  const words = setting("SystemCallFilter").split(" ");
  const allowed = new Set<string>();
  for (const word of words) {
    for (const name of word.startsWith("@") ? await callsOf(word) : [word]) allowed.add(name);
  }
  await inState(async (folder) => {
    const trace = `${folder}/trace`;
    // A target that is traced is not woken as others are, and the measurement is given up after its first
    // edges; by then programs are loaded and attached, and the file is there. The rest is what any program calls.
    const argv = ["strace", "--follow-forks", "--quiet=all", "--signal=none", `--output=${trace}`];
    const { code, stderr } = await capture([...argv, ...asService(CAPABILITIES, folder)]);
    if (code !== EXIT.done) assert.match(stderr, /^probe: run \d cannot take place/);
    const text = await Deno.readTextFile(trace);
    const after = text.slice(text.indexOf(`execve("${folder}/probe"`));
    const called = new Set(
      [...after.matchAll(/^\d+ +(?:<\.\.\. )?(\w+)(?:\(| resumed)/gm)].map(([, name]) => name!),
    );
    assert.ok(called.has("bpf") && called.size > 30, [...called].join());
    // socketpair() is let pass by RestrictAddressFamilies=, socket() is not.
    assert.ok(!called.has("socket"));
    assert.deepEqual([...called, ...ROWS].filter((name) => !allowed.has(name)), []);
  });
});
