/** The guest's file system: init, busybox, the caller's files and the libraries that they need. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { writeAll } from "../../system/write_all.ts";
import { guestArchitecture } from "../qemu/arch.ts";
import { AGENT_SCRIPT, initScript } from "./agent.ts";
import { CpioWriter } from "./cpio.ts";
import { type Elf, readElf } from "./elf.ts";
import { librariesOf } from "./libraries.ts";

/** One file in the guest. */
export interface GuestFile {
  /** Absolute path in the guest. */
  path: string;
  /** A path on this machine, or the content itself. */
  source: string | Uint8Array;
  /** Permission bits; default 0o755, so that executables run. */
  mode?: number;
}

export interface InitramfsOptions {
  files: readonly GuestFile[];
  /** Names of libraries that the files open at run time, such as `libgcc_s.so.1`. */
  libraries?: readonly string[];
  /** A statically linked busybox; default: the one in /bin or /usr/bin. */
  busybox?: string;
  /** The folder in which libraries and busybox are looked for, with the paths of the guest; default: `/`. */
  root?: string;
  /** The guest's, as Deno spells it; default: this machine's. */
  architecture?: string;
  /** A statically linked process 1; when given, the image contains neither busybox nor an agent. */
  init?: Uint8Array;
  /**
   * An archive of the caller. The kernel unpacks it before this one, so files of this one replace its files.
   */
  before?: string;
}

/** Writes the archive to `path`, including the libraries that dynamically linked files need. */
export async function writeInitramfs(path: string, options: InitramfsOptions): Promise<void> {
  const { init, before, libraries = [], root = "" } = options;
  const busybox = init === undefined ? options.busybox ?? findBusybox(root) : undefined;
  const executables = options.files.flatMap((file) => readElf(file.source) ?? []);
  using out = await Deno.open(path, { write: true, create: true, truncate: true });
  if (before !== undefined) await copyArchive(before, out);
  const cpio = new CpioWriter(out);
  for (const folder of ["proc", "sys", "dev", "run", "tmp", "root", "etc"]) await cpio.directory(folder);
  // Links as in Debian's own archives: a real folder /lib would hide the files of such an archive's /usr/lib.
  for (const folder of ["bin", "sbin", "lib", "lib64"]) {
    await cpio.directory(`usr/${folder}`);
    await cpio.symlink(folder, `usr/${folder}`);
  }
  if (init !== undefined) await cpio.file("init", 0o755, init);
  if (busybox !== undefined) await addAgent(cpio, busybox, guestArchitecture(options.architecture).port);
  await addLibraries(cpio, executables, libraries, root);
  for (const { path, source, mode = 0o755 } of options.files) {
    if (typeof source === "string") await cpio.copy(path, mode, source);
    else await cpio.file(path, mode, source);
  }
  await cpio.end();
}

/** The kernel looks for the next archive at a multiple of 4 bytes, and skips zeros. */
async function copyArchive(from: string, out: Deno.FsFile): Promise<void> {
  const bytes = await Deno.readFile(from);
  const padding = new Uint8Array((4 - bytes.length % 4) % 4);
  await writeAll(out, bytes);
  await writeAll(out, padding);
}

async function addAgent(cpio: CpioWriter, busybox: string, port: string): Promise<void> {
  await cpio.file("init", 0o755, encode(initScript(port)));
  await cpio.file("agent", 0o755, encode(AGENT_SCRIPT));
  await cpio.copy("bin/busybox", 0o755, busybox);
  await cpio.symlink("bin/sh", "busybox");
  const users = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/tmp:/bin/sh\n";
  await cpio.file("etc/passwd", 0o644, encode(users));
  await cpio.file("etc/group", 0o644, encode("root:x:0:\nnogroup:x:65534:\n"));
}

async function addLibraries(
  cpio: CpioWriter,
  executables: Elf[],
  extra: readonly string[],
  root: string,
): Promise<void> {
  const paths = librariesOf(executables, extra, root);
  for (const path of paths) await cpio.copy(path, 0o755, `${root}${path}`);
  // With this machine's loader cache, the guest's loader looks where the libraries were found.
  if (paths.length > 0 && root === "") await cpio.copy("etc/ld.so.cache", 0o644, "/etc/ld.so.cache");
}

function findBusybox(root: string): string {
  for (const path of [`${root}/bin/busybox`, `${root}/usr/bin/busybox`]) {
    try {
      const elf = readElf(path);
      if (elf !== undefined && elf.interpreter === undefined) return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Failure(
    EXIT.cannotMeasure,
    "a guest needs a statically linked busybox, and neither /bin/busybox nor /usr/bin/busybox is one",
    "install the package busybox-static",
  );
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
