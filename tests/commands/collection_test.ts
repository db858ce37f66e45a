import assert from "node:assert/strict";
import { EXIT } from "../../analysis/failure.ts";
import { main } from "../../main.ts";

const REFUSED: Readonly<Record<string, RegExp>> = {
  "--out a.csv --out-dir b":
    /^probe: --out a\.csv names the file, and --out-dir b has it named; leave one of them out\n$/,
  "--keep-newest 5":
    /^probe: --keep-newest removes files of --out-dir, which is not given; give --out-dir FOLDER too\n$/,
  "--out-dir b --keep-newest all":
    /"all" is not what to keep; give a number of files, or a size such as 500MB\n$/,
};

for (const [args, message] of Object.entries(REFUSED)) {
  Deno.test(`probe run ${args} is refused as wrong use, before anything is made`, async () => {
    let stderr = "";
    const streams = { stdout: () => {}, stderr: (text: string) => stderr += text };
    assert.equal(await main(["run", ...args.split(" ")], streams), EXIT.usage);
    assert.match(stderr.replaceAll(/\n +/g, " "), message);
    assert.throws(() => Deno.statSync("b"), Deno.errors.NotFound);
  });
}
