/** The OCI image that `deno task package` has made: its structure, and what tools for images make of it. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { releaseOf } from "../../build/packages/release.ts";
import { capture, run, stdoutOf } from "../../build/process/command.ts";

const { version, architecture, epoch } = await releaseOf();
const LAYOUT = `dist/packages/probe-${version}-oci-${architecture}`;
const IMAGE = `${LAYOUT}:${version}`;

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const sha256 = (bytes: Uint8Array) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const json = (path: string) => JSON.parse(Deno.readTextFileSync(`${LAYOUT}/${path}`));

/** The bytes that a descriptor points to, which must be as it says. */
function blob({ mediaType, digest, size }: Descriptor, kind: string): Uint8Array<ArrayBuffer> {
  assert.equal(mediaType, `application/vnd.oci.image.${kind}`);
  const bytes = Deno.readFileSync(`${LAYOUT}/blobs/${digest.replace(":", "/")}`);
  assert.deepEqual([sha256(bytes), bytes.length], [digest, size]);
  return bytes;
}

Deno.test("each descriptor of the layout is right, down to the layer's own bytes, and no blob is left over", () => {
  assert.deepEqual(json("oci-layout"), { imageLayoutVersion: "1.0.0" });
  const { manifests, schemaVersion } = json("index.json");
  assert.deepEqual([schemaVersion, manifests.length], [2, 1]);
  assert.deepEqual(manifests[0].platform, { architecture, os: "linux" });
  assert.equal(manifests[0].annotations["org.opencontainers.image.ref.name"], version);
  const parsed = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));
  const manifest = parsed(blob(manifests[0], "manifest.v1+json"));
  const config = parsed(blob(manifest.config, "config.v1+json"));
  assert.equal(manifest.layers.length, 1);
  const layer = blob(manifest.layers[0], "layer.v1.tar+gzip");
  assert.deepEqual(config.rootfs, { type: "layers", diff_ids: [sha256(gunzipSync(layer))] });
  assert.deepEqual([config.os, config.architecture], ["linux", architecture]);
  assert.equal(Date.parse(config.created), epoch * 1000);
  const named = [manifests[0], manifest.config, ...manifest.layers].map(({ digest }) => digest.slice(7));
  assert.deepEqual(
    [...Deno.readDirSync(`${LAYOUT}/blobs/sha256`)].map(({ name }) => name).sort(),
    named.sort(),
  );
});

Deno.test("skopeo reads the image and takes it to another layout", async () => {
  const { Architecture, Os, Layers } = JSON.parse(await stdoutOf(["skopeo", "inspect", `oci:${IMAGE}`]));
  assert.deepEqual([Architecture, Os, Layers.length], [architecture, "linux", 1]);
  const folder = await Deno.makeTempDir();
  try {
    await run(["skopeo", "--insecure-policy", "copy", "--quiet", `oci:${IMAGE}`, `oci:${folder}/copy:again`]);
    assert.match(await stdoutOf(["skopeo", "inspect", `oci:${folder}/copy:again`]), /"Os": "linux"/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("in the unpacked image, with nothing else there, the entry point runs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await run(["umoci", "unpack", "--image", IMAGE, `${folder}/bundle`]);
    const { process } = JSON.parse(Deno.readTextFileSync(`${folder}/bundle/config.json`));
    assert.deepEqual(process.args, ["/usr/bin/probe", "--help"]);
    const root = `${folder}/bundle/rootfs`;
    // A runtime for containers makes it.
    Deno.mkdirSync(`${root}/proc`);
    const inside = ["unshare", "--mount", "--pid", "--fork", `--root=${root}`, "--mount-proc", "--"];
    const { code, stdout, stderr } = await capture([...inside, process.args[0], "--version"], {
      env: { PATH: "/usr/bin" },
      clearEnv: true,
    });
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: `probe ${version}\n`, stderr: "" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
