import assert from "node:assert/strict";
import { QUESTIONS } from "../../analysis/compare/questions.ts";
import { capture, type CommandOutput, stdoutOf } from "../../build/process/command.ts";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { compiled } from "../harness/compiled.ts";
import { assertSoundHere, parseMeasurement } from "../harness/measurement.ts";

const VM = "root@127.0.0.1";

/**
 * Runs a script where root's home is the folder $1 and an SSH server on port $2 accepts the key in it: in a
 * separate mount namespace, so the machine's accounts stay as they are. Both sides are this machine. -e:
 * sessions get the server's TMPDIR.
 */
const SERVED = `
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/shells" /etc/shells
dropbear -F -E -e -s -r "$1/hostkey" -P "$1/pid" -p "127.0.0.1:$2" 2>"$1/log" & server=$!
trap 'kill $server' EXIT
for try in $(seq 100); do
  ssh -o BatchMode=yes ${VM} true 2>"$1/refused" && break
  kill -0 $server && sleep 0.1
done
`;

class Place implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "probe-ssh-" });
  readonly temporary = `${this.folder}/tmp`;
  readonly port: number;

  private constructor() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = listener.addr.port;
    Deno.mkdirSync(this.temporary);
    Deno.mkdirSync(`${this.folder}/.ssh`, { mode: 0o700 });
    const others = Deno.readTextFileSync("/etc/passwd").split("\n").filter((line) =>
      !line.startsWith("root:")
    );
    Deno.writeTextFileSync(
      `${this.folder}/passwd`,
      [`root:x:0:0:root:${this.folder}:${this.folder}/shell`, ...others].join("\n"),
    );
    Deno.writeTextFileSync(`${this.folder}/shells`, `/bin/sh\n${this.folder}/shell\n`);
    this.loginShell("");
    Deno.writeTextFileSync(
      `${this.folder}/.ssh/config`,
      `Host 127.0.0.1\n  Port ${this.port}\nHost *\n  StrictHostKeyChecking accept-new\n`,
    );
  }

  static async make(): Promise<Place> {
    const place = new Place();
    const key = `${place.folder}/.ssh/id_ed25519`;
    await stdoutOf(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]);
    Deno.copyFileSync(`${key}.pub`, `${place.folder}/.ssh/authorized_keys`);
    await stdoutOf(["dropbearkey", "-t", "ed25519", "-f", `${place.folder}/hostkey`]);
    return place;
  }

  /** `probe ab` in that namespace, with `after` as the rest of the script; "$@" is its call. */
  async ab(args: readonly string[], after = '"$@"'): Promise<CommandOutput> {
    const call = [await Deno.realPath(EXECUTABLE), "ab", "--out-dir", `${this.folder}/out`, ...args];
    const script = `${SERVED}\nset +e; folder=$1; shift 2\n${after}`;
    return await capture([
      "unshare",
      "--mount",
      "sh",
      "-euc",
      script,
      "sh",
      this.folder,
      `${this.port}`,
      ...call,
    ], {
      cwd: this.folder,
      env: { TMPDIR: this.temporary },
    });
  }

  read(name: string) {
    return parseMeasurement(Deno.readTextFileSync(`${this.folder}/out/${name}`));
  }

  /** Makes root's login shell do this before it acts as a usual one. */
  loginShell(script: string): void {
    const path = `${this.folder}/shell`;
    Deno.writeTextFileSync(path, `#!/bin/sh\n${script}\nexec /bin/sh "$@"\n`);
    Deno.chmodSync(path, 0o755);
  }

  /** Names of what remains where temporary files are made. */
  left(): string[] {
    return [...Deno.readDirSync(this.temporary)].map(({ name }) => name);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

Deno.test("probe ab over ssh copies the executable and the runbook, runs, fetches, removes and compares", async () => {
  using place = await Place.make();
  Deno.writeTextFileSync(`${place.folder}/it's.toml`, 'wakes = ["pipe"]\n');
  const protocol = ["--runbook", "it's.toml", "--runs", "6", "--period", "50ms"];
  const { code, stdout, stderr } = await place.ab(["--ssh", VM, ...protocol]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^4 questions: [^]*^question +A /m);
  assert.match(stderr, /^vm \| 6 of 6 runs written to /m);
  assert.match(stderr, /^both sides measure at tier \w+$/m);
  const [a, b] = [place.read("host.csv"), place.read("vm.csv")];
  for (const side of [a, b]) assertSoundHere(side, 6);
  assert.deepEqual([a.meta.env, b.meta.env], ["host", "vm"]);
  assert.equal(a.meta.runbook.wake, "pipe");
  assert.equal(a.meta.runbook_sha256, b.meta.runbook_sha256);
  assert.deepEqual(a.meta.runbook_file, b.meta.runbook_file);
  assert.deepEqual(place.left(), []);
});

Deno.test("--vm names the VM's process here: what cannot be told of it leaves the rows as they are, and says why", async () => {
  using place = await Place.make();
  Deno.writeTextFileSync(`${place.folder}/turns.toml`, 'runs = 6\nblocks = 2\nperiod = "50ms"\n');
  const program = `${place.folder}/vcpus`;
  Deno.writeFileSync(program, await compiled("tests/harness/programs/vcpus.c"));
  Deno.chmodSync(program, 0o755);
  const { code, stderr } = await place.ab(
    ["--ssh", VM, "--runbook", "turns.toml"],
    `"$folder/vcpus" 2 </dev/null >/dev/null & vcpus=$!
"$@" --vm pid:$vcpus; code=$?
kill $vcpus
exit $code`,
  );
  assert.equal(code, 0, stderr);
  const vm = place.read("vm.csv");
  assertSoundHere(vm, 6);
  assert.deepEqual(vm.resumptions, [4]);
  const [reason = "", ...others] = vm.meta.host_part?.reasons ?? [];
  // Threads without a VM: whatever this machine says of its counter and of debugfs, there is no VM in it.
  assert.match(reason, /\/sys\/kernel\/debug\/kvm|is not steady/);
  assert.deepEqual(others, []);
  const told = stderr.split("\n").filter((line) => line.includes("the host's part of"));
  assert.deepEqual(told, [`notice: the host's part of 3 rows of the VM is empty: ${reason}`]);
  for (const row of vm.rows) assert.deepEqual([row.vcpu, row.host_ttwu_ns, row.preempted_ns], ["", "", ""]);
  const attached = vm.meta.host_part?.hooks.filter((hook) => hook.attached).map(({ hook }) => hook) ?? [];
  assert.ok(attached.includes("sched_waking") && attached.includes("sched_switch"), JSON.stringify(attached));
  assert.equal(place.read("host.csv").meta.host_part, undefined);
});

Deno.test("--vm of a process that runs no vCPU is refused before anything is copied or measured", async () => {
  using place = await Place.make();
  const { code, stderr } = await place.ab(["--ssh", VM, "--runs", "6", "--vm", `pid:${Deno.pid}`]);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /^probe: no thread of process \d+ is known to run a vCPU; name them .*$/m);
  assert.throws(() => Deno.statSync(`${place.folder}/out`), Deno.errors.NotFound);
  assert.deepEqual(place.left(), []);
});

Deno.test("in a wide terminal probe ab draws what probe compare draws", async () => {
  using place = await Place.make();
  const call = ["--ssh", VM, "--runs", "6", "--period", "50ms", "--details"];
  const { stdout } = await place.ab(
    call,
    `wide() { script -qec "stty cols 160; $*" /dev/null </dev/null; }
wide "$@"; echo "ended with $?"; wide "$1" compare --details "$folder/out/host.csv" "$folder/out/vm.csv"`,
  );
  const [all = "", compared = ""] = stdout.split("ended with 0\n");
  assert.match(compared, /^question +verdict[^]*\u2588/m, stdout);
  assert.ok(all.endsWith(compared), stdout);
});

Deno.test("of a runbook of several blocks, both sides take turns over ssh", async () => {
  using place = await Place.make();
  Deno.writeTextFileSync(`${place.folder}/turns.toml`, 'runs = 8\nblocks = 3\nperiod = "50ms"\n');
  const { code, stdout, stderr } = await place.ab(["--ssh", VM, "--runbook", "turns.toml"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^4 questions: [^]*^question +A /m);
  const [a, b] = [place.read("host.csv"), place.read("vm.csv")];
  for (const side of [a, b]) {
    assertSoundHere(side, 8);
    assert.deepEqual(side.resumptions, [3, 6]);
  }
  // Both sides are this machine, with one CLOCK_MONOTONIC.
  const order = [...a.rows.map((row) => ({ side: "a", row })), ...b.rows.map((row) => ({ side: "b", row }))]
    .sort((one, other) => Number(BigInt(one.row.edge_ns) - BigInt(other.row.edge_ns)))
    .map(({ side, row }) => `${side}${row.run}`).join(" ");
  assert.equal(order, "a1 a2 b1 b2 a3 a4 a5 b3 b4 b5 a6 a7 a8 b6 b7 b8");
  assert.deepEqual(place.left(), []);
});

Deno.test("probe ab --until-decided ends both sides at a look where the answer is plain", async () => {
  using place = await Place.make();
  Deno.writeTextFileSync(
    `${place.folder}/looks.toml`,
    'runs = 180\nlooks = 3\nperiod = "10ms"\n' +
      QUESTIONS.map(({ name }) => `${name}_margin = "1s"\n`).join(""),
  );
  const { code, stdout, stderr } = await place.ab([
    "--ssh",
    VM,
    "--runbook",
    "looks.toml",
    "--until-decided",
  ]);
  assert.equal(code, 0, stderr);
  const look = Number(/^decided at look ([12]) of 3$/m.exec(stderr)?.[1]);
  assert.match(stderr, new RegExp(`^look ${look} of 3, ${60 * look} runs a side: offset `, "m"));
  assert.match(stdout.replaceAll(/\s+/g, " "), / looks: 3 were planned \(Pocock\)/);
  for (const side of [place.read("host.csv"), place.read("vm.csv")]) {
    assertSoundHere(side, 60 * look);
    assert.deepEqual([side.meta.looks, side.end?.looks], [3, look]);
  }
  assert.deepEqual(place.left(), []);
});

Deno.test("probe ab over ssh with --keep leaves what it has copied, and says where", async () => {
  using place = await Place.make();
  const { code, stderr } = await place.ab(["--ssh", VM, "--keep", "--runs", "6", "--period", "50ms"]);
  assert.equal(code, 0, stderr);
  const [, folder = ""] = /^probe and its file are kept in root@127\.0\.0\.1:(.*)$/m.exec(stderr) ?? [];
  assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["probe", "vm.csv"]);
});

Deno.test("probe ab over ssh, interrupted, ends probe on the other side too and removes what it has copied", async () => {
  using place = await Place.make();
  const { stdout, stderr } = await place.ab(
    ["--ssh", VM, "--runs", "40", "--period", "100ms"],
    `"$@" 2>"$folder/err" & ab=$!
until grep -q '^vm | measuring' "$folder/err"; do
  kill -0 $ab && sleep 0.1 || exit
done
kill -TERM $ab
wait $ab
echo "ended with $?"
pgrep -fa "$folder/tmp/.*/probe run"
cat "$folder/err" >&2`,
  );
  assert.equal(stdout, "ended with 143\n", stderr);
  assert.match(
    stderr,
    /^probe: interrupted while the VM was measured; .* are in .*host\.csv; the VM's are in .*vm\.csv$/m,
  );
  assertSoundHere(place.read("host.csv"), 40);
  const { rows, end } = place.read("vm.csv");
  assert.ok(rows.length < 40 && end === null, `${rows.length} rows`);
  assert.deepEqual(place.left(), []);
});

const BROKEN: readonly { what: string; breaks: string; says: RegExp; vmRows: readonly number[] }[] = [
  {
    what: "the server is gone at its second turn",
    // The server accepts no new connection, but the second turn needs one.
    breaks: 'until [ -s "$folder/out/vm.csv" ]; do kill -0 $ab && sleep 0.1 || break; done; kill $server',
    says: /^probe: ssh to root@127\.0\.0\.1 failed: .*Connection refused; make this work first: /m,
    vmRows: [1, 2, 3, 4, 5],
  },
  {
    what: "the connection breaks in its second turn",
    breaks:
      `until grep -q '^6,' "$folder"/tmp/tmp.*/vm.csv 2>/dev/null; do kill -0 $ab && sleep 0.1 || break; done
kill -9 $(pgrep -P $server)`,
    says: /^probe: ssh to root@127\.0\.0\.1 failed: .*closed/m,
    vmRows: [1, 2, 3, 4, 5, 6],
  },
];

for (const { what, breaks, says, vmRows } of BROKEN) {
  Deno.test(`where ${what}, what the VM has measured is here and the message names both files`, async () => {
    using place = await Place.make();
    Deno.writeTextFileSync(`${place.folder}/turns.toml`, 'runs = 40\nblocks = 8\nperiod = "300ms"\n');
    const { stdout, stderr } = await place.ab(
      ["--ssh", VM, "--runbook", "turns.toml"],
      `"$@" 2>"$folder/err" & ab=$!
${breaks}
wait $ab
echo "ended with $?"
cat "$folder/err" >&2`,
    );
    assert.equal(stdout, "ended with 1\n", stderr);
    assert.match(stderr, says);
    assert.match(
      stderr,
      /; this machine's runs are in [^ ]*host\.csv; the VM's are in [^ ]*vm\.csv$/m,
    );
    const [host, vm] = [place.read("host.csv"), place.read("vm.csv")];
    assert.deepEqual(vm.rows.slice(0, vmRows.length).map(({ run }) => Number(run)), vmRows);
    assert.ok(host.rows.length >= 10 && host.rows.length < 40, `${host.rows.length} rows`);
    assert.deepEqual([host.end, vm.end], [null, null]);
  });
}

const REFUSED: readonly (readonly [what: string, destination: string, code: number, says: RegExp])[] = [
  [
    "nobody listens",
    "ssh://root@localhost:1",
    1,
    /^probe: ssh to ssh:\/\/root@localhost:1 failed: ssh: connect to host localhost port 1: Connection refused; make/,
  ],
  [
    "the key is not taken",
    "nobody@127.0.0.1",
    1,
    /^probe: ssh to nobody@127\.0\.0\.1 failed: nobody@127\.0\.0\.1: Permission denied \(publickey\)\.; make/,
  ],
  [
    "the destination is an option",
    "-oProxyCommand=id",
    2,
    /^probe: --ssh -oProxyCommand=id is not a destination; /,
  ],
];

for (const [what, destination, exitCode, says] of REFUSED) {
  Deno.test(`where ${what}, probe ab says so in one line and measures nothing`, async () => {
    using place = await Place.make();
    const { code, stdout, stderr } = await place.ab([`--ssh=${destination}`]);
    assert.deepEqual({ code, stdout }, { code: exitCode, stdout: "" }, stderr);
    assert.match(stderr.trimEnd().split("\n").at(-1)!, says);
    assert.throws(() => Deno.statSync(`${place.folder}/out`), Deno.errors.NotFound);
  });
}

Deno.test("what the login shell prints is taken for nothing of probe's, on either stream", async () => {
  using place = await Place.make();
  place.loginShell(
    "echo 'Welcome to the VM'; printf 'a last word'; echo 'a warning' >&2; printf 'and one more' >&2",
  );
  Deno.writeTextFileSync(`${place.folder}/probe`, 'runs = 3\nperiod = "50ms"\n');
  const { code, stderr } = await place.ab(["--ssh", VM, "--runbook", "probe"]);
  assert.equal(code, 0, stderr);
  assertSoundHere(place.read("vm.csv"), 3);
  assert.equal(place.read("vm.csv").meta.runbook_file?.name, "probe");
  assert.deepEqual(place.left(), []);
});

interface UnfitVm {
  readonly what: string;
  /** Part of the script before the call. */
  readonly made?: string;
  readonly shell?: string;
  readonly args?: readonly string[];
  readonly code: number;
  readonly says: RegExp;
}

const UNFIT: readonly UnfitVm[] = [
  {
    what: "temporary files may not be executed",
    made: 'mount -t tmpfs -o noexec probe-test "$folder/tmp"',
    code: 3,
    says:
      /^probe: root@127\.0\.0\.1 cannot run probe: no program in \S+\/tmp may be executed .*noexec.*; set TMPDIR there /,
  },
  {
    what: "the disk is full",
    made: 'mount -t tmpfs -o size=1m probe-test "$folder/tmp"',
    code: 1,
    says: /^probe: cannot copy to root@127\.0\.0\.1: .*No space left on device; make room there, /,
  },
  {
    what: "the user is not root",
    made: 'chmod 711 "$folder"; chmod 1777 "$folder/tmp"',
    shell: 'exec setpriv --reuid 65534 --regid 65534 --clear-groups /bin/sh "$@"',
    code: 3,
    says: /^probe: root@127\.0\.0\.1 cannot measure: .*CAP_BPF.*; run it with sudo/,
  },
  {
    what: "the account is closed",
    shell: "echo 'This account is currently not available.'; exit 1",
    code: 1,
    says: /^probe: .*root@127\.0\.0\.1.*: This account is currently not available\.; make this work first: /,
  },
  {
    what: "the executable is another machine's",
    shell: 'PATH="${0%/*}/bin:$PATH"; export PATH',
    made:
      'mkdir "$folder/bin"; printf \'#!/bin/sh\\necho "not for this machine" >&2; exit 9\\n\' >"$folder/other"; ' +
      'printf \'#!/bin/sh\\n/bin/chmod "$@"; case $2 in */probe) cat "%s/other" >"$2";; esac\\n\' "$folder" ' +
      '>"$folder/bin/chmod"; /bin/chmod 755 "$folder/bin/chmod"',
    code: 3,
    says: /^probe: root@127\.0\.0\.1 cannot run probe: not for this machine; /,
  },
];

for (const { what, made = "", shell = "", args = [], code: exitCode, says } of UNFIT) {
  Deno.test(`where ${what} in the VM, probe ab says so before the host is measured, and leaves nothing`, async () => {
    using place = await Place.make();
    const made_shell = `printf '#!/bin/sh\\n%s\\nexec /bin/sh "$@"\\n' "$shell" >"$folder/shell"`;
    const { code, stdout, stderr } = await place.ab(
      ["--ssh", VM, "--runs", "3", "--period", "50ms", ...args],
      `shell='${shell.replaceAll("'", `'\\''`)}'\n${made_shell}\n${made}\n"$@"\ncode=$?\n` +
        'ls -A "$folder/tmp"\nexit $code',
    );
    assert.deepEqual({ code, stdout }, { code: exitCode, stdout: "" }, stderr);
    assert.match(stderr.trimEnd().split("\n").at(-1)!, says);
    assert.throws(() => Deno.statSync(`${place.folder}/out`), Deno.errors.NotFound);
  });
}

Deno.test("a required tier that a side does not have is refused before anything is measured, and nothing is left", async () => {
  const { stdout: json } = await capture([EXECUTABLE, "doctor", "--json"]);
  const { tiers }: { tiers: { tier: string; outcome: string }[] } = JSON.parse(json);
  const missing = tiers.find(({ outcome }) => outcome !== "yes");
  // Both sides are this machine: if it has every tier, only tests/guest/vm/doctored_test.ts can test this.
  if (missing === undefined) return;
  using place = await Place.make();
  const { code, stdout, stderr } = await place.ab(["--ssh", VM, "--runs", "3", "--require", missing.tier]);
  assert.deepEqual({ code, stdout }, { code: 3, stdout: "" }, stderr);
  assert.match(
    stderr,
    new RegExp(
      `^probe: this machine cannot measure: the tier ${missing.tier} is not available: .*; leave --require out `,
      "m",
    ),
  );
  assert.throws(() => Deno.statSync(`${place.folder}/out`), Deno.errors.NotFound);
  assert.deepEqual(place.left(), []);
});

Deno.test("interrupted while the VM is prepared, probe ab leaves nothing there", async () => {
  using place = await Place.make();
  const { stdout, stderr } = await place.ab(
    ["--ssh", VM, "--runs", "3"],
    `"$@" 2>"$folder/err" & ab=$!
until grep -q '^copying' "$folder/err"; do
  kill -0 $ab && sleep 0.05 || exit
done
kill -TERM $ab
wait $ab
echo "ended with $?"
until [ -z "$(ls -A "$folder/tmp")" ] || ! pgrep -P $server >/dev/null; do sleep 0.1; done
cat "$folder/err" >&2`,
  );
  assert.equal(stdout, "ended with 143\n", stderr);
  assert.match(stderr, /^probe: interrupted before anything was measured; call probe ab again$/m);
  assert.deepEqual(place.left(), []);
});
