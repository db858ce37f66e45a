import assert from "node:assert/strict";
import { escaped, head, literal, macro, markdown, text } from "../../../build/packages/mdoc.ts";

Deno.test("nothing in a text is taken for a request, an escape or a macro", () => {
  assert.equal(escaped(".Sh \\fB"), "\\&.Sh \\efB");
  assert.equal(escaped("'quoted' --option"), "\\&'quoted' \\-\\-option");
  assert.equal(macro("Ql", "No"), ".Ql \\&No");
  assert.equal(macro("Ql", 'a "b"'), '.Ql "a \\(dqb\\(dq"');
  assert.equal(head(["Fl", "o"], ["Ar", "FILE"], ",", ["Fl", "-out"]), "Fl o Ar FILE , Fl \\-out");
  assert.deepEqual(literal([".x"]), [".Bd -literal -offset indent", "\\&.x", ".Ed"]);
});

Deno.test("each sentence begins a line, and no line is longer than mandoc wants, or begins with a dot", () => {
  assert.deepEqual(text("One. Two (three.) Four"), ["One.", "Two (three.)", "Four"]);
  const lines = text(`${"word ".repeat(15)}.dot ${"word ".repeat(30)}`);
  for (const line of lines) assert.ok(line.length <= 80 && !line.startsWith("."), line);
  assert.equal(lines[1]!.slice(0, 6), "\\&.dot");
});

Deno.test("Markdown's code, links and lists become mdoc's", () => {
  const source = "With `--x` (`# y`), see\n[this](a.md#b) ([a.md](a.md)).\n\n- one\n  more\n- `two`: x";
  assert.deepEqual(markdown(source), [
    "With",
    ".Ql \\-\\-x",
    '.No \\&( Ns Ql "# y" ) ,',
    "see this.",
    ".Bl -bullet",
    ".It",
    "one more",
    ".It",
    ".Ql two :",
    "x",
    ".El",
  ]);
});
