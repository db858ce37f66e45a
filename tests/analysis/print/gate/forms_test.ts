/** The forms of a gate's answer hold whatever is in the names that they print. */

import assert from "node:assert/strict";
import { gateJson } from "../../../../analysis/print/gate/json.ts";
import { gateJunit } from "../../../../analysis/print/gate/junit.ts";
import { gateMarkdown } from "../../../../analysis/print/gate/markdown.ts";
import { parseStored } from "../../../../analysis/print/gate/stored.ts";
import { gateText } from "../../../../analysis/print/gate/text.ts";
import { type Gated, tellGate } from "../../../../analysis/print/gate/told.ts";
import { parsePolicy } from "../../../../analysis/gate/policy.ts";
import type { ResultFile } from "../../../../analysis/result/file.ts";
import { MS } from "../../compare/compare_fixture.ts";
import { around, BASELINE, judged, OFFSET } from "../../gate/gate_fixture.ts";

const NASTY = "a\x1b]0;x\x07<b>&\"'|`*_[l](x)\u202e\ufffe\ud800\n# h";

function gated(policyText = OFFSET): Gated {
  const policy = parsePolicy("policy.toml", policyText);
  const named = (file: ResultFile) => ({
    ...file,
    name: NASTY,
    meta: { ...file.meta, env: NASTY, host: NASTY },
  });
  const files = [named(BASELINE), named(around(40, 8 * MS, "b")), named(around(40, 5 * MS, "c"))];
  return {
    judgement: judged(files, policy),
    policy,
    policyFile: { name: NASTY, sha256: "0".repeat(64) },
    files: files.map(({ name }) => ({ name, sha256: "1".repeat(64) })),
    probe: "0",
  };
}

/** @returns the elements of a document in their order; throws where it is not well-formed XML 1.0 */
function elementsOf(xml: string): string[] {
  const open: string[] = [];
  const found: string[] = [];
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(xml, /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/);
  assert.ok(xml.isWellFormed());
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, "");
  const attribute = String.raw`\s[\w-]+="(?:[^<&"]|&(?:amp|lt|gt|quot|apos);)*"`;
  const token = new RegExp(String.raw`<(/?)([\w-]+)((?:${attribute})*)\s*(/?)>|\s+`, "gy");
  for (let at = 0; at < body.length; at = token.lastIndex) {
    token.lastIndex = at;
    const match = token.exec(body);
    assert.ok(match !== null, `no XML: ${body.slice(at, at + 60)}`);
    const [, end, name, , empty] = match;
    if (name === undefined) continue;
    if (end === "/") assert.equal(open.pop(), name);
    else {
      assert.ok(open.length > 0 || found.length === 0, "one root");
      found.push(name);
      if (empty === "") open.push(name);
    }
  }
  assert.deepEqual(open, []);
  return found;
}

Deno.test("JUnit's XML is well-formed, one suite a series and one case a question", () => {
  const elements = elementsOf(gateJunit(tellGate(gated())));
  assert.deepEqual(elements, ["testsuites", "testsuite", "testcase", "failure", "testsuite", "testcase"]);
  const only = elementsOf(gateJunit(tellGate(gated(`comment_only = true\n${OFFSET}`))));
  assert.deepEqual(only, ["testsuites", "testsuite", "testcase", "skipped", "testsuite", "testcase"]);
});

Deno.test("no name in a comment becomes markup, and no row of its table has more cells", () => {
  const markdown = gateMarkdown(tellGate(gated()));
  assert.doesNotMatch(markdown, /<b>|\[l\]|^# h/m);
  for (const line of markdown.split("\n").filter((line) => line.startsWith("|"))) {
    assert.equal(line.replaceAll(/\\[\s\S]/g, "").split("|").length, 6, line);
  }
});

Deno.test("what a gate leaves is read by a backtest, with its outcomes", () => {
  const stored = parseStored(gateJson(gated()))!;
  assert.deepEqual([stored.outcome, stored.files.length, stored.series.map((one) => [...one])], [
    "FAIL",
    3,
    [[["offset", "FAIL"]], [["offset", "PASS"]]],
  ]);
});

Deno.test("the text is at most 80 columns wide and shows control characters as escapes", () => {
  const text = gateText(tellGate(gated()));
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\u202e]/);
  for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
});
