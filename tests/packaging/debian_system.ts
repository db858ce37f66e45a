/** A small Debian system in a folder, of the release that this machine has, for installing packages in it. */

import { join } from "node:path";
import { mirrors } from "../../build/debian/archive.ts";
import { cached, cacheDirectory } from "../../build/debian/cache.ts";
import { capture, type CommandOutput, run } from "../../build/process/command.ts";

/** Beside what every Debian system has: what shows manual pages. */
const FURTHER = "man-db";

async function codename(): Promise<string> {
  const release = await Deno.readTextFile("/etc/os-release");
  const found = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1];
  if (found === undefined) throw new Error("/etc/os-release must name the release, VERSION_CODENAME");
  return found;
}

export class DebianSystem implements AsyncDisposable {
  private constructor(readonly root: string) {}

  /** Downloads it the first time (network), and unpacks it into a folder of its own. */
  static async make(): Promise<DebianSystem> {
    const suite = await codename();
    const folder = await cached(join(cacheDirectory(), "system", suite), async (partial) => {
      const { main } = await mirrors();
      const options = ["--quiet", "--mode=root", "--variant=essential", `--include=${FURTHER}`];
      await run(["mmdebstrap", ...options, suite, `${partial}/system.tar`, main]);
    });
    const root = await Deno.makeTempDir({ prefix: "probe-system-" });
    await run(["tar", "--extract", "--numeric-owner", `--file=${folder}/system.tar`, `--directory=${root}`]);
    return new DebianSystem(root);
  }

  /** Runs a command in it, with its own /proc and its own processes. */
  async run(...argv: string[]): Promise<CommandOutput> {
    const apart = ["--mount", "--pid", "--fork", `--root=${this.root}`, "--mount-proc"];
    return await capture(["unshare", ...apart, "--", ...argv], {
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8", DEBIAN_FRONTEND: "noninteractive" },
      clearEnv: true,
    });
  }

  /** Paths of all files and folders in it. */
  async paths(): Promise<string[]> {
    const { stdout } = await capture(["find", this.root, "-xdev", "-printf", "%P\n"]);
    return stdout.trimEnd().split("\n").sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}
