/** The Ansible role, run on this machine with all that it writes below a folder. */

import assert from "node:assert/strict";
import { capture } from "../../build/process/command.ts";

const RESULT = "host-a-boot00000001-20260101T000000Z.csv";

interface Place {
  readonly root: string;
  readonly fetched: string;
  /** Runs the playbook, and counts what Ansible did to the host. */
  play(...args: string[]): Promise<{ said: string; changed: number; failed: number }>;
}

async function inPlace(test: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "probe-ansible-" });
  const [root, fetched, runbook] = [`${folder}/root`, `${folder}/fetched`, `${folder}/lab.toml`];
  try {
    await Deno.mkdir(`${root}/var/lib/probe`, { recursive: true });
    await Deno.writeTextFile(`${root}/var/lib/probe/${RESULT}`, "result\n");
    await Deno.writeTextFile(`${root}/var/lib/probe/notes.csv`, "not a result\n");
    await Deno.writeTextFile(runbook, "runs = 5\n");
    const variables = {
      ansible_become: false,
      probe_root: root,
      probe_runbook: runbook,
      probe_keep_newest: "100",
    };
    const play = async (...args: string[]) => {
      const fixed = ["-i", "lab1,", "-c", "local", "-e", JSON.stringify(variables)];
      const { stdout, stderr } = await capture(
        ["ansible-playbook", ...fixed, ...args, `${Deno.cwd()}/packaging/ansible/collect.yml`],
        { cwd: folder, env: { ANSIBLE_LOCAL_TEMP: folder, ANSIBLE_REMOTE_TMP: folder, LC_ALL: "C.UTF-8" } },
      );
      const count = (what: string) => Number(new RegExp(`^lab1 .*\\b${what}=(\\d+)`, "m").exec(stdout)?.[1]);
      return { said: stdout + stderr, changed: count("changed"), failed: count("failed") };
    };
    await test({ root, fetched, play });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("the role writes nothing when it only checks, then its files, and the second time nothing", async () => {
  await inPlace(async ({ root, fetched, play }) => {
    const checked = await play("--check");
    assert.ok(checked.failed === 0 && checked.changed > 0, checked.said);
    assert.deepEqual(names(root), ["var"]);

    const played = await play();
    assert.deepEqual([played.failed, played.changed], [0, checked.changed], played.said);
    const read = (path: string) => Deno.readTextFileSync(`${root}/etc/${path}`);
    assert.equal(read("probe/runbook.toml"), "runs = 5\n");
    assert.match(read("default/probe"), /^PROBE_OPTIONS="--runbook \/etc\/probe\/runbook\.toml"$/m);

    const units = `${root}/etc/systemd/system`;
    // The drop-ins beside the units that the package has, as systemd reads both.
    const built = await Deno.realPath("dist/probe");
    for (const name of ["probe.service", "probe.timer"]) {
      const unit = await Deno.readTextFile(`packaging/systemd/${name}`);
      await Deno.writeTextFile(`${units}/${name}`, unit.replace("/usr/bin/probe", built));
    }
    const service = read("systemd/system/probe.service.d/ansible.conf");
    const packaged = /^ExecStart=.*$/m.exec(await Deno.readTextFile("packaging/systemd/probe.service"))![0];
    assert.ok(service.includes(`\n${packaged.replace("500MB", "100")}\n`), service);
    await Deno.writeTextFile(
      `${units}/probe.service.d/ansible.conf`,
      service.replace("/usr/bin/probe", built),
    );
    const verified = await capture(
      ["systemd-analyze", "verify", "--man=no", "probe.service", "probe.timer"],
      {
        env: { SYSTEMD_UNIT_PATH: `${units}:` },
      },
    );
    assert.deepEqual(
      (verified.stdout + verified.stderr).split("\n").filter((line) => line.includes("probe")),
      [],
    );
    await Deno.writeTextFile(`${units}/probe.service.d/ansible.conf`, service);

    const again = await play("-e", `probe_fetch=${fetched}`);
    assert.deepEqual([again.failed, again.changed], [0, 1], again.said);
    assert.deepEqual(names(`${fetched}/lab1`), [RESULT]);
  });
});
