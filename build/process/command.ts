/** Runs the programs that setup, build and tests need; an error names the command and what it printed. */

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Pass on only `env`. */
  readonly clearEnv?: boolean;
  readonly stdin?: Uint8Array<ArrayBuffer>;
}

export interface CommandOutput {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class CommandFailed extends Error {
  override readonly name = "CommandFailed";

  constructor(readonly argv: readonly string[], readonly code: number, readonly stderr: string) {
    super(`${argv.join(" ")} ended with exit code ${code}${stderr === "" ? "" : `:\n${stderr.trimEnd()}`}`);
  }
}

/** Exit code as shells report it. */
const NO_SUCH_COMMAND = 127;

/** Debian keeps bpftool and ldconfig in the sbin folders, which are missing from an ordinary PATH. */
function searchPath(): string {
  return `${Deno.env.get("PATH") ?? "/usr/local/bin:/usr/bin:/bin"}:/usr/local/sbin:/usr/sbin:/sbin`;
}

function command(argv: readonly string[], options: CommandOptions, stdio: "inherit" | "piped"): Deno.Command {
  const [program, ...args] = argv;
  if (program === undefined) throw new RangeError("A command needs a program, got an empty argv");
  return new Deno.Command(program, {
    args,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.clearEnv ? { ...options.env } : { PATH: searchPath(), ...options.env },
    clearEnv: options.clearEnv ?? false,
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: stdio,
    stderr: stdio,
  });
}

function spawn(
  argv: readonly string[],
  options: CommandOptions,
  stdio: "inherit" | "piped",
): Deno.ChildProcess {
  try {
    return command(argv, options, stdio).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CommandFailed(
      argv,
      NO_SUCH_COMMAND,
      "there is no such command; `deno task setup` installs what is needed",
    );
  }
}

/**
 * Runs `argv` with this process' stdout and stderr and returns its exit code.
 *
 * @throws {CommandFailed} when the command does not exist; the functions below do the same
 */
export async function exitCode(argv: readonly string[], options: CommandOptions = {}): Promise<number> {
  return (await spawn(argv, options, "inherit").status).code;
}

/**
 * Runs `argv` with this process' stdout and stderr.
 *
 * @throws {CommandFailed} when it ends with another exit code than 0
 */
export async function run(argv: readonly string[], options: CommandOptions = {}): Promise<void> {
  const code = await exitCode(argv, options);
  if (code !== 0) throw new CommandFailed(argv, code, "");
}

/** Runs `argv` and returns what it printed, whatever its exit code. */
export async function capture(argv: readonly string[], options: CommandOptions = {}): Promise<CommandOutput> {
  const child = spawn(argv, options, "piped");
  const writing = options.stdin === undefined ? undefined : feed(child.stdin, options.stdin);
  const output = await child.output();
  await writing;
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}

/**
 * Runs `argv` and returns its stdout.
 *
 * @throws {CommandFailed} when it ends with another exit code than 0
 */
export async function stdoutOf(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const output = await capture(argv, options);
  if (output.code !== 0) throw new CommandFailed(argv, output.code, output.stderr);
  return output.stdout;
}

async function feed(stdin: WritableStream<Uint8Array<ArrayBuffer>>, bytes: Uint8Array<ArrayBuffer>) {
  const writer = stdin.getWriter();
  await writer.write(bytes);
  await writer.close();
}
