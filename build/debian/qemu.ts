/**
 * A QEMU that works for guests: the machine's own when it is new enough, else Debian's backport, unpacked.
 */

import { join } from "node:path";
import { type GuestArchitecture, guestArchitecture } from "../../guest/qemu/arch.ts";
import {
  emulatesSafely,
  identifyQemu,
  OLDEST_SAFE_TCG,
  type Qemu,
  runsShortly,
} from "../../guest/qemu/qemu.ts";
import { cached, cacheDirectory } from "./cache.ts";
import { stdoutOf } from "../process/command.ts";
import { DebianArchive } from "./archive.ts";

const SUITE = "bookworm-backports";

/**
 * A QEMU of version 9 or newer that has been seen to run a guest. Debian 12's own is older; then the backport
 * is downloaded (about 20 MB) and unpacked into the cache. It uses the libraries that the machine's own QEMU
 * package has installed. Error when the result does not run.
 */
export async function findQemu(
  options: {
    onProgress?: (message: string) => void;
    /** Of the guests, as Deno spells it; default: this machine's. */
    architecture?: string;
  } = {},
): Promise<Qemu> {
  const machine = guestArchitecture(options.architecture);
  const { qemu: command, packages } = machine;
  const installed = await identifyQemu(command);
  if (installed !== undefined && emulatesSafely(installed)) return await verified(installed, machine);
  const folder = machine.name === Deno.build.arch ? SUITE : `${SUITE}-${machine.name}`;
  const root = await cached(join(cacheDirectory(), "qemu", folder), async (directory) => {
    const found = installed === undefined ? "no QEMU" : `QEMU ${installed.version}`;
    options.onProgress?.(`${found} is here, guests need ${OLDEST_SAFE_TCG} or newer: downloading ${SUITE}'s`);
    using archive = await DebianArchive.open(join(cacheDirectory(), "apt", SUITE), [SUITE]);
    await archive.unpack(packages, directory);
    await verified(await unpackedQemu(directory, machine), machine);
  });
  return await verified(await unpackedQemu(root, machine), machine);
}

async function unpackedQemu(
  root: string,
  { qemu: name, packages: [own], firmwareFolders }: GuestArchitecture,
): Promise<Qemu> {
  const command = join(root, "usr/bin", name);
  const missing = (await stdoutOf(["ldd", command])).split("\n").filter((line) => line.includes("not found"));
  if (missing.length > 0) {
    throw new Error(
      `${command} lacks ${missing.map((line) => line.trim().split(" ")[0]).join(", ")}; ` +
        `install the package ${own}, which brings them`,
    );
  }
  const triplet = [...Deno.readDirSync(join(root, "usr/lib"))]
    .find((entry) => entry.isDirectory && entry.name.endsWith("-linux-gnu"))?.name;
  if (triplet === undefined) throw new Error(`no library folder below ${root}/usr/lib; remove ${root}`);
  const firmware = firmwareFolders.flatMap((folder) => ["-L", join(root, folder)]);
  const qemu = await identifyQemu(command, firmware, {
    QEMU_MODULE_DIR: join(root, "usr/lib", triplet, "qemu"),
  });
  if (qemu === undefined) throw new Error(`there is no ${command}; remove ${root} and try again`);
  return qemu;
}

async function verified(qemu: Qemu, machine: GuestArchitecture): Promise<Qemu> {
  if (!await runsShortly(qemu, "tcg", machine)) {
    throw new Error(`${qemu.command} ${qemu.version} starts but does not run a guest to its end`);
  }
  return qemu;
}
