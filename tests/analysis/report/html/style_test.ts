import assert from "node:assert/strict";
import { STYLE } from "../../../../analysis/report/html/style.ts";

/** What WCAG 2 asks for text, and for what a drawing cannot do without. */
const TEXT = 4.5;
const GRAPHICS = 3;

const WORDS = ["ink", "soft", "link", "same", "little", "diff", "open", "none", "confused"];
const SIDES = Array.from({ length: 8 }, (_, i) => `c${i}`);

function variables(block: string): Record<string, string> {
  return Object.fromEntries(
    [...block.matchAll(/--([a-z]+\d?):(#[0-9a-f]+)/g)].map(([, name, value]) => [name, value]),
  );
}

/** Of light and of dark paper. */
function themes(): Record<string, Record<string, string>> {
  const [light, dark] = [...STYLE.matchAll(/:root\{([^}]*)\}/g)].map(([, block]) => variables(block!));
  return { light: light!, dark: { ...light!, ...dark! } };
}

function luminance(colour: string): number {
  const digits = colour.length === 4
    ? [...colour.slice(1)].map((digit) => digit + digit).join("")
    : colour.slice(1);
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const share = parseInt(digits.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

Deno.test("contrast is that of WCAG", () => {
  assert.equal(contrast("#fff", "#000000"), 21);
  assert.ok(Math.abs(contrast("#777777", "#ffffff") - 4.48) < 0.01);
});

for (const [theme, colours] of Object.entries(themes())) {
  Deno.test(`every text has the contrast of AA on ${theme} paper and on cards`, () => {
    for (const word of [...WORDS, ...SIDES]) {
      for (const paper of ["paper", "card"]) {
        const found = contrast(colours[word]!, colours[paper]!);
        assert.ok(found >= TEXT, `${word} on ${paper}: ${found.toFixed(2)}`);
      }
    }
    for (let i = 0; i < 6; i++) {
      const found = contrast(colours.on!, colours[`p${i}`]!);
      assert.ok(found >= TEXT, `on p${i}: ${found.toFixed(2)}`);
    }
    for (const frame of ["f0", "f1"]) assert.ok(contrast(colours.ink!, colours[frame]!) >= TEXT, frame);
  });

  Deno.test(`the ends of the margin are seen on ${theme} paper`, () => {
    for (const paper of ["paper", "card", "band"]) {
      const found = contrast(colours.bandline!, colours[paper]!);
      assert.ok(found >= GRAPHICS, `${paper}: ${found.toFixed(2)}`);
    }
  });
}

Deno.test("every colour that the style uses is declared, on light and on dark paper", () => {
  const used = new Set([...STYLE.matchAll(/var\(--([a-z]+\d?)\)/g)].map(([, name]) => name!));
  used.delete("side");
  used.delete("dash");
  const { light } = themes();
  assert.deepEqual([...used].filter((name) => !(name in light!)), []);
});
