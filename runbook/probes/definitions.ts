/**
 * Where functions and variables of the kernel are defined. A name alone can mean several: kvm also has a
 * `read_tsc`.
 */

import { DATA_TYPES, type Kallsyms, TEXT_TYPES } from "./kallsyms.ts";

export interface Definition {
  readonly address: bigint;
  /** null: the kernel image. */
  readonly module: string | null;
}

/**
 * @param functions names to look for
 * @param variables likewise; only listed with CONFIG_KALLSYMS_ALL
 * @returns the definitions of each name that has any; addresses are 0 when the kernel hides them
 */
export function definitionsOf(
  kallsyms: Kallsyms,
  functions: readonly string[],
  variables: readonly string[] = [],
): Map<string, Definition[]> {
  const wanted = new Map<number, { readonly name: Uint8Array; readonly types: ReadonlySet<number> }[]>();
  const want = (text: string, types: ReadonlySet<number>) => {
    const name = new TextEncoder().encode(text);
    wanted.set(name.length, [...wanted.get(name.length) ?? [], { name, types }]);
  };
  for (const name of functions) want(name, TEXT_TYPES);
  for (const name of variables) want(name, DATA_TYPES);
  const found = new Map<string, Definition[]>();
  kallsyms.each((symbol, type, nameBytes) => {
    const candidates = wanted.get(nameBytes);
    if (!candidates?.some(({ name, types }) => types.has(type) && kallsyms.isNamed(symbol, name))) return;
    const name = kallsyms.name(symbol);
    const definition = { address: kallsyms.address(symbol), module: kallsyms.module(symbol) };
    found.set(name, [...found.get(name) ?? [], definition]);
  });
  return found;
}
