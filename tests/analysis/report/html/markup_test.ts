import assert from "node:assert/strict";
import fc from "fast-check";
import { coordinate, escaped, join, markup } from "../../../../analysis/report/html/markup.ts";

Deno.test("no text of a file becomes markup, wherever it is put", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.doesNotMatch(escaped(text), /[<>"'\p{Cc}\p{Cf}\p{Cs}]/u);
    assert.equal(markup`<p>${text}</p>`.toString(), `<p>${escaped(text)}</p>`);
    assert.equal(markup`${[text, [text]]}`.toString(), escaped(text) + escaped(text));
    assert.equal(join([text, text], "<").toString(), `${escaped(text)}&lt;${escaped(text)}`);
  }));
});

Deno.test("markup is put in as it is, null and false are left out", () => {
  const inner = markup`<b>${"<"}</b>`;
  assert.equal(markup`${inner}${null}${false}${-0}${1.5}`.toString(), "<b>&lt;</b>01.5");
});

Deno.test("a number that is none is refused, in text and in coordinates", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    assert.throws(() => markup`${value}`, RangeError);
    assert.throws(() => coordinate(value), RangeError);
  }
  assert.equal(coordinate(-0.001), "0");
});
