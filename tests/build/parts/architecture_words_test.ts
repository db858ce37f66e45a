import assert from "node:assert/strict";

/** Words in code that belong to one architecture: its own names, and names of things that only it has. */
const WORDS: readonly RegExp[] = [
  /(?<![a-z])(x86(_?64)?|amd64|i[36]86|aarch64|arm64|riscv\w*)(?![a-z])/gi,
  // Clocks and their callbacks.
  /(?<![a-z])(rdtscp?|cpuid|invtsc|tsc|kvm-?clock|hpet|acpi_pm|cntvct\w*|arch_(sys_)?counter\w*)(?![a-z])/gi,
  /read_tsc|kvm_clock|pcpu_hot|__preempt_count/gi,
  // Entries of interrupts.
  /sysvec|(?<![a-z])el[01]h?_/gi,
  // QEMU's machines and what is on them.
  /(?<![a-z])(q35|seabios|vmx|svm|tty(s|ama)\d)(?![a-z])|qemu-system-/gi,
];

/** Files in which an architecture may be named. */
const SEAMS: readonly RegExp[] = [
  /^bpf\/arch(\.h$|\/)/,
  /^ffi\/native\/arch\//,
  /^runbook\/machine\/arch\.ts$/,
  /^runbook\/row\/interrupt_entries\.ts$/,
  /^runbook\/vcpu\/exit_reasons\.ts$/,
  /^guest\/qemu\/arch\.ts$/,
  /^build\/parts\/arch(\.ts$|\/)/,
  // Chooses one of build/parts/arch/.
  /^build\/parts\/freestanding\.h$/,
];

/** Words that may also appear elsewhere. */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  // Every machine uses the same number for a function: it must not mean another one in a file from elsewhere.
  "bpf/record.h": /^TKREAD_\w+ = \d+,/,
  "ffi/layout.generated.ts": /^TKREAD_\w+: \d+,/,
  // A serial line that may have a receiver, not the console.
  "runbook/machine/devices.ts": /ldattach PPS \/dev\/ttyS0/,
};

const FOLDERS = ["analysis", "bpf", "build", "commands", "ffi", "guest", "runbook", "system"];

function sources(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (path === "build/out") return [];
    return isDirectory ? sources(path) : /\.(ts|c|h)$/.test(name) ? [path] : [];
  });
}

/** Comments may say where something was seen. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*.*?\*\/|(?<=^|\s)\/\/[^\n]*/gs, (comment) => comment.replaceAll(/[^\n]/g, ""));
}

/** @returns a line for each place that names an architecture but should not */
function architecturesKnown(path: string, text: string): string[] {
  if (SEAMS.some((seam) => seam.test(path))) return [];
  return withoutComments(text).split("\n").flatMap((line, i) => {
    const words = WORDS.flatMap((pattern) => line.match(pattern) ?? []);
    if (words.length === 0 || ALLOWED[path]?.test(line.trim())) return [];
    return [`${path}:${i + 1}: ${words.join(", ")}`];
  });
}

Deno.test("nothing but the tables and folders of architectures knows one", () => {
  const paths = [...FOLDERS.flatMap(sources), "main.ts"];
  assert.ok(SEAMS.every((seam) => paths.some((path) => seam.test(path))), "each seam is there");
  assert.deepEqual(paths.flatMap((path) => architecturesKnown(path, Deno.readTextFileSync(path))), []);
});

for (
  const [path, text] of [
    ["guest/qemu/machine.ts", 'const MACHINE = ["-machine", "q35"];'],
    ["guest/vm/boot.ts", 'const CONSOLE = "console=ttyAMA0";'],
    ["build/parts/executable.ts", 'const canPack = Deno.build.arch === "x86_64";'],
    ["build/debian/kernels.ts", 'const META = "linux-image-cloud-amd64";'],
    ["runbook/doctor/clock.ts", 'const STEADY = "constant_tsc";'],
    ["runbook/row/stack.ts", "const ENTRY = /^(asm_)?sysvec_/;"],
    ["bpf/chain.bpf.c", "READ_BARE(kvm_clock_get_cycles, TKREAD_KVM_CLOCK_GET_CYCLES)"],
    ["ffi/native/clocks.c", "#if defined(__x86_64__)"],
    ["analysis/show/show.ts", 'if (meta.clocksource === "tsc") return;'],
    ["runbook/machine/devices.ts", 'const FIRST = "/dev/ttyS0";'],
  ] as const
) {
  Deno.test(`an architecture in ${path} is found: ${text}`, () => {
    assert.equal(architecturesKnown(path, `\n${text}\n`).length, 1);
  });
}

Deno.test("what a comment says of an architecture is let pass", () => {
  const text = "/** On x86 the TSC, at ttyS0. */\n// Seen on arm64.\nconst latest = [1];\n";
  assert.deepEqual(architecturesKnown("runbook/run/loop.ts", text), []);
});
