/** Calls of the program, one after the other in a single process, with the permissions of the executable. */

import { PERMISSIONS } from "../../build/parts/permissions.ts";
import { main } from "../../main.ts";

export interface CallOutput {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const SELF = new URL(import.meta.url).pathname;

/**
 * @param cwd folder in which the calls are made
 * @param shell a script that runs `"$@"`, the process of the calls; default: run it directly
 */
export async function callAll(
  calls: readonly (readonly string[])[],
  cwd: string,
  shell = 'exec "$@"',
): Promise<CallOutput[]> {
  const deno = [Deno.execPath(), "run", "--quiet", "--no-check", ...PERMISSIONS, SELF, JSON.stringify(calls)];
  const command = new Deno.Command("bash", { args: ["-c", shell, "bash", ...deno], cwd, stderr: "inherit" });
  const { stdout } = await command.output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function call(args: readonly string[]): Promise<CallOutput> {
  let stdout = "";
  let stderr = "";
  const code = await main(args, {
    stdout: (text) => stdout += typeof text === "string" ? text : new TextDecoder().decode(text),
    stderr: (text) => stderr += text,
  });
  return { code, stdout, stderr };
}

if (import.meta.main) {
  const outputs: CallOutput[] = [];
  for (const args of JSON.parse(Deno.args[0]!)) outputs.push(await call(args));
  console.log(JSON.stringify(outputs));
}
