/**
 * Idle states for a guest: QEMU's own ACPI tables describe none. An additional table gives each CPU the
 * object _CST (ACPI 6.5, 8.4.1.1), and the kernel's driver acpi_idle then offers POLL, C1 and C2.
 */

/** How long the kernel is told that leaving the deeper state takes. */
export const DEEPER_LATENCY_US = 90;

const REVISION = 2;
const HEADER_BYTES = 36;
/** A state of the CPU itself: it halts. */
const FIXED_HARDWARE = 0x7f;

interface State {
  readonly latencyUs: number;
  readonly powerMw: number;
}

/** Both of type C1: for deeper types the kernel assumes that the TSC halts. */
const STATES: readonly State[] = [
  { latencyUs: 1, powerMw: 1000 },
  { latencyUs: DEEPER_LATENCY_US, powerMw: 100 },
];

/** QEMU arguments that give that many CPUs of the machine q35 idle states; the table lies at that path. */
export function idleStateArguments(path: string, cpus: number): string[] {
  Deno.writeFileSync(path, idleStateTable(cpus));
  return ["-acpitable", `file=${path}`];
}

/** A secondary description table (SSDT) in ACPI's machine language. */
function idleStateTable(cpus: number): Uint8Array {
  const body = Array.from({ length: cpus }, (_, cpu) => scope(cpu)).flat();
  const table = new Uint8Array(HEADER_BYTES + body.length);
  const view = new DataView(table.buffer);
  table.set(ascii("SSDT"), 0);
  view.setUint32(4, table.length, true);
  table[8] = REVISION;
  table.set(ascii("PROBE "), 10);
  table.set(ascii("IDLE    "), 16);
  view.setUint32(24, 1, true);
  table.set(ascii("PRBE"), 28);
  view.setUint32(32, 1, true);
  table.set(body, HEADER_BYTES);
  table[9] = -table.reduce((sum, byte) => sum + byte, 0) & 0xff;
  return table;
}

/** Scope(\_SB.CPUS.C000) { Name(_CST, Package { 2, Package { Register, type, latency, power }, ... }) } */
function scope(cpu: number): number[] {
  const name = `C${cpu.toString(16).toUpperCase().padStart(3, "0")}`;
  const path = [0x5c, 0x2f, 3, ...ascii("_SB_"), ...ascii("CPUS"), ...ascii(name)];
  const states = pack([byte(STATES.length), ...STATES.map(stateOf)]);
  return [0x10, ...sized([...path, 0x08, ...ascii("_CST"), ...states])];
}

function stateOf({ latencyUs, powerMw }: State): number[] {
  const register = [0x82, 0x0c, 0, FIXED_HARDWARE, 0, 0, 0, ...le(0, 8), 0x79, 0];
  const buffer = [0x11, ...sized([...byte(register.length), ...register])];
  return pack([buffer, byte(1), [0x0b, ...le(latencyUs, 2)], [0x0b, ...le(powerMw, 2)]]);
}

function pack(elements: readonly (readonly number[])[]): number[] {
  return [0x12, ...sized([elements.length, ...elements.flat()])];
}

const byte = (value: number): number[] => [0x0a, value];

/** PkgLength includes itself: one byte up to 63, two up to 4095. */
function sized(content: readonly number[]): number[] {
  const short = content.length + 1;
  if (short < 64) return [short, ...content];
  const long = content.length + 2;
  return [0x40 | long & 0x0f, long >> 4, ...content];
}

function le(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) & 0xff);
}

function ascii(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}
