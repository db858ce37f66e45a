/** The Debian package: a tree in Debian's order, packed by dpkg-deb. */

import { createHash } from "node:crypto";
import { libbpfLibraries, type Library, packageOf } from "../parts/libraries.ts";
import { OUT } from "../parts/native.ts";
import { notices } from "../parts/notices.ts";
import { run, stdoutOf } from "../process/command.ts";
import { below, completions, documents, manuals, PROGRAM, units } from "./contents.ts";
import { dateOf, type Release, SUMMARY } from "./release.ts";
import { gzipped, lay, type PackedFile, type Tree } from "./tree.ts";

/** The project has no address of its own; this domain is nobody's by RFC 2606. */
const MAINTAINER = "The probe authors <probe@packages.example.org>";

const DESCRIPTION = `Wakes a thread again and again, or watches an existing task, and follows every
wakeup through the kernel with BPF programs: who woke it, on which path, with
which flags, onto which CPU, when it ran, and when it first read the clock.
Compares such measurements, for example of a host and of a virtual machine,
and says with its uncertainty whether they agree.`;

/** What lintian would find, with the reason why it stays. */
const OVERRIDES = `# The launcher is static: it maps the dynamically linked runtime behind it in the file.
probe: statically-linked-binary [usr/bin/probe]
# The Deno runtime is packed as it comes; what it holds is named in the copyright file.
probe: embedded-library lcms2 [usr/bin/probe]
`;

/** @returns the name of the package that was written into `folder` */
export async function writeDeb(release: Release, folder: string): Promise<string> {
  const { version, architecture, epoch } = release;
  const files = await installed(release);
  const root = await Deno.makeTempDir({ prefix: "probe-deb-" });
  try {
    await lay(new Map([...files, ...await controlFiles(release, files)]), root, epoch);
    const name = `probe_${version}_${architecture}.deb`;
    // gzip: xz would make it a quarter smaller, and take a minute of CPU time.
    const packing = ["--root-owner-group", "--uniform-compression", "-Zgzip", "-z6"];
    await run(["dpkg-deb", "--build", ...packing, root, `${folder}/${name}`], {
      env: { SOURCE_DATE_EPOCH: String(epoch) },
    });
    return name;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** What the package installs, by paths from the root. */
async function installed(release: Release): Promise<Tree> {
  const share: [string, PackedFile][] = [
    ["doc/probe/copyright", { content: await notices(true) }],
    ["doc/probe/changelog.gz", { content: await gzipped(changelog(release)) }],
    ["lintian/overrides/probe", { content: OVERRIDES }],
  ];
  for (const [path, text] of await manuals(dateOf(release))) {
    share.push([`${path}.gz`, { content: await gzipped(text) }]);
  }
  return new Map([
    ["usr/bin/probe", PROGRAM],
    ...below("usr/lib", units()),
    ...below("usr/share", new Map(share)),
    ...below("usr/share", await completions()),
    ...below("usr/share/doc/probe", documents()),
  ]);
}

function changelog(release: Release): string {
  const date = dateOf(release).toUTCString().replace("GMT", "+0000");
  return `probe (${release.version}) unstable; urgency=medium

  * What has changed is in CHANGELOG.md.

 -- ${MAINTAINER}  ${date}
`;
}

async function controlFiles(release: Release, files: Tree): Promise<Tree> {
  const sizes = [...files.values()].map(({ content }) => Math.ceil(bytesOf(content).length / 1024));
  const fields = [
    ["Package", "probe"],
    ["Version", release.version],
    ["Architecture", release.architecture],
    ["Maintainer", MAINTAINER],
    ["Installed-Size", String(sizes.reduce((sum, size) => sum + size, 0))],
    ["Depends", await dependencies()],
    ["Suggests", "openssh-client, qemu-system"],
    ["Section", "utils"],
    ["Priority", "optional"],
    ["Description", `${SUMMARY}\n ${DESCRIPTION.replaceAll("\n", "\n ")}`],
  ];
  const sums = [...files].map(([path, { content }]) =>
    `${createHash("md5").update(bytesOf(content)).digest("hex")}  ${path}\n`
  );
  return new Map([
    ["DEBIAN/control", { content: fields.map(([name, value]) => `${name}: ${value}\n`).join("") }],
    ["DEBIAN/md5sums", { content: sums.sort().join("") }],
  ]);
}

function bytesOf(content: PackedFile["content"]): Uint8Array {
  if (typeof content === "string") return new TextEncoder().encode(content);
  return content instanceof Uint8Array ? content : Deno.readFileSync(content.path);
}

/**
 * The packages that the runtime and the libraries within the executable need, with the versions whose symbols
 * they use, as dpkg-shlibdeps finds them. What is in the executable is not asked of the system.
 */
async function dependencies(): Promise<string> {
  const libraries: readonly Library[] = await libbpfLibraries();
  const own = await Promise.all(libraries.map(async ({ path }) => (await packageOf(path)).name));
  const binaries = [
    Deno.execPath(),
    `${Deno.cwd()}/${OUT}/libtarget.so`,
    ...libraries.map(({ path }) => path),
  ];
  const folder = await Deno.makeTempDir({ prefix: "probe-depends-" });
  try {
    // It takes nothing else from the description of the source.
    await Deno.mkdir(`${folder}/debian`);
    await Deno.writeTextFile(
      `${folder}/debian/control`,
      "Source: probe\n\nPackage: probe\nArchitecture: any\n",
    );
    const found = await stdoutOf(
      ["dpkg-shlibdeps", "-O", ...own.map((name) => `-x${name}`), ...binaries.map((path) => `-e${path}`)],
      { cwd: folder },
    );
    return found.trim().replace(/^shlibs:Depends=/, "");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
