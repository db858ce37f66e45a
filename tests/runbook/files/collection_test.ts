import assert from "node:assert/strict";
import { collectedPath, parseKeep, rotate } from "../../../runbook/files/collection.ts";

const MACHINE = { env: "host", host: "lab 1", bootId: "0d5a1c2e-1111-2222-3333-444455556666" };
const STARTED = new Date("2026-01-02T03:04:05.678Z");

function inFolder(test: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

function fill(folder: string, files: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(files)) {
    Deno.writeFileSync(`${folder}/${name}`, new Uint8Array(size));
  }
}

Deno.test("a result is named by label, host, boot and UTC time, and by a number where that is taken", () => {
  inFolder((parent) => {
    const folder = `${parent}/a/b`;
    const name = "host-lab_1-boot0d5a1c2e-20260102T030405Z";
    assert.equal(collectedPath(folder, MACHINE, STARTED), `${folder}/${name}.csv`);
    assert.deepEqual(namesIn(folder), []);
    fill(folder, { [`${name}.csv`]: 0, [`${name}-2.csv`]: 0 });
    assert.equal(collectedPath(folder, MACHINE, STARTED), `${folder}/${name}-3.csv`);
    const other = { ...MACHINE, bootId: "ffffffff-1111-2222-3333-444455556666" };
    assert.equal(
      collectedPath(folder, other, STARTED),
      `${folder}/host-lab_1-bootffffffff-20260102T030405Z.csv`,
    );
  });
});

Deno.test("the newest by the time in the name stay, whatever their dates, labels and boots", () => {
  inFolder((folder) => {
    const old = "vm-a-boot00000001-20260101T000000Z.csv";
    const names = [
      old,
      "host-b-boot00000002-20260102T000000Z.csv",
      "host-b-boot00000002-20260102T000000Z-2.csv",
    ];
    const own = "host-b-boot00000003-20260103T000000Z.csv";
    fill(folder, Object.fromEntries([...names, own].map((name) => [name, 1])));
    Deno.utimeSync(`${folder}/${old}`, 4e9, 4e9);
    assert.deepEqual(rotate(folder, `${folder}/${own}`, { files: 4 }), []);
    assert.deepEqual(
      rotate(folder, `${folder}/${own}`, { files: 2 }),
      [names[1], old].map((name) => `${folder}/${name}`),
    );
    assert.deepEqual(namesIn(folder), [names[2], own].sort());
  });
});

Deno.test("what was kept of a result's slow runs counts and goes with it, and strangers' files stay", () => {
  inFolder((folder) => {
    const old = "host-b-boot00000002-20260101T000000Z.csv";
    const own = "host-b-boot00000002-20260102T000000Z.csv";
    const others = [
      "notes.csv",
      "host-0badcafe-20250101T000000Z.csv",
      "host-b-boot00000002-20250101T000000Z.csv.d",
    ];
    fill(folder, { [old]: 100, [`${old}.slow-3.json`]: 900_000, [own]: 200_000, "notes.csv": 5e6 });
    fill(folder, { "host-0badcafe-20250101T000000Z.csv": 5e6 });
    Deno.mkdirSync(`${folder}/${others[2]}`);
    assert.deepEqual(rotate(folder, `${folder}/${own}`, { bytes: 1_100_100 }), []);
    assert.deepEqual(rotate(folder, `${folder}/${own}`, { bytes: 1_100_099 }), [`${folder}/${old}`]);
    assert.deepEqual(namesIn(folder), [...others, own].sort());
  });
});

Deno.test("the newest result stays though it is larger than what is to be kept", () => {
  inFolder((folder) => {
    const own = "host-b-boot00000002-20260102T000000Z.csv";
    fill(folder, { [own]: 3000 });
    assert.deepEqual(rotate(folder, `${folder}/${own}`, { bytes: 1000 }), []);
    assert.deepEqual(namesIn(folder), [own]);
  });
});

Deno.test("what --keep-newest takes is a number of files or a size", () => {
  assert.deepEqual(parseKeep("7"), { files: 7 });
  assert.deepEqual(parseKeep("500MB"), { bytes: 500_000_000 });
  assert.deepEqual(parseKeep("2GB"), { bytes: 2_000_000_000 });
  for (const wrong of ["0", "-1", "1.5", "5 MB", "5kB", "all", ""]) {
    assert.throws(() => parseKeep(wrong), /is not what to keep/, wrong);
  }
});
