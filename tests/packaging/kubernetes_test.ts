/** The manifests for Kubernetes, by the types and the schemas of its API, and what they allow a container. */

import assert from "node:assert/strict";
import type { IDaemonSet } from "kubernetes-models/apps/v1";
import type { IJob } from "kubernetes-models/batch/v1";
import type { IConfigMap } from "kubernetes-models/v1";
import { parse } from "yaml";
import { capture } from "../../build/process/command.ts";
import { releaseOf } from "../../build/packages/release.ts";
import { parseRunbook } from "../../runbook/protocol/runbook_file.ts";

const FOLDER = "packaging/kubernetes";
const text = (name: string) => Deno.readTextFileSync(`${FOLDER}/${name}.yaml`);
// The test below has them checked.
const JOB = parse(text("job")) as IJob;
const DAEMON_SET = parse(text("daemonset")) as IDaemonSet;
const RUNBOOK = parse(text("runbook")) as IConfigMap;

/** Module of each kind in the package of the API's types. */
const KINDS: Readonly<Record<string, string>> = { Job: "batch/v1", DaemonSet: "apps/v1", ConfigMap: "v1" };

/**
 * A program that has an object as the literal of its kind: the compiler refuses a key that the API does not
 * have, which its schemas let pass, and the schema a value that is none.
 */
function program(object: { readonly kind?: string }): string {
  const kind = object.kind ?? "";
  const lines = [
    `import { type I${kind}, ${kind} } from "kubernetes-models/${KINDS[kind]}";`,
    `const object: I${kind} = ${JSON.stringify(object)};`,
    `new ${kind}(object).validate();`,
  ];
  return lines.join("\n");
}

async function checked(object: { readonly kind?: string }): Promise<{ code: number; stderr: string }> {
  const folder = await Deno.makeTempDir({ prefix: "probe-manifest-" });
  try {
    await Deno.writeTextFile(`${folder}/manifest.ts`, program(object));
    const config = ["--config", "deno.json", "--frozen"];
    return await capture([
      Deno.execPath(),
      "run",
      "--check",
      "-A",
      "--quiet",
      ...config,
      `${folder}/manifest.ts`,
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [name, object] of Object.entries({ job: JOB, daemonset: DAEMON_SET, runbook: RUNBOOK })) {
  Deno.test(`${name}.yaml is as the API has it`, async () => {
    const { code, stderr } = await checked(object);
    assert.equal(code, 0, stderr);
  });
}

Deno.test("a key that is misspelled and a value that is none are found", async () => {
  const misspelled = JSON.parse(JSON.stringify(JOB).replace('"hostPID"', '"hostPid"'));
  assert.match((await checked(misspelled)).stderr, /"hostPid"' does not exist in type/);
  const wrong = JSON.parse(JSON.stringify(DAEMON_SET).replace('"Always"', "7"));
  assert.notEqual((await checked(wrong)).code, 0);
});

const PODS = [JOB.spec!.template.spec!, DAEMON_SET.spec!.template.spec!];

Deno.test("a container has the capabilities of systemd's service, a read-only root, no network of the node", () => {
  const service = Deno.readTextFileSync("packaging/systemd/probe.service");
  const [, listed = ""] = /^CapabilityBoundingSet=(.*)$/m.exec(service) ?? [];
  for (const pod of PODS) {
    assert.deepEqual([pod.hostPID, pod.hostNetwork, pod.hostUsers], [false, false, true]);
    assert.equal(pod.automountServiceAccountToken, false);
    const [container, ...others] = pod.containers;
    assert.deepEqual(others, []);
    const { capabilities, privileged, allowPrivilegeEscalation, readOnlyRootFilesystem } = container!
      .securityContext!;
    assert.deepEqual(capabilities, { drop: ["ALL"], add: listed.split(" ").map((name) => name.slice(4)) });
    assert.deepEqual([privileged, allowPrivilegeEscalation, readOnlyRootFilesystem], [false, false, true]);
  }
});

Deno.test("both run the image of this version, by the runbook of the ConfigMap, into the node's folder", async () => {
  const { version } = await releaseOf();
  assert.equal(parseRunbook("runbook.toml", RUNBOOK.data!["runbook.toml"]!).settings.runs, 3600);
  const [job, daemonSet] = PODS;
  assert.deepEqual(daemonSet!.containers, job!.containers);
  const { image, args, volumeMounts } = job!.containers[0]!;
  assert.equal(image, `probe:${version}`);
  const mounted = new Map(
    volumeMounts!.map(({ name, mountPath }) => [mountPath, job!.volumes!.find((one) => one.name === name)]),
  );
  assert.equal(mounted.get("/etc/probe")!.configMap!.name, RUNBOOK.metadata!.name);
  assert.equal(mounted.get("/var/lib/probe")!.hostPath!.path, "/var/lib/probe");
  assert.equal(
    args!.join(" "),
    "run --quiet --runbook /etc/probe/runbook.toml --out-dir /var/lib/probe --keep-newest 500MB",
  );
});

Deno.test("as root with these capabilities alone, with pids and a network of its own, probe measures", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { capabilities } = PODS[0]!.containers[0]!.securityContext!;
    const list = ["-all", ...capabilities!.add!.map((name) => `+${name.toLowerCase()}`)].join();
    const apart = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--net", "--uts", "--ipc"];
    const { code, stdout, stderr } = await capture([
      ...[...apart, "setpriv", `--bounding-set=${list}`, "--inh-caps=-all", "--no-new-privs"],
      ...["dist/probe", "run", "--quiet", "--runs", "3", "--period", "50ms", "--out-dir", folder],
    ]);
    assert.equal(code, 0, stderr);
    const result = await Deno.readTextFile(stdout.trimEnd());
    assert.match(result, /^# end \{.*"complete":3/m);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
