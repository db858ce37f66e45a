/**
 * `deno task fuzz [--seed N] [--cases N] [--from N]`: passes mutated result files and runbooks to every
 * command that reads them. A case that fails is printed with the call that repeats it, and its files are
 * kept.
 */

import { brokenBy } from "./check.ts";
import { caseOf } from "./cases.ts";

/** A case takes milliseconds, on a slow machine seconds: without news for this long it hangs. */
const HANGS_AFTER_MS = 300_000;
const SELF = new URL(import.meta.url).pathname;

export interface Cases {
  /** 32 bits. */
  readonly seed: number;
  /** Number of the first case. */
  readonly from: number;
  readonly cases: number;
}

interface Failed {
  readonly number: number;
  readonly why: string;
}

/** The cases that failed, run in a process of their own, which is ended when one hangs. */
export async function failedCases({ seed, from, cases }: Cases, folder: string): Promise<Failed[]> {
  const failed: Failed[] = [];
  for (let next = from; next < from + cases;) {
    const range = [seed, next, from + cases, folder].map(String);
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "--allow-all", SELF, "--in-process", ...range],
      stdout: "piped",
    });
    await using child = command.spawn();
    let hang = setTimeout(() => child.kill("SIGKILL"), HANGS_AFTER_MS);
    for await (const line of linesOf(child.stdout)) {
      clearTimeout(hang);
      hang = setTimeout(() => child.kill("SIGKILL"), HANGS_AFTER_MS);
      const { number, why }: { number: number; why: string | null } = JSON.parse(line);
      if (why !== null) failed.push({ number, why });
      next = number + 1;
    }
    clearTimeout(hang);
    const { code, signal } = await child.status;
    if (code === 0) break;
    failed.push({
      number: next,
      why: signal === null ? `the process ended with ${code}` : `it hangs (${signal})`,
    });
    next++;
  }
  return failed;
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

function write(folder: string, files: Readonly<Record<string, Uint8Array>>): void {
  Deno.mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) Deno.writeFileSync(`${folder}/${name}`, bytes);
}

/** One line of JSON for each case. */
async function inProcess([seed, from, to, folder]: readonly string[]): Promise<void> {
  for (let number = Number(from); number < Number(to); number++) {
    const made = caseOf(Number(seed), number, folder!);
    write(folder!, made.files);
    console.log(JSON.stringify({ number, why: await brokenBy(made) }));
  }
}

function option(name: string, otherwise: number): number {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(Deno.args[at + 1]);
}

/** How a failed case is reported: the reason, the call, and how to repeat it. */
export function told(seed: number, { number, why }: Failed, folder: string): string {
  const made = caseOf(seed, number, `${folder}/${number}`);
  write(`${folder}/${number}`, made.files);
  const call = made.args.map((word) => /^[\w./,:-]+$/.test(word) ? word : JSON.stringify(word)).join(" ");
  const terminal = made.columns === undefined ? "" : ` (in a terminal of ${made.columns} columns)`;
  return `case ${number}: ${why}\n  probe ${call}${terminal}\n  deno task fuzz --seed ${seed} --from ${number} --cases 1`;
}

async function fuzz(): Promise<void> {
  const seed = option("seed", crypto.getRandomValues(new Uint32Array(1))[0]!);
  const cases = { seed, from: option("from", 0), cases: option("cases", 5000) };
  const folder = Deno.makeTempDirSync({ prefix: "probe-fuzz-" });
  console.log(`seed ${seed}: ${cases.cases} cases from ${cases.from}, files in ${folder}`);
  const failed = await failedCases(cases, `${folder}/now`);
  for (const one of failed) console.log(told(seed, one, folder));
  console.log(`${cases.cases - failed.length} passed, ${failed.length} failed`);
  if (failed.length === 0) Deno.removeSync(folder, { recursive: true });
  Deno.exitCode = failed.length === 0 ? 0 : 1;
}

if (import.meta.main) {
  if (Deno.args[0] === "--in-process") await inProcess(Deno.args.slice(1));
  else await fuzz();
}
