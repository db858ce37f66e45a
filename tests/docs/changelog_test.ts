import assert from "node:assert/strict";
import project from "../../deno.json" with { type: "json" };

const KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

Deno.test("the changelog has the form of Keep a Changelog, the newest version first", () => {
  const text = Deno.readTextFileSync("CHANGELOG.md");
  assert.ok(text.startsWith("# Changelog\n"));
  const versions = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading!);
  assert.match(versions[0]!, /^\[Unreleased\]$|^\[\d/);
  for (const heading of versions.slice(versions[0] === "[Unreleased]" ? 1 : 0)) {
    assert.match(heading, /^\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}$/);
  }
  const released = versions.find((heading) => heading !== "[Unreleased]");
  if (released !== undefined) assert.ok(released.startsWith(`[${project.version}]`), released);
  const kinds = [...text.matchAll(/^### (.*)$/gm)].map(([, kind]) => kind!);
  assert.ok(kinds.length > 0);
  assert.deepEqual(kinds.filter((kind) => !KINDS.includes(kind)), []);
});
