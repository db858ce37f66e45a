/**
 * `deno task setup`: installs what the project needs from Debian's packages and from npm, without questions.
 */

import { guestArchitecture } from "../../guest/qemu/arch.ts";
import { buildArchitecture, otherArchitectures, UnknownArchitecture } from "../parts/arch.ts";
import { capture, CommandFailed, exitCode, run } from "../process/command.ts";

export interface Need {
  readonly name: string;
  readonly why: string;
}

/** Debian packages for this machine, with the same names in Debian 12 and 13. */
export function packages(): readonly Need[] {
  return [
    { name: "clang", why: "compiles the BPF programs, the target library and the launcher" },
    { name: "clang-format", why: "checks how C is formatted" },
    { name: "llvm", why: "llvm-strip takes debug information out of the BPF object" },
    { name: "libc6-dev", why: "headers and start files for what clang compiles" },
    {
      name: "libbpf-dev",
      why: "headers for the BPF programs; brings libbpf, libelf and zlib, which go into probe",
    },
    { name: "bpftool", why: "reads the record's layout out of the BPF object" },
    { name: "lld", why: "links the parts of executables for other machines" },
    ...otherArchitectures().map(({ name, debianName }): Need => ({
      name: `libc6-dev-${debianName}-cross`,
      why: `headers and C library for the executable for ${name}`,
    })),
    { name: guestArchitecture().packages[0], why: "runs throwaway guests" },
    { name: "busybox-static", why: "init and shell inside these guests" },
    { name: "openssh-client", why: "reaches an existing VM in the tests" },
    { name: "dropbear-bin", why: "is the SSH server of this VM" },
    { name: "cpio", why: "checks the guests' images in the tests" },
    { name: "zsh", why: "completes command lines in the tests" },
    { name: "fish", why: "completes command lines in the tests, as zsh" },
    { name: "xz-utils", why: "unpacks kernel modules for the tests" },
  ];
}

/** Further packages, which only `deno task test` needs. */
export const TEST_PACKAGES: readonly [Need, ...Need[]] = [
  { name: "chromium", why: "opens the report's page in the tests" },
  { name: "mandoc", why: "checks the manual pages" },
  { name: "lintian", why: "checks the Debian package" },
  { name: "mmdebstrap", why: "makes the system in which that is installed" },
  { name: "skopeo", why: "reads the OCI image" },
  { name: "systemd", why: "reads the service and the timer" },
  { name: "strace", why: "lists the system calls of a measurement" },
  { name: "ansible-core", why: "runs the Ansible role" },
  { name: "umoci", why: "unpacks the OCI image" },
  { name: "device-tree-compiler", why: "gives an emulated machine a PPS device" },
];

/** Further packages, which only `deno task package` needs. */
export const PACKAGING_PACKAGES: readonly [Need, ...Need[]] = [
  { name: "dpkg-dev", why: "finds what the executable depends on" },
];

/** Older lists may name versions that the archive no longer has. */
const LISTS_STALE_MS = 24 * 3_600_000;

class SetupFailed extends Error {
  override readonly name = "SetupFailed";
}

async function isInstalled(name: string): Promise<boolean> {
  const { code, stdout } = await capture(["dpkg-query", "-W", "-f=${db:Status-Abbrev}", name]);
  return code === 0 && stdout.startsWith("ii");
}

/** Age of apt's package lists in ms; infinite without lists. */
function listsAge(now: number): number {
  let newest = -Infinity;
  for (const entry of Deno.readDirSync("/var/lib/apt/lists")) {
    if (!entry.isFile || !entry.name.includes("_Packages")) continue;
    newest = Math.max(
      newest,
      Deno.statSync(`/var/lib/apt/lists/${entry.name}`).mtime?.getTime() ?? -Infinity,
    );
  }
  return now - newest;
}

async function aptGet(...args: string[]): Promise<void> {
  // A machine that has just booted may still hold the lock for its own updates.
  await run(["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", ...args], {
    env: { DEBIAN_FRONTEND: "noninteractive" },
  });
}

/** @throws {SetupFailed} when some are missing and this user may not install them */
export async function installPackages(needs: readonly Need[]): Promise<void> {
  const missing: Need[] = [];
  for (const need of needs) if (!await isInstalled(need.name)) missing.push(need);
  if (missing.length === 0) return console.log(`Debian packages: all ${needs.length} are there`);
  const names = missing.map(({ name }) => name);
  if (Deno.uid() !== 0) {
    throw new SetupFailed(
      `Debian packages are missing and only root may install them; run: ` +
        `sudo apt-get install -y --no-install-recommends ${names.join(" ")}`,
    );
  }
  console.log("Debian packages to install:");
  for (const { name, why } of missing) console.log(`  ${name.padEnd(16)} ${why}`);
  const install = ["install", "-y", "--no-install-recommends", ...names];
  if (listsAge(Date.now()) > LISTS_STALE_MS) await aptGet("update");
  await aptGet(...install);
}

async function installNpm(): Promise<void> {
  console.log("npm packages: as deno.lock names them");
  const code = await exitCode([Deno.execPath(), "install", "--frozen", "--quiet"]);
  if (code !== 0) {
    throw new SetupFailed("npm packages cannot be installed; check the connection to the npm registry");
  }
}

/**
 * @throws {SetupFailed} with what to do, when something cannot be installed
 * @throws {UnknownArchitecture}
 */
export async function setup(): Promise<void> {
  buildArchitecture();
  if (
    Deno.build.os !== "linux" || (await capture(["dpkg", "--version"]).catch(() => ({ code: 1 }))).code !== 0
  ) {
    throw new SetupFailed("set-up knows Debian 12 and 13 (and what is made of them); this is another system");
  }
  await installPackages(packages());
  await installNpm();
}

/**
 * Runs a task. When something cannot be installed or run, it prints the message without our own stack and
 * ends.
 */
export async function orExplain(task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    const explained = [SetupFailed, CommandFailed, UnknownArchitecture].some((kind) => error instanceof kind);
    if (!(error instanceof Error) || !explained) throw error;
    console.error(`error: ${error.message}`);
    Deno.exit(error instanceof CommandFailed ? error.code : 1);
  }
}

if (import.meta.main) await orExplain(setup);
