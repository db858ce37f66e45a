/** The texts in a TypeScript source: strings, and the literal pieces of templates. */

/** A regular expression begins here, not a division. */
const BEFORE_REGEX = /[(,=:[!&|?{};>]\s*$|\breturn\s*$/;

export function literals(code: string): string[] {
  const found: string[] = [];
  let at = 0;
  const text = (end: string) => {
    let piece = "";
    while (at < code.length && code[at] !== end) {
      if (end === "`" && code.startsWith("${", at)) {
        found.push(piece);
        piece = "";
        at += 2;
        block();
        continue;
      }
      if (code[at] === "\\") at++;
      piece += code[at++];
    }
    at++;
    found.push(piece);
  };
  const regex = () => {
    for (let inClass = false; at < code.length && (inClass || code[at] !== "/"); at++) {
      if (code[at] === "\\") at++;
      else if (code[at] === "[") inClass = true;
      else if (code[at] === "]") inClass = false;
    }
    at++;
  };
  /** Up to the brace that closes it, or the end of the source. */
  const block = () => {
    for (let depth = 0; at < code.length;) {
      const char = code[at++]!;
      if (char === "}" && depth-- === 0) return;
      if (char === "{") depth++;
      else if (char === '"' || char === "'" || char === "`") text(char);
      else if (char === "/" && code[at] === "/") at = end(code.indexOf("\n", at));
      else if (char === "/" && code[at] === "*") at = end(code.indexOf("*/", at)) + 2;
      else if (char === "/" && BEFORE_REGEX.test(code.slice(0, at - 1))) regex();
    }
  };
  const end = (index: number) => index < 0 ? code.length : index;
  block();
  return found;
}
