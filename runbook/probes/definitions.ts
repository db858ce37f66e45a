/**
 * Where functions and variables of the kernel are defined: a name alone can mean several (`read_tsc` is one of
 * kvm's too).
 */

export interface Definition {
  readonly address: bigint;
  /** null: the kernel image. */
  readonly module: string | null;
}

const NEWLINE = 0x0a;
const TAB = 0x09;
/** `ffffffff81000000 T `: 16 digits, a blank, the type, a blank. */
const NAME_AT = 19;
const TEXT_TYPES = new TextEncoder().encode("tTwW");
const DATA_TYPES = new TextEncoder().encode("aAbBdDrR");

/**
 * @param kallsyms content of /proc/kallsyms
 * @param functions names to look for
 * @param variables likewise; they are there with CONFIG_KALLSYMS_ALL only
 * @returns the definitions of each name that has any; addresses are 0 where the kernel hides them
 */
export function definitionsOf(
  kallsyms: Uint8Array,
  functions: readonly string[],
  variables: readonly string[] = [],
): Map<string, Definition[]> {
  const wanted = new Map<number, { readonly name: Uint8Array; readonly types: Uint8Array }[]>();
  const want = (text: string, types: Uint8Array) => {
    const name = new TextEncoder().encode(text);
    wanted.set(name.length, [...wanted.get(name.length) ?? [], { name, types }]);
  };
  for (const name of functions) want(name, TEXT_TYPES);
  for (const name of variables) want(name, DATA_TYPES);
  const decoder = new TextDecoder();
  const found = new Map<string, Definition[]>();
  for (let line = 0; line < kallsyms.length;) {
    const newline = kallsyms.indexOf(NEWLINE, line);
    const end = newline < 0 ? kallsyms.length : newline;
    const start = line + NAME_AT;
    let nameEnd = start;
    while (nameEnd < end && kallsyms[nameEnd] !== TAB) nameEnd++;
    const candidates = wanted.get(nameEnd - start);
    const type = kallsyms[line + 17] ?? 0;
    if (candidates?.some(({ name, types }) => types.includes(type) && equalAt(kallsyms, start, name))) {
      const name = decoder.decode(kallsyms.subarray(start, nameEnd));
      const address = BigInt(`0x${decoder.decode(kallsyms.subarray(line, line + 16))}`);
      const module = nameEnd < end ? decoder.decode(kallsyms.subarray(nameEnd + 2, end - 1)) : null;
      found.set(name, [...found.get(name) ?? [], { address, module }]);
    }
    line = end + 1;
  }
  return found;
}

function equalAt(bytes: Uint8Array, at: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[at + i] !== name[i]) return false;
  return true;
}
