/**
 * Compiles what is not TypeScript and gathers it in build/out: the BPF object, the target library, the
 * executable's launcher, the init of a guest, and libbpf with the libraries it needs. What is for another machine
 * than this one has a folder of its own in it. A part is rebuilt when its sources, commands or compiler have changed.
 */

import { run, stdoutOf } from "../process/command.ts";
import { guestArchitecture } from "../../guest/qemu/arch.ts";
import { type BuildArchitecture, buildArchitecture, includeFolder } from "./arch.ts";
import { SHORT_CALL_FLAGS } from "./code_cache.ts";
import { renewErrno } from "./errno.ts";
import type { Freshness } from "./generated.ts";
import { libbpfLibraries, type Library, packed } from "./libraries.ts";
import { CHAIN_LAYOUT, type Layout, renewLayout, VCPU_LAYOUT } from "./layout.ts";
import { permissionsOn, START_ENVIRONMENT } from "./permissions.ts";

export const OUT = "build/out";
const BPF_OBJECT = "chain.bpf.o";
const BPF_OBJECT_WITHOUT_PERCPU = "chain_without_percpu.bpf.o";
const BPF_OBJECT_RAW = "chain_raw.bpf.o";
const VCPU_OBJECT = "vcpu.bpf.o";
const LIBRARIES = "libraries.bin";
const TARGET_LIBRARY = "libtarget.so";
export const LAUNCHER = "launcher";
const GUEST_INIT = "init";

/** The parts that ffi/embedded.ts contains, compressed. */
const EMBEDDED = [
  BPF_OBJECT,
  BPF_OBJECT_WITHOUT_PERCPU,
  BPF_OBJECT_RAW,
  VCPU_OBJECT,
  TARGET_LIBRARY,
  LIBRARIES,
];

function isForeign({ name }: BuildArchitecture): boolean {
  return name !== Deno.build.arch;
}

/** Path of what is built for a machine. */
export function builtFor(machine: BuildArchitecture, file: string): string {
  return isForeign(machine) ? `${OUT}/${machine.name}/${file}` : `${OUT}/${file}`;
}

/** Paths of what ffi/embedded.ts contains, for a machine. */
export function embeddedFor(machine: BuildArchitecture): string[] {
  return EMBEDDED.map((file) => builtFor(machine, `${file}.gz`));
}

const WARNINGS = ["-Wall", "-Wextra", "-Werror"];

interface Part {
  readonly output: string;
  readonly inputs: readonly string[];
  /** Commands that make the part at the given path. */
  commands(path: string): readonly (readonly string[])[];
}

function filesOf(folder: string, extensions: readonly string[]): string[] {
  return [...Deno.readDirSync(folder)]
    .filter((entry) => entry.isFile && extensions.some((extension) => entry.name.endsWith(extension)))
    .map((entry) => `${folder}/${entry.name}`)
    .sort();
}

/** The chain's object is compiled three times, for what a kernel says of its types and variables: see bpf/kernel.h. */
function bpfPart(
  output: string,
  machine: BuildArchitecture,
  { program }: Layout,
  defines: readonly string[],
): Part {
  const compile = [
    "clang",
    "-O2",
    "-g",
    "-target",
    "bpf",
    "-mcpu=v3",
    // BTF's line information keeps the folder of the build (LLVM's BTFDebug), which has no place in a package.
    "-fdebug-compilation-dir=.",
    `-D__TARGET_ARCH_${machine.kernelName}`,
  ];
  return {
    output,
    inputs: ["bpf", "bpf/arch"].flatMap((folder) => filesOf(folder, [".c", ".h"])),
    commands: (path) => [
      [
        ...compile,
        ...WARNINGS,
        // libbpf's BPF_PROG() declares a ctx that most programs do not use.
        "-Wno-unused-parameter",
        ...defines,
        // The machine's own headers, which clang does not search with `-target bpf`.
        "-idirafter",
        includeFolder(machine),
        "-c",
        program,
        "-o",
        path,
      ],
      // Removes DWARF and keeps BTF, which libbpf and the layout read.
      ["llvm-strip", "-g", path],
    ],
  };
}

/**
 * How clang compiles for another machine. Debian's cross packages have its C library, but none of a compiler's own
 * files, so what it would call there is left out: atomics as calls (libgcc), constructors (crtbegin.o).
 */
function crossFlags(machine: BuildArchitecture): { readonly compile: string[]; readonly library: string[] } {
  if (!isForeign(machine)) return { compile: [], library: [] };
  const triplet = `${machine.name}-linux-gnu`;
  return {
    compile: [
      `--target=${triplet}`,
      "-fuse-ld=lld",
      "-isystem",
      includeFolder(machine),
      ...machine.selfContained,
    ],
    library: [`-L/usr/${triplet}/lib`, "-nostartfiles", "-nodefaultlibs", "-lc"],
  };
}

function targetPart(output: string, machine: BuildArchitecture): Part {
  // The library is never unmapped: one of its threads may still run when the runtime closes it at exit.
  const stays = "-Wl,-z,nodelete";
  const cross = crossFlags(machine);
  const shared = ["-O2", "-std=gnu11", "-fPIC", "-shared", "-pthread", "-s", stays, ...WARNINGS];
  const compile = ["clang", ...shared, ...cross.compile];
  const sources = [...filesOf("ffi/native", [".c"]), `ffi/native/arch/${machine.name}.c`];
  return {
    output,
    inputs: [...sources, ...filesOf("ffi/native", [".h"]), ...filesOf("ffi/native/arch", [".h"])],
    commands: (path) => [[...compile, ...sources, "-o", path, ...cross.library]],
  };
}

/** A program without a C library. */
function freestandingPart(
  output: string,
  machine: BuildArchitecture,
  source: string,
  defines: readonly string[],
): Part {
  const free = ["-Os", "-std=gnu11", "-ffreestanding", "-fno-stack-protector", ...WARNINGS];
  const compile = ["clang", ...free, ...crossFlags(machine).compile];
  const link = ["-nostdlib", "-static", "-s"];
  return {
    output,
    inputs: [
      source,
      "build/parts/freestanding.h",
      "build/parts/limits.h",
      "build/parts/program.h",
      "build/parts/short_calls.h",
      ...filesOf("build/parts/arch", [".h"]),
    ],
    commands: (path) => [[...compile, ...defines, ...link, source, "-o", path]],
  };
}

async function launcherDefines({ name }: BuildArchitecture): Promise<string[]> {
  const path = /^PATH=.*$/m.exec(await Deno.readTextFile(START_ENVIRONMENT))![0];
  const strings = permissionsOn(name).map((flag) => JSON.stringify(flag));
  return [
    `-DPERMISSIONS=${strings.join(",")}`,
    `-DPATH=${JSON.stringify(path)}`,
    `-DSHORT_CALL_FLAGS=${JSON.stringify(SHORT_CALL_FLAGS)}`,
  ];
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Hash of everything that determines the part: sources, commands, compiler. */
async function fingerprint(part: Part, compiler: string): Promise<string> {
  const texts = await Promise.all(
    part.inputs.map(async (path) => `${path}\n${await Deno.readTextFile(path)}`),
  );
  const everything = [compiler, JSON.stringify(part.commands(part.output)), ...texts].join("\0");
  return hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(everything)));
}

/** Writes to a separate file and renames it, so that two builds at the same time cannot mix their output. */
export async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${Deno.pid}`;
  await write(temporary);
  await Deno.rename(temporary, path);
}

async function make(part: Part, compiler: string): Promise<void> {
  const stamp = `${part.output}.inputs`;
  const wanted = await fingerprint(part, compiler);
  const made = await Deno.readTextFile(stamp).catch(() => "");
  if (made === wanted && await exists(part.output)) return;
  console.log(`compiling ${part.output}`);
  await replaceFile(part.output, async (temporary) => {
    for (const command of part.commands(temporary)) await run(command);
  });
  await replaceFile(stamp, (temporary) => Deno.writeTextFile(temporary, wanted));
}

async function packLibraries(output: string, libraries: readonly Library[]): Promise<void> {
  const bytes = packed(libraries);
  const found = await Deno.readFile(output).catch(() => undefined);
  if (found !== undefined && found.length === bytes.length && found.every((byte, i) => byte === bytes[i])) {
    return;
  }
  console.log(`packing ${output}`);
  await replaceFile(output, (temporary) => Deno.writeFile(temporary, bytes));
}

/** Writes `path`.gz when it is older than `path`. */
async function compress(path: string): Promise<void> {
  const target = `${path}.gz`;
  const made = (await Deno.stat(target).catch(() => undefined))?.mtime ?? new Date(0);
  const changed = (await Deno.stat(path)).mtime ?? new Date();
  if (made > changed) return;
  const source = await Deno.open(path);
  await replaceFile(target, async (temporary) => {
    await Deno.writeFile(temporary, source.readable.pipeThrough(new CompressionStream("gzip")));
  });
}

/**
 * Makes the parts of a machine's executable. Generated sources are the same on every machine.
 *
 * @param libraries libbpf's for that machine; for another than this one see build/debian/foreign.ts
 */
export async function makeParts(machine: BuildArchitecture, libraries: readonly Library[]): Promise<void> {
  const to = (file: string) => builtFor(machine, file);
  await Deno.mkdir(to(""), { recursive: true });
  const compiler = await stdoutOf(["clang", "--version"]);
  const port = `-DPORT="${guestArchitecture(machine.name).port}"`;
  const parts = [
    bpfPart(to(BPF_OBJECT), machine, CHAIN_LAYOUT, ["-DPROBE_PERCPU"]),
    bpfPart(to(BPF_OBJECT_WITHOUT_PERCPU), machine, CHAIN_LAYOUT, []),
    bpfPart(to(BPF_OBJECT_RAW), machine, CHAIN_LAYOUT, ["-DPROBE_RAW"]),
    bpfPart(to(VCPU_OBJECT), machine, VCPU_LAYOUT, []),
    targetPart(to(TARGET_LIBRARY), machine),
    freestandingPart(to(LAUNCHER), machine, "build/parts/launcher.c", await launcherDefines(machine)),
    freestandingPart(to(GUEST_INIT), machine, "guest/image/init.c", [port]),
  ];
  for (const part of parts) await make(part, compiler);
  await packLibraries(to(LIBRARIES), libraries);
  for (const file of EMBEDDED) await compress(to(file));
}

/**
 * Updates build/out and the generated sources; quick when nothing has changed.
 *
 * @returns whether all generated sources were current
 */
export async function buildNative(): Promise<Freshness> {
  const machine = buildArchitecture();
  await makeParts(machine, await libbpfLibraries());
  const renewed = [
    await renewLayout(CHAIN_LAYOUT, builtFor(machine, BPF_OBJECT)),
    await renewLayout(VCPU_LAYOUT, builtFor(machine, VCPU_OBJECT)),
    await renewErrno(),
  ];
  return renewed.includes("renewed") ? "renewed" : "current";
}

if (import.meta.main) await buildNative();
