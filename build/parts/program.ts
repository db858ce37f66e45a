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
const DYNAMIC_OF_RUNTIME = /\bimport\((?="node:)/g;

/** Loads a chunk by its name, once. Chunks are evaluated as functions of it, and of how the runtime's modules are imported. */
const LOAD = "$load";
const IMPORT_OF_RUNTIME = "$import";

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
  }).replace(DYNAMIC, (_, other: string) => `${LOAD}("${other}")`).replace(
    DYNAMIC_OF_RUNTIME,
    `${IMPORT_OF_RUNTIME}(`,
  );
  const expression = `(async function (${LOAD}, ${IMPORT_OF_RUNTIME}) {\n"use strict";\n${
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
  return expression;
}

/** The name that stacks of errors have of a chunk. */
function named(name: string): string {
  return `\n//# sourceURL=${name === ENTRY ? "probe.js" : `probe.js/${name}`}`;
}

/** `a as b,` of an import or an export as `a: b` of a pattern or an object. */
function pairs(names: string, isImport: boolean): string {
  return names.trim().split(/,?\n\s*/).map((name) => {
    const [first, second = first] = name.split(" as ");
    return isImport ? `${first}: ${second}` : `${second}: ${first}`;
  }).join(", ");
}

/** Loads the chunks whose functions `functionOf`, a variable of the program, gives. */
const LOADER = `
const imported = (name) => import(name);
const loaded = new Map();
const ${LOAD} = (name) => {
  if (!loaded.has(name)) loaded.set(name, functionOf(name).then((chunk) => chunk(${LOAD}, imported)));
  return loaded.get(name);
};
await ${LOAD}("${ENTRY}");
`;

/** The program as one module, all chunks in it. */
export function asOneModule(chunks: Chunks): string {
  const texts = Object.fromEntries(
    [...chunks].map(([name, chunk]) => [name, expressionOf(name, chunk) + named(name)]),
  );
  return `const texts = ${JSON.stringify(texts)};
const functionOf = async (name) => (0, eval)(texts[name]);
${LOADER}`;
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
  /** The module that also writes V8's code cache of the near chunks to the file `cache` beside it (code_cache.ts). */
  readonly maker: string;
  /** In UTF-8: what most calls need, one expression of an object by name; all others, one after the other. */
  readonly chunks: readonly [near: Uint8Array<ArrayBuffer>, far: Uint8Array<ArrayBuffer>];
}

/** What compiles the near chunks: the name of its own file in stacks of errors. */
const NEAR = "probe.js/near";

/**
 * The functions of the near chunks: from V8's code cache, which holds those that a comparison runs. Without one each chunk
 * is evaluated when it is needed: node:vm takes as long to import as a third of them to be compiled.
 */
const COMPILED = `
const compile = async (cachedData) => {
  const { Script } = await import("node:vm");
  return new Script(textOf(await part(1)), { cachedData, filename: "${NEAR}" });
};
const compiled = async () => {
  const cachedData = await part(3);
  return cachedData.length === 0 ? {} : (await compile(cachedData)).runInThisContext();
};
`;

/** The same where there is no code cache yet; it is written when the program has ended. */
const MAKING = `
const cache = Deno.openSync(new URL("cache", import.meta.url), { write: true, createNew: true });
const { Script } = await import("node:vm");
const script = new Script(textOf(await part(1)), { filename: "${NEAR}" });
const compiled = async () => script.runInThisContext();
`;
/**
 * V8's compilers work beside the program, and what they note in its functions meanwhile would be there by chance: the
 * same sources shall give the same bytes. So they come to rest first.
 */
const MADE = `
let made = script.createCachedData();
for (let same = 0; same < 5;) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  const now = script.createCachedData();
  same = now.equals(made) ? same + 1 : 0;
  made = now;
}
for (let at = 0; at < made.length;) at += cache.writeSync(made.subarray(at));
`;

/**
 * The program in three parts. The first one finds the others under the numbers that follow its own: /proc/self/fd/8 and 9
 * beside /proc/self/fd/7, and after them the code cache of the near ones, or nothing (launcher.c). Imported as bytes, they
 * are not parsed; but they are copied, 2 MB in some 6 ms, so that what is rarely needed stands apart.
 *
 * @param near names of the chunks that most calls need
 */
export function inThreeParts(chunks: Chunks, near: ReadonlySet<string>): Parts {
  const places: Record<string, [part: number, offset: number, size: number]> = {};
  const texts: [Uint8Array<ArrayBuffer>[], Uint8Array<ArrayBuffer>[]] = [[], []];
  const sizes: [number, number] = [0, 0];
  const always = reachedFrom([ENTRY], chunks);
  const add = (part: 0 | 1, text: string): number => {
    const bytes = new TextEncoder().encode(text);
    texts[part].push(bytes);
    sizes[part] += bytes.length;
    return bytes.length;
  };
  add(0, "({\n");
  for (const [name, chunk] of chunks) {
    if (always.has(name)) continue;
    const part = near.has(name) ? 0 : 1;
    if (part === 0) add(part, `${JSON.stringify(name)}: `);
    const offset = sizes[part];
    places[name] = [part, offset, add(part, expressionOf(name, chunk))];
    if (part === 0) add(part, ",\n");
  }
  add(0, "})");
  const own = Object.fromEntries([...always].map((name) => [name, expressionOf(name, chunks.get(name)!)]));
  const moduleOf = (compiled: string, end: string) =>
    `const own = ${JSON.stringify(own)};
const places = ${JSON.stringify(places)};
const parts = [];
const part = (after) =>
  parts[after] ??= import(import.meta.url.replace(/\\d+$/, (own) => Number(own) + after), { with: { type: "bytes" } })
    .then((bytes) => bytes.default);
const textOf = (bytes) => new TextDecoder().decode(bytes);
const evaluated = (name, text) => (0, eval)(text + "\\n//# sourceURL=probe.js" + (name === "${ENTRY}" ? "" : "/" + name));
${compiled}
let fromCache;
const functionOf = async (name) => {
  if (own[name] !== undefined) return evaluated(name, own[name]);
  const [which, offset, size] = places[name];
  if (which === 0) {
    const near = await (fromCache ??= compiled());
    if (near[name] !== undefined) return near[name];
  }
  return evaluated(name, textOf((await part(1 + which)).subarray(offset, offset + size)));
};
${LOADER}${end}`;
  return {
    module: moduleOf(COMPILED, ""),
    maker: moduleOf(MAKING, MADE),
    chunks: [joined(texts[0], sizes[0]), joined(texts[1], sizes[1])],
  };
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
