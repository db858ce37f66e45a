import assert from "node:assert/strict";
import { capture, type CommandOutput } from "../../build/process/command.ts";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { generate } from "../../bench/generate.ts";
import project from "../../deno.json" with { type: "json" };

const VERSION: CommandOutput = { code: 0, stdout: `probe ${project.version}\n`, stderr: "" };
const NOBODY = { uid: 65534, gid: 65534 };

/** A folder that everyone may enter, with a copy of the executable. */
class Place implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "probe-executable-" });
  readonly probe = `${this.folder}/probe`;

  constructor() {
    Deno.chmodSync(this.folder, 0o755);
    Deno.copyFileSync(EXECUTABLE, this.probe);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

async function asNobody(probe: string, args: string[], cwd: string): Promise<CommandOutput> {
  const command = new Deno.Command(probe, { args, cwd, env: {}, clearEnv: true, stdin: "null", ...NOBODY });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs a shell script as root in a mount namespace of its own. */
function inNamespace(script: string, ...args: string[]): Promise<CommandOutput> {
  return capture(["unshare", "--mount", "sh", "-euc", script, "sh", ...args]);
}

Deno.test("the executable runs as nobody in an empty environment and a folder that cannot be written", async () => {
  using place = new Place();
  Deno.mkdirSync(`${place.folder}/empty`, { mode: 0o555 });
  assert.deepEqual(await asNobody(place.probe, ["--version"], `${place.folder}/empty`), VERSION);
});

Deno.test("in an empty environment the executable finds the programs that it may run where execvp(3) looks", async () => {
  using place = new Place();
  const args = ["ab", "--runs", "1", "--ssh", "ssh://nobody@127.0.0.1:1"];
  const { stderr } = await asNobody(place.probe, args, place.folder);
  assert.match(stderr, /^probe: ssh to ssh:\/\/nobody@127\.0\.0\.1:1 failed: .*Connection refused/m);
});

Deno.test("the executable runs where no file system can be written", async () => {
  using place = new Place();
  const script =
    'mount -o bind "$1" "$1"; mount -o remount,bind,ro "$1"; mount -o remount,bind,ro /; "$1"/probe --version';
  assert.deepEqual(await inNamespace(script, place.folder), VERSION);
});

Deno.test("the executable runs with stdin, stdout and stderr closed", async () => {
  using place = new Place();
  assert.deepEqual(await capture(["sh", "-c", `"$0" --version <&-`, place.probe]), VERSION);
  const silent = await capture(["sh", "-c", `"$0" --version <&- >&- 2>&-; echo $?`, place.probe]);
  assert.deepEqual(silent, { code: 0, stdout: "0\n", stderr: "" });
});

Deno.test("the executable runs whatever descriptors it is given", async () => {
  using place = new Place();
  for (const given of ["3</dev/null", "4</dev/null", "3</dev/null 5</dev/null 6</dev/null 8</dev/null"]) {
    const script = `exec ${given}; "$0" show --help | head -c 5`;
    assert.deepEqual(await capture(["sh", "-c", script, place.probe]), {
      code: 0,
      stdout: "Descr",
      stderr: "",
    });
  }
});

Deno.test("the executable reads large files on two CPUs", async () => {
  using place = new Place();
  const paths = ["host", "vm"].map((env, seed) => {
    const path = `${place.folder}/${env}.csv`;
    Deno.writeTextFileSync(path, [...generate({ rows: 8000, seed, env })].join(""));
    return path;
  });
  const { code, stdout, stderr } = await capture([place.probe, "compare", ...paths]);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.match(stdout, /^4 questions: 4 EQUIVALENT\n/);
});

Deno.test("the executable reads the Parquet that it wrote, also from a pipe, and several files a side", async () => {
  using place = new Place();
  for (const [seed, name] of ["host1", "host2", "vm1"].entries()) {
    const meta = { started: `2026-01-0${seed + 1}T00:00:00Z` };
    const file = generate({ rows: 30, seed, env: name.slice(0, -1), meta });
    Deno.writeTextFileSync(`${place.folder}/${name}.csv`, [...file].join(""));
  }
  const run = (script: string) => capture(["sh", "-euc", script, place.probe], { cwd: place.folder });
  const exported = await run(
    '"$0" export --format parquet -o host1.parquet host1.csv; "$0" show - <host1.parquet',
  );
  assert.deepEqual([exported.code, exported.stderr], [0, ""]);
  assert.equal(exported.stdout, (await run('"$0" show - <host1.csv')).stdout);
  const { code, stdout, stderr } = await run(
    `"$0" compare --a 'host?.csv' --b vm1.csv --question edge_to_ttwu`,
  );
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /host1\.csv and 1 more/);
  assert.match(stdout, /asked besides: edge_to_ttwu/);
});

Deno.test("on a terminal a call prints its answer and nothing else", async () => {
  using place = new Place();
  const typescript = `${place.folder}/typescript`;
  const { code, stdout } = await capture(["script", "-qec", `${place.probe} --version`, typescript]);
  assert.deepEqual([code, stdout.replaceAll("\r", "")], [0, VERSION.stdout]);
});

Deno.test("a call leaves nothing behind at home, in /tmp, or in the current folder", async () => {
  using place = new Place();
  // The executable's own folder may lie below the /tmp that gets covered, so it is reached through a
  // descriptor.
  const script = `
    exec 9<"$1"
    probe=/proc/$$/fd/9/probe
    mount -t tmpfs tmpfs /tmp
    mkdir /tmp/home /tmp/cwd /tmp/cache
    cd /tmp/cwd
    export HOME=/tmp/home XDG_CACHE_HOME=/tmp/cache DENO_DIR=/tmp/cache/deno
    $probe --version
    $probe licenses >/dev/null
    $probe compare missing.csv missing.csv 2>/dev/null && exit 9
    find /tmp -mindepth 1 | sort`;
  assert.deepEqual(await inNamespace(script, place.folder), {
    ...VERSION,
    stdout: `${VERSION.stdout}/tmp/cache\n/tmp/cwd\n/tmp/home\n`,
  });
  assert.deepEqual([...Deno.readDirSync(place.folder)].map(({ name }) => name), ["probe"]);
});

Deno.test("Deno's own variables of the user change nothing", async () => {
  using place = new Place();
  const env = { DENO_V8_FLAGS: "--help", DENO_DIR: `${place.folder}/deno`, DENO_NO_PACKAGE_JSON: "0" };
  assert.deepEqual(await capture([place.probe, "--version"], { env }), VERSION);
});

Deno.test("without /proc the executable says in one line what to do", async () => {
  using place = new Place();
  const { code, stdout, stderr } = await inNamespace('umount -l /proc; exec "$1" --version', place.probe);
  assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
  assert.match(stderr, /^probe: cannot open \/proc\/self\/exe; mount \/proc .*\n$/);
});

Deno.test("a copy that was cut off says in one line that it is damaged", async () => {
  using place = new Place();
  Deno.truncateSync(place.probe, Deno.statSync(place.probe).size - 1);
  assert.deepEqual(await capture([place.probe, "--version"]), {
    code: 1,
    stdout: "",
    stderr: "probe: this executable is damaged; copy it again\n",
  });
});

Deno.test("a reader that closes the pipe early ends the program without a message", async () => {
  const script = `"$0" licenses | head -c 1 >/dev/null; echo "\${PIPESTATUS[0]}"`;
  assert.deepEqual(await capture(["bash", "-c", script, await Deno.realPath(EXECUTABLE)]), {
    code: 0,
    stdout: "0\n",
    stderr: "",
  });
});

Deno.test("a mistake in use is one line on stderr and exit code 2", async () => {
  assert.deepEqual(await capture([await Deno.realPath(EXECUTABLE), "run", "--rnus", "3"]), {
    code: 2,
    stdout: "",
    stderr: "probe: unknown option --rnus; did you mean --runs?\n",
  });
});

Deno.test("with --verbose an error says where in the program it came from", async () => {
  using place = new Place();
  const { code, stderr } = await capture([place.probe, "show", "missing.csv", "--verbose"]);
  assert.equal(code, 1);
  assert.match(stderr, /^ +at readSide \(probe\.js/m);
});

Deno.test("nothing of the user's configuration reaches the runtime: home, folder, variables", async () => {
  using place = new Place();
  const { folder, probe } = place;
  const version = (cwd: string, env: Readonly<Record<string, string>>) =>
    capture([probe, "--version"], { cwd, env: { PATH: "/usr/bin", ...env } });
  const kinds: Readonly<Record<string, (path: string) => void>> = {
    "a setting that cannot be resolved": (path) =>
      Deno.writeTextFileSync(path, "registry=${NPM_REGISTRY}\n@a:registry=${NO_SUCH}\n"),
    "bytes that are no text": (path) => Deno.writeFileSync(path, new Uint8Array([0xff, 0xfe, 0x00, 0x80])),
    "a folder": (path) => Deno.mkdirSync(path),
    "a FIFO": (path) => void new Deno.Command("mkfifo", { args: [path] }).outputSync(),
  };
  for (const [kind, make] of Object.entries(kinds)) {
    const home = Deno.makeTempDirSync({ dir: folder });
    make(`${home}/.npmrc`);
    assert.deepEqual(await version("/", { HOME: home }), VERSION, `${kind} as ~/.npmrc`);
    assert.deepEqual(await version(home, { HOME: home }), VERSION, `${kind} as ./.npmrc`);
  }
  for (const name of ["package.json", "deno.json", "deno.jsonc", "deno.lock"]) {
    const here = Deno.makeTempDirSync({ dir: folder });
    Deno.writeTextFileSync(`${here}/${name}`, "{ no JSON");
    assert.deepEqual(await version(here, {}), VERSION, `a broken ./${name}`);
  }
  for (
    const [name, value] of [
      ["DENO_V8_FLAGS", "--no-such-flag"],
      ["DENO_COMPAT", "1"],
      ["NODE_OPTIONS", "--no-such-option"],
      ["NODE_EXTRA_CA_CERTS", "/no/such/file"],
      ["NPM_CONFIG_REGISTRY", "no address"],
      ["npm_config_registry", "no address"],
    ] as const
  ) {
    assert.deepEqual(await version("/", { [name]: value }), VERSION, name);
  }
  const gone = Deno.makeTempDirSync({ dir: folder });
  const inGone = await capture(["sh", "-c", 'cd "$1"; rmdir "$1"; "$0" --version', probe, gone]);
  assert.deepEqual(inGone, VERSION, "a folder that was deleted");
});
