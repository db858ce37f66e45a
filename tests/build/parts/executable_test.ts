import assert from "node:assert/strict";
import { capture, run } from "../../../build/process/command.ts";
import { compiling, pack, verify } from "../../../build/parts/executable.ts";
import { buildArchitecture } from "../../../build/parts/arch.ts";
import { builtFor, LAUNCHER as FILE } from "../../../build/parts/native.ts";
import { PERMISSIONS, START_ENVIRONMENT } from "../../../build/parts/permissions.ts";

const LAUNCHER = builtFor(buildArchitecture(), FILE);

const SSH = "console.log((await new Deno.Command('ssh', { args: ['-V'] }).output()).code)";
/** Deno sets a PATH of its own if it can create a folder for it, which a compiled executable does not. */
const EMPTY = { env: { DENO_DIR: "/dev/null/none" }, clearEnv: true };

/** Runs a program with the executable's permissions, in a folder of its own. */
async function withPermissions(
  code: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/program.js`, code);
    const options = { ...EMPTY, env: { ...EMPTY.env, ...env } };
    return await capture(
      [Deno.execPath(), "run", "--quiet", "--no-config", ...flags, ...PERMISSIONS, `${folder}/program.js`],
      options,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const START = [`--env-file=${START_ENVIRONMENT}`];

Deno.test("the executable's permissions are no network, two programs, and one variable", () => {
  const wide = PERMISSIONS.filter((flag) =>
    /net|run|import|env|sys|all$|^-A/.test(flag.replace("qemu-system", ""))
  );
  assert.equal(wide.length, 2);
  assert.equal(wide[0], "--allow-env=PROBE_BTF");
  assert.match(wide[1]!, /^--allow-run=qemu-system-\w+,ssh$/);
});

Deno.test("the permissions with which the executable is compiled are accepted in an empty environment", async () => {
  const refused = await withPermissions(SSH, [], {});
  assert.match(refused.stderr, /no path to search and provided name is not an absolute path/);
  assert.deepEqual(await withPermissions(SSH, START, {}), { code: 0, stdout: "0\n", stderr: "" });
});

Deno.test("they allow the program that is first in the user's PATH, wherever it lies, and no other of its name", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/ssh`, "#!/bin/sh\nexit 7\n", { mode: 0o755 });
    const elsewhere = { PATH: `${folder}:/usr/bin:/bin` };
    assert.equal((await withPermissions(SSH, START, elsewhere)).stdout, "7\n");
    const other = SSH.replace("'ssh'", "'/usr/bin/ssh'");
    assert.match((await withPermissions(other, START, elsewhere)).stderr, /NotCapable/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** What `deno compile` appends to the executable for its runtime, as far as this test reads it. */
interface Metadata {
  readonly permissions: Readonly<Record<string, unknown>>;
  readonly env_vars_from_env_file: Readonly<Record<string, string>>;
  readonly code_cache_key: number | null;
}

function metadataOf(executable: Uint8Array<ArrayBuffer>): Metadata {
  const text = new TextDecoder("latin1").decode(executable.subarray(-100_000));
  const [start] = [...text.matchAll(/\{"argv":/g)].slice(-1);
  assert.ok(start !== undefined, text.slice(0, 200));
  for (let end = text.indexOf("}", start.index) + 1; end > 0; end = text.indexOf("}", end) + 1) {
    try {
      return JSON.parse(text.slice(start.index, end));
    } catch {
      // An object ends here.
    }
  }
  throw new assert.AssertionError({ message: "the metadata must end" });
}

Deno.test("deno compile takes over permissions and start environment, and no cache to be left behind", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/program.js`, SSH);
    // Any base runtime will do: it is not run here, and what is appended is the same.
    await run(compiling(`${folder}/program.js`, `${folder}/program`), {
      env: { DENORT_BIN: Deno.execPath() },
    });
    const { permissions, env_vars_from_env_file, code_cache_key } = metadataOf(
      await Deno.readFile(`${folder}/program`),
    );
    assert.deepEqual(env_vars_from_env_file, { PATH: "/usr/local/bin:/usr/bin:/bin" });
    assert.equal(code_cache_key, null);
    assert.equal(permissions.allow_net, null);
    assert.deepEqual(permissions.allow_run, PERMISSIONS.at(-1)!.replace("--allow-run=", "").split(","));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the launcher gives the runtime the same permissions and start environment", async () => {
  const launcher = new TextDecoder("latin1").decode(await Deno.readFile(LAUNCHER));
  for (const text of [...PERMISSIONS, "PATH=/usr/local/bin:/usr/bin:/bin"]) {
    assert.ok(launcher.includes(`${text}\0`), text);
  }
  assert.deepEqual(launcher.match(/--(allow|deny)[^\0]*/g)?.sort(), PERMISSIONS.slice(1).toSorted());
});

Deno.test("an executable that is plain deno, as a wrong base runtime makes it, is not taken for the program", async () => {
  await assert.rejects(verify(Deno.execPath(), "0.1.0"), /answers --version with exit code 0 and "deno \d/);
});

/** The arguments with which the launcher enters a runtime that prints them. */
async function enteredWith(folder: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await capture([`${folder}/echoes`, ...args], { cwd: folder });
  return stdout.trimEnd().split(" ");
}

Deno.test("V8's best compiler is left out where it does not pay: in comparisons of files that are not large", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const parts = { module: "", chunks: [new Uint8Array(), new Uint8Array()] } as const;
    const from = { launcher: LAUNCHER, runtime: await Deno.realPath("/bin/echo") };
    await pack(parts, new Uint8Array(), from, `${folder}/echoes`);
    for (const [name, size] of [["small.csv", 1000], ["half.csv", 20_000_000]] as const) {
      using file = await Deno.open(`${folder}/${name}`, { create: true, write: true });
      await file.truncate(size);
    }
    const flag = "--v8-flags=--no-turbofan";
    const isLeftOut = async (...args: string[]) => {
      const found = await enteredWith(folder, ...args);
      assert.deepEqual(found.slice(-args.length), args);
      assert.equal(found[0], "run");
      return found.includes(flag);
    };
    assert.ok(await isLeftOut("compare", "small.csv", "small.csv"));
    assert.ok(await isLeftOut("compare", "--by", "path", `${folder}/small.csv`, "half.csv"));
    assert.ok(await isLeftOut("report", "small.csv"));
    assert.ok(!await isLeftOut("compare", "half.csv", "half.csv"));
    for (
      const other of [
        ["compare", "--a", "small.csv", "--b", "small.csv"],
        ["compare", "--a=*.csv", "--b=small.csv"],
        ["compare", "-", "small.csv"],
        ["compare", "/dev/null", "small.csv"],
        ["compare", "none.csv", "none.csv"],
        ["run", "small.csv"],
        ["compared", "small.csv"],
      ]
    ) assert.ok(!await isLeftOut(...other), other.join(" "));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
