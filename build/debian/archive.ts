/**
 * Packages of other Debian releases, downloaded and unpacked but never installed. A separate configuration
 * (sources, lists, cache) leaves the machine's apt unchanged; apt itself checks Debian's signatures.
 */

import { join } from "node:path";
import { stdoutOf } from "../process/command.ts";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** One fact about a package, from the lists of the chosen suites. */
export interface PackageVersion {
  name: string;
  version: string;
  /**
   * Names of the packages that this version depends on at exactly its own version: the parts of one source
   * build.
   */
  parts: string[];
}

/**
 * A set of Debian suites, for example `["trixie", "trixie-security"]`, readable without changing the machine,
 * until it is disposed.
 */
export class DebianArchive implements Disposable {
  private constructor(private readonly directory: string, private readonly lock: Deno.FsFile) {}

  /**
   * Writes the configuration into `directory` and updates the lists of `suites` (network). Waits for other
   * processes that use the same folder: apt itself gives up at once.
   *
   * @param architecture as Debian names it; default: this machine's
   */
  static async open(
    directory: string,
    suites: readonly string[],
    architecture?: string,
  ): Promise<DebianArchive> {
    await Deno.mkdir(directory, { recursive: true });
    const lock = await Deno.open(join(directory, "turn.lock"), { create: true, write: true });
    await lock.lock(true);
    const archive = new DebianArchive(directory, lock);
    try {
      await archive.update(suites, architecture);
      return archive;
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.lock.close();
  }

  private async update(suites: readonly string[], architecture?: string): Promise<void> {
    const { directory } = this;
    await Deno.mkdir(join(directory, "lists", "partial"), { recursive: true });
    await Deno.mkdir(join(directory, "archives", "partial"), { recursive: true });
    await Deno.mkdir(join(directory, "sources.d"), { recursive: true });
    await Deno.writeTextFile(join(directory, "sources.list"), sourcesList(suites, await mirrors()));
    await Deno.writeTextFile(join(directory, "status"), "");
    await Deno.writeTextFile(join(directory, "apt.conf"), aptConfiguration(directory, architecture));
    await this.apt("apt-get", ["update", "--error-on=any"]);
  }

  /** The newest version of a package in these suites. Error when they do not have it. */
  async newest(name: string): Promise<PackageVersion> {
    const record = await this.apt("apt-cache", ["show", "--no-all-versions", name]);
    const version = /^Version: (\S+)$/m.exec(record)?.[1];
    if (version === undefined) throw new Error(`package ${name}: apt-cache show gave no version`);
    const depends = /^Depends: (.*)$/m.exec(record)?.[1] ?? "";
    const parts = depends.split(",").flatMap((dependency) => {
      const exact = /^\s*(\S+) \(= ([^)]+)\)\s*$/.exec(dependency);
      return exact !== null && exact[2] === version ? [exact[1]!] : [];
    });
    return { name, version, parts };
  }

  /** Downloads the newest version of each package and unpacks all of them into `root`. */
  async unpack(names: readonly string[], root: string): Promise<void> {
    const downloads = await Deno.makeTempDir({ dir: this.directory, prefix: "download-" });
    await this.apt("apt-get", ["download", ...names], downloads);
    await Deno.mkdir(root, { recursive: true });
    for await (const entry of Deno.readDir(downloads)) {
      if (entry.name.endsWith(".deb")) await output("dpkg", ["-x", join(downloads, entry.name), root]);
    }
    await Deno.remove(downloads, { recursive: true });
  }

  private apt(command: "apt-get" | "apt-cache", args: string[], cwd?: string): Promise<string> {
    return output(command, ["-c", join(this.directory, "apt.conf"), "-q", ...args], cwd);
  }
}

interface Mirrors {
  main: string;
  security: string;
}

/** Debian's mirror and the mirror of its security archive, as the machine's apt is configured. */
export async function mirrors(): Promise<Mirrors> {
  const targets = async (...args: string[]) => {
    const format = ["--format", "$(ORIGIN)|$(RELEASE)|$(SITE)", "Created-By: Packages"];
    const lines = (await output("apt-get", ["indextargets", ...args, ...format])).trim().split("\n");
    return lines.map((line) => {
      const [origin = "", suite = "", site = ""] = line.split("|");
      return { origin, suite, site };
    });
  };
  let debian = (await targets()).filter(({ origin }) => origin === "Debian");
  if (debian.length === 0) {
    // The origin is known only after an apt-get update; without its lists, the names of the suites are used.
    debian = (await targets("--no-release-info")).filter(({ suite }) => DEBIAN_SUITE.test(suite));
  }
  const site = (security: boolean) =>
    debian.find(({ suite }) => suite.endsWith("-security") === security)?.site;
  const main = site(false);
  if (main === undefined) {
    throw new Error(
      "apt has no source of origin Debian to take packages from; add a Debian mirror to its sources and run apt-get update",
    );
  }
  // A machine without security updates still has a mirror, and every mirror has the security archive next to
  // it.
  return { main, security: site(true) ?? main.replace(/\/debian\/?$/, "/debian-security") };
}

const DEBIAN_SUITE = /^(bullseye|bookworm|trixie|forky|sid|oldstable|stable|testing|unstable)(-|$)/;

function sourcesList(suites: readonly string[], from: Mirrors): string {
  return suites.map((suite) => {
    const site = suite.endsWith("-security") ? from.security : from.main;
    return `deb [signed-by=${KEYRING}] ${site} ${suite} main\n`;
  }).join("");
}

function aptConfiguration(directory: string, architecture?: string): string {
  const foreign = architecture === undefined
    ? ""
    : `APT::Architecture "${architecture}";\n#clear APT::Architectures;\nAPT::Architectures:: "${architecture}";\n`;
  // Hooks of the machine's configuration change its own state, so they are left out. Downloads run as the
  // caller: the unprivileged user that apt uses by default cannot enter a private cache folder.
  return `${foreign}#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::Etc::sourcelist "${directory}/sources.list";
Dir::Etc::sourceparts "${directory}/sources.d";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "${directory}";
Dir::State::lists "${directory}/lists";
Dir::State::status "${directory}/status";
Dir::Cache "${directory}";
Dir::Cache::archives "${directory}/archives";
`;
}

function output(command: string, args: string[], cwd?: string): Promise<string> {
  return stdoutOf([command, ...args], { env: { LC_ALL: "C" }, ...(cwd === undefined ? {} : { cwd }) });
}
