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
  const imports = importsOf(chunk);
  const start = imports.reduce((length, [whole]) => length + whole.length, 0);
  const head = imports.map(([, names, other]) =>
    `${names === undefined ? "" : `const { ${pairs(names, true)} } = `}await ${LOAD}("${other}");`
  );
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

/** The names of these chunks and of all that they import when they begin. */
export function reachedFrom(names: readonly string[], chunks: Chunks): ReadonlySet<string> {
  const reached = new Set<string>();
  const reach = (name: string) => {
    if (reached.has(name)) return;
    reached.add(name);
    for (const [, , other] of importsOf(chunks.get(name)!)) reach(other!);
  };
  names.forEach(reach);
  return reached;
}

function importsOf(chunk: string): RegExpExecArray[] {
  const found: RegExpExecArray[] = [];
  IMPORT.lastIndex = 0;
  for (let one = IMPORT.exec(chunk); one !== null; one = IMPORT.exec(chunk)) found.push(one);
  return found;
}

/** A module that begins the program, with the chunks that every call needs, and those that are loaded when needed. */
export interface Parts {
  readonly module: string;
  /** Expressions, one after the other, in UTF-8: those that most calls need, and all others. */
  readonly chunks: readonly [near: Uint8Array<ArrayBuffer>, far: Uint8Array<ArrayBuffer>];
}

/**
 * The program in three parts. The first one finds the others under the numbers that follow its own: /proc/self/fd/8 and 9
 * beside /proc/self/fd/7 (launcher.c). Imported as bytes, they are not parsed; but they are copied, 2 MB in some 6 ms, so
 * that what is rarely needed stands apart.
 *
 * @param near names of the chunks that most calls need
 */
export function inThreeParts(chunks: Chunks, near: ReadonlySet<string>): Parts {
  const places: Record<string, [part: number, offset: number, size: number]> = {};
  const texts: [Uint8Array<ArrayBuffer>[], Uint8Array<ArrayBuffer>[]] = [[], []];
  const sizes: [number, number] = [0, 0];
  const always = reachedFrom([ENTRY], chunks);
  for (const [name, chunk] of chunks) {
    if (always.has(name)) continue;
    const part = near.has(name) ? 0 : 1;
    const text = new TextEncoder().encode(expressionOf(name, chunk));
    places[name] = [part, sizes[part], text.length];
    texts[part].push(text);
    sizes[part] += text.length;
  }
  const own = Object.fromEntries([...always].map((name) => [name, expressionOf(name, chunks.get(name)!)]));
  const module = `const own = ${JSON.stringify(own)};
const places = ${JSON.stringify(places)};
const parts = [];
const textOf = async (name) => {
  if (own[name] !== undefined) return own[name];
  const [part, offset, size] = places[name];
  const number = (own) => Number(own) + 1 + part;
  parts[part] ??= import(import.meta.url.replace(/\\d+$/, number), { with: { type: "bytes" } });
  return new TextDecoder().decode((await parts[part]).default.subarray(offset, offset + size));
};
${LOADER}await ${LOAD}("${ENTRY}");
`;
  return { module, chunks: [joined(texts[0], sizes[0]), joined(texts[1], sizes[1])] };
}

function joined(texts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size);
  let offset = 0;
  for (const text of texts) {
    all.set(text, offset);
    offset += text.length;
  }
  return all;
}
