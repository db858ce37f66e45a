import assert from "node:assert/strict";
import { EXIT, Failure } from "../../analysis/failure.ts";
import { generate } from "../../bench/generate.ts";
import { compareCommand } from "../../commands/compare.ts";
import { exportCommand } from "../../commands/export/export.ts";
import { powerCommand } from "../../commands/power.ts";
import { reportCommand } from "../../commands/report.ts";
import { showCommand } from "../../commands/show.ts";
import { FILES } from "../answers/cases.ts";
import { fileText, rowOf, USUAL } from "../analysis/result/result_fixture.ts";

/** Text files under their names, and the same files as Parquet; the folders' paths are equally long. */
async function inBothForms(
  texts: Readonly<Record<string, string>>,
  action: (text: string, parquet: string) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    for (const form of ["t", "p"]) Deno.mkdirSync(`${folder}/${form}`);
    for (const [name, text] of Object.entries(texts)) {
      Deno.writeTextFileSync(`${folder}/t/${name}`, text);
      await exportCommand({ format: "parquet", out: `${folder}/p/${name}` }, `${folder}/t/${name}`, {
        stdout: () => {},
      });
    }
    await action(`${folder}/t`, `${folder}/p`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** What each command prints of a file, or of a file and another; `folder` is taken out. */
async function answersOf(folder: string, name: string, other: string): Promise<string[]> {
  const [a, b] = [`${folder}/${name}`, `${folder}/${other}`];
  const printed: string[] = [];
  const write = (text: string | Uint8Array) =>
    void printed.push(typeof text === "string" ? text : new TextDecoder().decode(text));
  const asked = { by: ["signature", "waker_comm"] } as const;
  for (const format of ["text", "json"] as const) await showCommand({ format, ...asked }, [a], null, write);
  await powerCommand({ format: "json", power: 0.8 }, [a, b], write);
  for (const format of ["text", "json", "csv", "markdown"] as const) {
    await compareCommand({ format, details: format === "text", ...asked }, [a, b], write, write, null);
  }
  for (const format of ["folded", "perfetto", "parquet"] as const) {
    await exportCommand({ format, out: "-" }, a, { stdout: write });
  }
  await reportCommand({ out: "-" }, [a], write);
  // The page has the size and the SHA-256 of the files themselves.
  return printed.map((text) =>
    text.replaceAll(folder, "").replaceAll(/[0-9a-f]{64}/g, "SHA").replaceAll(
      `>${Deno.statSync(a).size}<`,
      ">SIZE<",
    )
  );
}

const GENERATED = [...generate({ rows: 70, seed: 5, env: "vm", timeoutEvery: 11 })].join("");
const RESUMED = GENERATED.replace(
  /\n(# stack .*\n)*40,/,
  (before) => `\n# resumed {"run":40,"started":"2026-01-02T00:00:00Z"}${before}`,
);
const TEXTS = {
  "other.csv": [...generate({ rows: 40, seed: 6, env: "host" })].join(""),
  "plain.csv": GENERATED,
  "cut.csv": GENERATED.slice(0, GENERATED.lastIndexOf("\n60,") + 80),
  "resumed.csv": RESUMED,
  // Its run 2 contradicts itself: the answer names the line.
  "odd.csv": fileText(
    [1, 2, 3, 4, 5, 6, 7].map((run) =>
      rowOf(run, run === 2 ? { ...USUAL, switched: 1500 } : USUAL, { comm: 'a "b", c', waker_comm: "" })
    ),
  ),
  "none.csv": fileText([]),
};

Deno.test("Parquet gives each command the answer that the result file gives, byte by byte", async () => {
  const texts: Readonly<Record<string, string>> = {
    ...TEXTS,
    "host.csv": Deno.readTextFileSync(`${FILES}/host.csv`),
  };
  await inBothForms(texts, async (text, parquet) => {
    for (const name of Object.keys(texts).filter((name) => name !== "other.csv")) {
      const expected = await answersOf(text, name, "other.csv").catch(({ message }) => [message]);
      const found = await answersOf(parquet, name, "other.csv").catch(({ message }) => [message]);
      for (const [index, answer] of expected.entries()) {
        assert.equal(found[index]?.replaceAll(parquet, ""), answer.replaceAll(text, ""), `${name}, ${index}`);
      }
      assert.equal(found.length, expected.length, name);
    }
  });
});

Deno.test("what Parquet keeps of a file: that it was resumed and cut off, and lines for contradictions", async () => {
  await inBothForms(TEXTS, async (_, parquet) => {
    const shown = async (name: string) => {
      let printed = "";
      await showCommand({ format: "json" }, [`${parquet}/${name}`], null, (text) => printed += text);
      return JSON.parse(printed).files[0];
    };
    assert.match((await shown("cut.csv")).notes.join("\n"), /line \d+/);
    assert.match((await shown("resumed.csv")).notes.join("\n"), /run 40/);
    const line = TEXTS["odd.csv"].split("\n").findIndex((text) => text.startsWith("2,")) + 1;
    assert.equal((await shown("odd.csv")).integrity.first_contradiction.line, line);
  });
});

Deno.test("broken Parquet is refused in one line, as a broken result file is", async () => {
  await inBothForms({ "a.csv": GENERATED }, async (_, parquet) => {
    const whole = Deno.readFileSync(`${parquet}/a.csv`);
    const path = `${parquet}/b.csv`;
    const refused = async (bytes: Uint8Array, message: RegExp) => {
      Deno.writeFileSync(path, bytes);
      await assert.rejects(showCommand({ format: "text" }, [path], null, () => {}), (error: unknown) => {
        assert.ok(error instanceof Failure, String(error));
        assert.equal(error.exitCode, EXIT.failed);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    };
    await refused(whole.slice(0, 4), /b\.csv is broken Parquet: .*; export it again from the result file/);
    await refused(whole.slice(0, whole.length / 2), /b\.csv is broken Parquet/);
    const holed = whole.slice();
    holed.fill(0xff, 100, 4000);
    await refused(holed, /b\.csv /);
    for (let at = 4; at < whole.length - 8; at += 997) {
      const changed = whole.slice();
      changed[at]! ^= 0x5a;
      Deno.writeFileSync(path, changed);
      // What it still says may be whole, but it never ends in anything but an answer or a refusal.
      await showCommand({ format: "text" }, [path], null, () => {}).catch((error) => {
        assert.ok(error instanceof Failure, `${at}: ${error}`);
        assert.doesNotMatch(error.message, /undefined|null\b|NaN/, String(at));
      });
    }
  });
});

Deno.test("Parquet of other programs is told apart from an exported result file", async () => {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const path = Deno.makeTempFileSync();
  try {
    const columnData = [{ name: "run", data: [1, 2] }];
    Deno.writeFileSync(path, new Uint8Array(parquetWriteBuffer({ columnData })));
    await assert.rejects(showCommand({ format: "text" }, [path], null, () => {}), {
      message: `${path} is Parquet without the facts of a result file in its metadata; ` +
        "give Parquet that `probe export` wrote, or the result file itself",
    });
  } finally {
    Deno.removeSync(path);
  }
});
