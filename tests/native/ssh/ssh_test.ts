import assert from "node:assert/strict";
import { QUESTIONS } from "../../../analysis/compare/questions.ts";
import { capture } from "../../../build/process/command.ts";
import { EXECUTABLE } from "../../../build/parts/executable.ts";
import { assertSoundHere } from "../../harness/measurement.ts";
import { Place, VM } from "./ssh_place.ts";

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

for (const [key, value] of [["boots", "2"], ["vcpus", '"pinned"']] as const) {
  Deno.test(`${key} of an existing VM are refused with their line: probe ab boots and places its own guest alone`, async () => {
    using place = await Place.make();
    Deno.writeTextFileSync(`${place.folder}/lab.toml`, `runs = 6\n${key} = ${value}\n`);
    const { code, stdout, stderr } = await place.ab(["--ssh", VM, "--runbook", "lab.toml"]);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: "" }, stderr);
    assert.match(
      stderr,
      new RegExp(
        `^probe: lab\\.toml line 2: ${key} is [\\w"]+, and probe ab boots .*; leave it out, or leave --ssh out$`,
        "m",
      ),
    );
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
