import assert from "node:assert/strict";
import { EXIT, Failure } from "../../analysis/failure.ts";
import { showCommand, type ShowFlags } from "../../commands/show.ts";
import { FILES } from "../answers/cases.ts";

const [HOST, VM] = [`${FILES}/host.csv`, `${FILES}/vm.csv`];

async function shown(format: ShowFlags["format"], ...paths: string[]): Promise<string> {
  let printed = "";
  assert.equal(await showCommand({ format }, paths, null, (text) => printed += text), EXIT.done);
  return printed;
}

Deno.test("several files are described one after the other, each below its name", async () => {
  const [one, two] = [await shown("text", HOST), await shown("text", VM)];
  assert.equal(await shown("text", HOST, VM), `==> ${HOST} <==\n\n${one}\n==> ${VM} <==\n\n${two}`);
});

Deno.test("as JSON several files are one document, of the form that one file has", async () => {
  const [one, two] = [JSON.parse(await shown("json", HOST)), JSON.parse(await shown("json", VM))];
  assert.equal(one.files.length, 1);
  assert.deepEqual(JSON.parse(await shown("json", VM, HOST)), {
    ...one,
    files: [...two.files, ...one.files],
  });
});

Deno.test("nothing is printed when one of several files is refused", async () => {
  let printed = "";
  await assert.rejects(
    showCommand({ format: "text" }, [HOST, "none.csv"], null, (text) => printed += text),
    Failure,
  );
  assert.equal(printed, "");
});
