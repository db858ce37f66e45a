/** Runs commands under a seccomp filter that refuses some system calls, as containers and services do. */

import { ERRNO } from "../../system/errno.ts";
import { compiled } from "./compiled.ts";

/** System calls of include/uapi/asm-generic/unistd.h and of x86's own table. */
const NUMBERS = {
  bpf: { x86_64: 321, aarch64: 280 },
  flock: { x86_64: 73, aarch64: 32 },
} as const;

export interface Refusing extends Disposable {
  /** The words of that command, run under a filter. */
  command(words: readonly string[]): string[];
}

/** @param calls each with the error it returns */
export async function refusing(
  calls: Readonly<Partial<Record<keyof typeof NUMBERS, keyof typeof ERRNO>>>,
): Promise<Refusing> {
  const path = Deno.makeTempFileSync({ prefix: "probe-refuse-" });
  Deno.writeFileSync(path, await compiled("tests/harness/programs/refuse.c"));
  Deno.chmodSync(path, 0o755);
  const rules = Object.entries(calls).map(([call, errno]) =>
    `${NUMBERS[call as keyof typeof NUMBERS][Deno.build.arch]}:${ERRNO[errno]}`
  );
  return {
    command: (words) => [path, ...rules, "--", ...words],
    [Symbol.dispose]: () => Deno.removeSync(path),
  };
}
