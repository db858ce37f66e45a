/** `probe ab` with a throwaway guest, and a folder of its own for it. */

import { EXECUTABLE } from "../../build/parts/executable.ts";
import { fetchKernel } from "../../build/debian/kernels.ts";
import { findQemu } from "../../build/debian/qemu.ts";
import { parseMeasurement } from "../harness/measurement.ts";

const PERIOD = ["--period", "50ms"];

/** A folder with a QEMU to put on PATH: the one for tests may lie elsewhere, and need arguments. */
export class Place implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "probe-ab-" });
  readonly out = `${this.folder}/out`;
  readonly temporary = `${this.folder}/tmp`;

  constructor(readonly kernel: string, qemu?: string) {
    Deno.mkdirSync(`${this.folder}/bin`);
    Deno.mkdirSync(this.temporary);
    if (qemu !== undefined) {
      Deno.writeTextFileSync(`${this.folder}/bin/qemu-system-x86_64`, qemu, { mode: 0o755 });
    }
  }

  /** @param intercept shell code that runs before QEMU is started with "$@" */
  static async make(intercept = ""): Promise<Place> {
    const { command, args, env } = await findQemu();
    const settings = Object.entries(env).map(([name, value]) => `export ${name}='${value}'\n`).join("");
    const words = [command, ...args].map((word) => `'${word}'`).join(" ");
    return new Place(
      (await fetchKernel("trixie-cloud")).vmlinuz,
      `#!/bin/sh\nPATH=${Deno.env.get("PATH")}\n${settings}${intercept}\nexec ${words} "$@"\n`,
    );
  }

  ab(...args: string[]): Deno.ChildProcess {
    return new Deno.Command(EXECUTABLE, {
      args: ["ab", "--out-dir", this.out, ...PERIOD, ...args],
      env: { PATH: `${this.folder}/bin`, TMPDIR: this.temporary },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  read(name: string) {
    return parseMeasurement(Deno.readTextFileSync(`${this.out}/${name}`));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

/** The text up to the line that contains `words`; all of it when no line does. */
export async function until(words: string, reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes(words)) {
    const { value } = await reader.read();
    if (value === undefined) break;
    text += decoder.decode(value, { stream: true });
  }
  return text;
}

export async function result(child: Deno.ChildProcess) {
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** The children of a process that still run, with their command lines. */
export function children(pid: number): (readonly [pid: number, commandLine: string])[] {
  const textOf = (path: string) => {
    try {
      return Deno.readTextFileSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    }
  };
  return textOf(`/proc/${pid}/task/${pid}/children`).trim().split(" ").filter(Boolean)
    .map((child) => [Number(child), textOf(`/proc/${child}/cmdline`)] as const);
}

export function childOf(pid: number): number {
  const found = children(pid);
  const qemu = found.find(([, commandLine]) => commandLine.includes("-initrd"));
  if (qemu !== undefined) return qemu[0];
  throw new Error(`process ${pid} must have a QEMU, its children are ${found.join("; ")}`);
}
