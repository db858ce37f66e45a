/** `probe gate --backtest`: judges a locked set of earlier series, and says what would have changed. */

import { EXIT, type ExitCode, Failure } from "../../analysis/failure.ts";
import { type Backtested, backtestText } from "../../analysis/print/gate/backtest.ts";
import { parseStored, type StoredResult } from "../../analysis/print/gate/stored.ts";
import { tellGate } from "../../analysis/print/gate/told.ts";
import { readNamed, systemWords } from "../../runbook/machine/named_file.ts";
import { inTurn } from "../files/where.ts";
import { judgeFiles, type PolicyFile, readPolicy } from "./inputs.ts";
import { checkedLock, LOCK } from "./lock.ts";

const BASELINE = "baseline.csv";
const SERIES = /^new.*\.csv$/;
const STORED = "gate_result.json";
const MOST_BYTES = 8 << 20;

/** One folder of the set. */
interface Pair {
  readonly name: string;
  readonly series: readonly string[];
  readonly hasStored: boolean;
}

/**
 * @param write receives what would have changed
 * @throws Failure when the set is not as it was locked, or holds nothing to judge
 */
export async function backtest(
  folder: string,
  policyPath: string,
  write: (text: string) => void,
): Promise<ExitCode> {
  const policy = await readPolicy(policyPath);
  const set = folder.replace(/(?<=.)\/+$/, "");
  const locked = await checkedLock(set);
  const { pairs, passedOver } = pairsIn(set);
  if (pairs.length === 0) {
    throw new Failure(
      EXIT.failed,
      `${set} has nothing to judge`,
      `give a folder whose folders hold ${BASELINE} and new.csv`,
    );
  }
  for (const { name, series, hasStored } of pairs) {
    const needed = [BASELINE, ...series, ...hasStored ? [STORED] : []];
    const open = needed.map((file) => `${name}/${file}`).find((file) => !locked.has(file));
    if (open === undefined) continue;
    const remedy = `lock the set anew, in its folder: sha256sum */* >${LOCK}`;
    throw new Failure(EXIT.failed, `${set}/${open} is not in ${LOCK}`, remedy);
  }
  const tested = await inTurn(pairs, (pair) => testedPair(set, pair, policy));
  write(backtestText({ tested, passedOver, policy: policy.source.name }));
  return EXIT.done;
}

function pairsIn(set: string): { readonly pairs: Pair[]; readonly passedOver: string[] } {
  const pairs: Pair[] = [];
  const passedOver: string[] = [];
  for (const { name, isDirectory } of entriesOf(set)) {
    if (name === LOCK) continue;
    const names = isDirectory ? entriesOf(`${set}/${name}`).map((entry) => entry.name) : [];
    const series = names.filter((one) => SERIES.test(one));
    if (!isDirectory) passedOver.push(name);
    else if (!names.includes(BASELINE)) passedOver.push(`${name} (no ${BASELINE})`);
    else if (series.length === 0) passedOver.push(`${name} (no new*.csv)`);
    else {
      const strange = names.filter((one) => one !== BASELINE && one !== STORED && !series.includes(one));
      passedOver.push(...strange.map((one) => `${name}/${one}`));
      pairs.push({ name, series, hasStored: names.includes(STORED) });
    }
  }
  return { pairs, passedOver };
}

/** By name, each character by its number: the same order on every machine. */
function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (cause) {
    const found = `cannot read the folder ${folder}: ${systemWords(cause)}`;
    throw new Failure(EXIT.failed, found, "give the folder of a locked set", { cause });
  }
}

async function testedPair(
  set: string,
  { name, series, hasStored }: Pair,
  policy: PolicyFile,
): Promise<Backtested> {
  const inFolder = (file: string) => `${set}/${name}/${file}`;
  const before: StoredResult | null = hasStored ? storedIn(inFolder(STORED)) : null;
  try {
    const gated = await judgeFiles([BASELINE, ...series].map(inFolder), policy);
    return { name, before, now: tellGate(gated) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { name, before, now: error.found };
  }
}

function storedIn(path: string): StoredResult {
  const bytes = readNamed(path, "a result of probe gate", MOST_BYTES);
  const stored = parseStored(new TextDecoder().decode(bytes));
  if (stored !== null) return stored;
  throw new Failure(EXIT.failed, `${path} is not a result of probe gate`, "leave it out of the set");
}
