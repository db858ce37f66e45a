/**
 * The program as texts. The bundler makes a chunk of what is imported when it is needed; each becomes a text that
 * is evaluated when another one asks for it, so a command pays for its own chunks alone.
 */

/** A chunk of the bundler, by the name under which others import it. */
export type Chunks = ReadonlyMap<string, string>;

/** The chunk where the program begins: it has no exports. */
export const ENTRY = "entry.js";

const IMPORT = /import (?:\{\n((?: {2}.+\n)+)\} from )?"\.\/([^"]+)";\n/y;
const EXPORTS = /^export \{\n((?: {2}.+\n)+)\};\n/gm;
const DYNAMIC = /\bimport\("\.\/([^"]+)"\)/g;

/** Loads a chunk by its name, once. Chunks are evaluated as functions of it. */
const LOAD = "$load";

/**
 * Makes an expression of a chunk: a function of {@linkcode LOAD} that gives an object of its exports. Its imports
 * stand at its beginning, its exports at its end, as the bundler writes them.
 *
 * An import is the value that the other chunk's export has once that is loaded: no module may export a variable that
 * it sets later.
 *
 * @throws {Error} when the chunk is a module in a way that a text cannot be
 */
export function expressionOf(name: string, chunk: string): string {
  const head: string[] = [];
  let start = 0;
  for (;;) {
    IMPORT.lastIndex = start;
    const found = IMPORT.exec(chunk);
    if (found === null) break;
    const names = found[1] === undefined ? "" : `const { ${pairs(found[1], true)} } = `;
    head.push(`${names}await ${LOAD}("${found[2]}");`);
    start += found[0].length;
  }
  const exported: string[] = [];
  const body = chunk.slice(start).replace(EXPORTS, (_, names: string) => {
    exported.push(pairs(names, false));
    return "";
  }).replace(DYNAMIC, (_, other: string) => `${LOAD}("${other}")`);
  const file = name === ENTRY ? "probe.js" : `probe.js/${name}`;
  const expression = `(async function (${LOAD}) {\n"use strict";\n${
    head.join("\n")
  }\n${body}\nreturn { ${exported} };\n})`;
  try {
    // It is only made: nothing runs. What is left of a module's own syntax is an error.
    (0, eval)(expression);
  } catch (error) {
    throw new Error(`${name} is not written as the bundler's other chunks are; see build/parts/program.ts`, {
      cause: error,
    });
  }
  return `${expression}\n//# sourceURL=${file}`;
}

/** `a as b,` of an import or an export as `a: b` of a pattern or an object. */
function pairs(names: string, isImport: boolean): string {
  return names.trim().split(/,?\n\s*/).map((name) => {
    const [first, second = first] = name.split(" as ");
    return isImport ? `${first}: ${second}` : `${second}: ${first}`;
  }).join(", ");
}

/** Evaluates the chunks that `textOf`, a variable of the program, gives. */
const LOADER = `
const loaded = new Map();
const evaluated = async (text) => await (0, eval)(text)(${LOAD});
const ${LOAD} = (name) => {
  if (!loaded.has(name)) loaded.set(name, textOf(name).then(evaluated));
  return loaded.get(name);
};
`;

/** The program as one module, all chunks in it. */
export function asOneModule(chunks: Chunks): string {
  const texts = Object.fromEntries([...chunks].map(([name, chunk]) => [name, expressionOf(name, chunk)]));
  return `const texts = ${JSON.stringify(texts)};
const textOf = async (name) => texts[name];
${LOADER}await ${LOAD}("${ENTRY}");
`;
}

/** A module that begins the program, and the chunks that it loads when they are needed. */
export interface Parts {
  readonly module: string;
  /** Expressions, one after the other, in UTF-8. */
  readonly chunks: Uint8Array<ArrayBuffer>;
}

/**
 * The program in two parts, the second of which the first one finds under the number that follows its own:
 * /proc/self/fd/8 beside /proc/self/fd/7 (launcher.c). Imported as bytes, it is not parsed.
 */
export function inTwoParts(chunks: Chunks): Parts {
  const places: Record<string, [offset: number, size: number]> = {};
  const bytes: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const [name, chunk] of chunks) {
    if (name === ENTRY) continue;
    const text = new TextEncoder().encode(expressionOf(name, chunk));
    places[name] = [offset, text.length];
    bytes.push(text);
    offset += text.length;
  }
  const all = new Uint8Array(offset);
  for (const [index, [at]] of Object.values(places).entries()) all.set(bytes[index]!, at);
  const module = `const places = ${JSON.stringify(places)};
const next = import.meta.url.replace(/\\d+$/, (own) => Number(own) + 1);
let bytes;
const textOf = async (name) => {
  bytes ??= import(next, { with: { type: "bytes" } });
  const [offset, size] = places[name];
  return new TextDecoder().decode((await bytes).default.subarray(offset, offset + size));
};
${LOADER}await evaluated(${JSON.stringify(expressionOf(ENTRY, chunks.get(ENTRY)!))});
`;
  return { module, chunks: all };
}
