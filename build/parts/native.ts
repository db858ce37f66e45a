/**
 * Compiles what is not TypeScript and gathers it in build/out: the BPF object, the target library, the
 * executable's launcher, the init of a guest, and libbpf with the libraries it needs. A part is rebuilt when
 * its sources, commands or compiler have changed.
 */

import { run, stdoutOf } from "../process/command.ts";
import { MULTIARCH } from "../../guest/image/libraries.ts";
import { guestArchitecture } from "../../guest/qemu/arch.ts";
import { type BuildArchitecture, buildArchitecture } from "./arch.ts";
import { SHORT_CALL_FLAGS } from "./code_cache.ts";
import { renewErrno } from "./errno.ts";
import type { Freshness } from "./generated.ts";
import { libbpfLibraries, packed } from "./libraries.ts";
import { CHAIN_LAYOUT, type Layout, renewLayout, VCPU_LAYOUT } from "./layout.ts";
import { PERMISSIONS, START_ENVIRONMENT } from "./permissions.ts";

export const OUT = "build/out";
const BPF_OBJECT = `${OUT}/chain.bpf.o`;
const BPF_OBJECT_WITHOUT_PERCPU = `${OUT}/chain_without_percpu.bpf.o`;
const VCPU_OBJECT = `${OUT}/vcpu.bpf.o`;
const LIBRARIES = `${OUT}/libraries.bin`;
const TARGET_LIBRARY = `${OUT}/libtarget.so`;
export const LAUNCHER = `${OUT}/launcher`;
const GUEST_INIT = `${OUT}/init`;

/** The parts that ffi/embedded.ts contains. */
const EMBEDDED = [
  BPF_OBJECT,
  BPF_OBJECT_WITHOUT_PERCPU,
  VCPU_OBJECT,
  TARGET_LIBRARY,
  LIBRARIES,
];

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

/** The chain's object is compiled twice, with and without per-CPU variables: see bpf/kernel.h. */
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
        `/usr/include/${MULTIARCH}`,
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

function targetPart({ name }: BuildArchitecture): Part {
  // The library is never unmapped: one of its threads may still run when the runtime closes it at exit.
  const stays = "-Wl,-z,nodelete";
  const compile = ["clang", "-O2", "-std=gnu11", "-fPIC", "-shared", "-pthread", "-s", stays, ...WARNINGS];
  const sources = [...filesOf("ffi/native", [".c"]), `ffi/native/arch/${name}.c`];
  return {
    output: TARGET_LIBRARY,
    inputs: [...sources, ...filesOf("ffi/native", [".h"]), ...filesOf("ffi/native/arch", [".h"])],
    commands: (path) => [[...compile, ...sources, "-o", path]],
  };
}

/** A program without a C library. */
function freestandingPart(output: string, source: string, defines: readonly string[] = []): Part {
  const compile = ["clang", "-Os", "-std=gnu11", "-ffreestanding", "-fno-stack-protector", ...WARNINGS];
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

async function launcherDefines(): Promise<string[]> {
  const path = /^PATH=.*$/m.exec(await Deno.readTextFile(START_ENVIRONMENT))![0];
  const strings = PERMISSIONS.map((flag) => JSON.stringify(flag));
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

async function packLibraries(): Promise<void> {
  const bytes = packed(await libbpfLibraries());
  const found = await Deno.readFile(LIBRARIES).catch(() => undefined);
  if (found !== undefined && found.length === bytes.length && found.every((byte, i) => byte === bytes[i])) {
    return;
  }
  console.log(`packing ${LIBRARIES}`);
  await replaceFile(LIBRARIES, (temporary) => Deno.writeFile(temporary, bytes));
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
 * Updates build/out and the generated sources; quick when nothing has changed.
 *
 * @returns whether all generated sources were current
 */
export async function buildNative(): Promise<Freshness> {
  const machine = buildArchitecture();
  await Deno.mkdir(OUT, { recursive: true });
  const compiler = await stdoutOf(["clang", "--version"]);
  const parts = [
    bpfPart(BPF_OBJECT, machine, CHAIN_LAYOUT, ["-DPROBE_PERCPU"]),
    bpfPart(BPF_OBJECT_WITHOUT_PERCPU, machine, CHAIN_LAYOUT, []),
    bpfPart(VCPU_OBJECT, machine, VCPU_LAYOUT, []),
    targetPart(machine),
    freestandingPart(LAUNCHER, "build/parts/launcher.c", await launcherDefines()),
    freestandingPart(GUEST_INIT, "guest/image/init.c", [`-DPORT="${guestArchitecture().port}"`]),
  ];
  for (const part of parts) await make(part, compiler);
  await packLibraries();
  for (const path of EMBEDDED) await compress(path);
  const renewed = [
    await renewLayout(CHAIN_LAYOUT, BPF_OBJECT),
    await renewLayout(VCPU_LAYOUT, VCPU_OBJECT),
    await renewErrno(),
  ];
  return renewed.includes("renewed") ? "renewed" : "current";
}

if (import.meta.main) await buildNative();
