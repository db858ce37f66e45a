/**
 * An OCI image as the files of an image layout (image-spec 1.0): made without a daemon, from
 * no other image. Its only layer has the executable and the libraries that the runtime is linked to.
 */

import { createHash } from "node:crypto";
import { librariesOf } from "../../guest/image/libraries.ts";
import { executableLibraries } from "../parts/executable.ts";
import { packageOf } from "../parts/libraries.ts";
import { NOTICES } from "../parts/notices.ts";
import { PROGRAM } from "./contents.ts";
import { dateOf, type Release, SUMMARY } from "./release.ts";
import { archive, compress, lay, type PackedFile, type Tree } from "./tree.ts";

const TYPE = "application/vnd.oci.image";

/** What the layout points to. */
interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** @returns the name of the layout's folder, which was written into `folder` */
export async function writeImage(release: Release, folder: string): Promise<string> {
  const name = `probe-${release.version}-oci-${release.architecture}`;
  const layout = `${folder}/${name}`;
  await Deno.mkdir(`${layout}/blobs/sha256`, { recursive: true });
  const { layer, diffId } = await writeLayer(release, layout);
  const created = dateOf(release).toISOString();
  const config = await writeBlob(layout, `${TYPE}.config.v1+json`, {
    created,
    architecture: release.architecture,
    os: "linux",
    config: { Entrypoint: ["/usr/bin/probe"], Cmd: ["--help"], WorkingDir: "/" },
    rootfs: { type: "layers", diff_ids: [diffId] },
    history: [{ created, comment: "the executable and its libraries" }],
  });
  const manifest = await writeBlob(layout, `${TYPE}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${TYPE}.manifest.v1+json`,
    config,
    layers: [layer],
    annotations: {
      "org.opencontainers.image.created": created,
      "org.opencontainers.image.description": SUMMARY,
      "org.opencontainers.image.licenses": "MIT",
      "org.opencontainers.image.title": "probe",
      "org.opencontainers.image.version": release.version,
    },
  });
  await writeJson(`${layout}/index.json`, {
    schemaVersion: 2,
    mediaType: `${TYPE}.index.v1+json`,
    manifests: [{
      ...manifest,
      platform: { architecture: release.architecture, os: "linux" },
      annotations: { "org.opencontainers.image.ref.name": release.version },
    }],
  });
  await writeJson(`${layout}/oci-layout`, { imageLayoutVersion: "1.0.0" });
  return name;
}

async function writeLayer(release: Release, layout: string): Promise<{ layer: Descriptor; diffId: string }> {
  const tree = await contents();
  const staged = await Deno.makeTempDir({ prefix: "probe-image-" });
  try {
    await lay(tree, `${staged}/root`, release.epoch);
    const path = `${staged}/layer.tar`;
    await archive(`${staged}/root`, ["."], path, release.epoch);
    const diffId = digestOf(await Deno.readFile(path));
    await compress(path);
    const bytes = await Deno.readFile(`${path}.gz`);
    return { layer: await keepBlob(layout, `${TYPE}.layer.v1.tar+gzip`, bytes), diffId };
  } finally {
    await Deno.remove(staged, { recursive: true });
  }
}

/** Libraries lie where the loader looks for them without a cache, with the notices of their packages. */
async function contents(): Promise<Tree> {
  const files: [string, PackedFile][] = [
    ["usr/bin/probe", PROGRAM],
    ["usr/share/doc/probe/NOTICES", { content: { path: NOTICES } }],
  ];
  for (const path of librariesOf([], executableLibraries())) {
    const file = await Deno.realPath(path);
    files.push([path.slice(1), { content: { path: file }, executable: true }]);
    const copyright = `usr/share/doc/${(await packageOf(file)).name}/copyright`;
    files.push([copyright, { content: { path: `/${copyright}` } }]);
  }
  return new Map(files);
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

async function keepBlob(layout: string, mediaType: string, bytes: Uint8Array): Promise<Descriptor> {
  const digest = digestOf(bytes);
  await Deno.writeFile(`${layout}/blobs/${digest.replace(":", "/")}`, bytes);
  return { mediaType, digest, size: bytes.length };
}

async function writeBlob(layout: string, mediaType: string, content: unknown): Promise<Descriptor> {
  return await keepBlob(layout, mediaType, new TextEncoder().encode(JSON.stringify(content)));
}

async function writeJson(path: string, content: unknown): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify(content));
}
