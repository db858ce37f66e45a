/** This machine behind an SSH server of its own, as the VM of `probe ab`. */

import { capture, type CommandOutput, stdoutOf } from "../../../build/process/command.ts";
import { EXECUTABLE } from "../../../build/parts/executable.ts";
import { parseMeasurement } from "../../harness/measurement.ts";

export const VM = "root@127.0.0.1";

/**
 * Runs a script where root's home is the folder $1 and an SSH server on port $2 accepts the key in it: in a
 * separate mount namespace, so the machine's accounts stay as they are. Both sides are this machine. -e:
 * sessions get the server's TMPDIR.
 */
const SERVED = `
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/shells" /etc/shells
dropbear -F -E -e -s -r "$1/hostkey" -P "$1/pid" -p "127.0.0.1:$2" 2>"$1/log" & server=$!
trap 'kill $server' EXIT
for try in $(seq 100); do
  ssh -o BatchMode=yes ${VM} true 2>"$1/refused" && break
  kill -0 $server && sleep 0.1
done
`;

/** A place in which `probe ab` finds this machine behind ssh. */
export class Place implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "probe-ssh-" });
  readonly temporary = `${this.folder}/tmp`;
  readonly port: number;

  private constructor() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = listener.addr.port;
    Deno.mkdirSync(this.temporary);
    Deno.mkdirSync(`${this.folder}/.ssh`, { mode: 0o700 });
    const others = Deno.readTextFileSync("/etc/passwd").split("\n").filter((line) =>
      !line.startsWith("root:")
    );
    Deno.writeTextFileSync(
      `${this.folder}/passwd`,
      [`root:x:0:0:root:${this.folder}:${this.folder}/shell`, ...others].join("\n"),
    );
    Deno.writeTextFileSync(`${this.folder}/shells`, `/bin/sh\n${this.folder}/shell\n`);
    this.loginShell("");
    Deno.writeTextFileSync(
      `${this.folder}/.ssh/config`,
      `Host 127.0.0.1\n  Port ${this.port}\nHost *\n  StrictHostKeyChecking accept-new\n`,
    );
  }

  static async make(): Promise<Place> {
    const place = new Place();
    const key = `${place.folder}/.ssh/id_ed25519`;
    await stdoutOf(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]);
    Deno.copyFileSync(`${key}.pub`, `${place.folder}/.ssh/authorized_keys`);
    await stdoutOf(["dropbearkey", "-t", "ed25519", "-f", `${place.folder}/hostkey`]);
    return place;
  }

  /** `probe ab` in that namespace, with `after` as the rest of the script; "$@" is its call. */
  async ab(args: readonly string[], after = '"$@"'): Promise<CommandOutput> {
    const call = [await Deno.realPath(EXECUTABLE), "ab", "--out-dir", `${this.folder}/out`, ...args];
    const script = `${SERVED}\nset +e; folder=$1; shift 2\n${after}`;
    return await capture([
      "unshare",
      "--mount",
      "sh",
      "-euc",
      script,
      "sh",
      this.folder,
      `${this.port}`,
      ...call,
    ], {
      cwd: this.folder,
      env: { TMPDIR: this.temporary },
    });
  }

  read(name: string) {
    return parseMeasurement(Deno.readTextFileSync(`${this.folder}/out/${name}`));
  }

  /** Makes root's login shell do this before it acts as a usual one. */
  loginShell(script: string): void {
    const path = `${this.folder}/shell`;
    Deno.writeTextFileSync(path, `#!/bin/sh\n${script}\nexec /bin/sh "$@"\n`);
    Deno.chmodSync(path, 0o755);
  }

  /** Names of what remains where temporary files are made. */
  left(): string[] {
    return [...Deno.readDirSync(this.temporary)].map(({ name }) => name);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}
