/** Series over time: how often a change is found where none is, and where one is. */

import { QUESTIONS } from "../../analysis/compare/questions.ts";
import { energyChanges } from "../../analysis/stats/energy_changes.ts";
import { drawSeries, generatorOf, type Pairs, type Population, POPULATIONS } from "./populations.ts";

/** Of a whole history. */
const FALSE_ALARMS = 0.05;

interface Simulated {
  /** Series over time. */
  readonly series: number;
  /** The correlation between the normal numbers behind neighbours. */
  readonly lag1: number;
  /** Of a change in the middle, in units of the population: its standard deviation, where it is normal. 0: none. */
  readonly size: number;
}

const SIMULATED: readonly Simulated[] = [
  ...[10, 20, 50].map((series) => ({ series, lag1: 0, size: 0 })),
  { series: 50, lag1: 0.3, size: 0 },
  ...[20, 50].flatMap((series) => [1, 2, 3].map((size) => ({ series, lag1: 0, size }))),
];

export interface HistoryErrors extends Simulated {
  readonly population: string;
  readonly histories: number;
  /** Share of questions in which some change is found. */
  readonly found: number;
  /** Share in which it is found within two series of where it is; null: there is none. */
  readonly foundThere: number | null;
  /** Share of histories of independent questions in which any has a change; null: all of them have one. */
  readonly inHistory: number | null;
}

/** @param histories of as many questions as there are, or of one with a change */
function historyErrors(
  population: Population,
  { series, lag1, size }: Simulated,
  histories: number,
): HistoryErrors {
  const random = generatorOf("history", population.name, series, lag1, size);
  const middle = series / 2;
  const questions = size === 0 ? QUESTIONS.length : 1;
  let [found, there, inHistory] = [0, 0, 0];
  for (let history = 0; history < histories; history++) {
    let isFound = false;
    for (let question = 0; question < questions; question++) {
      const levels = drawSeries(population, series, lag1, random)
        .map((ns, index) => Math.log(index < middle ? ns : ns + size * population.unitNs));
      const changes = energyChanges(levels, FALSE_ALARMS / QUESTIONS.length);
      if (changes.length === 0) continue;
      isFound = true;
      found++;
      if (changes.some(({ after }) => Math.abs(after - middle) <= 2)) there++;
    }
    if (isFound) inHistory++;
  }
  const all = histories * questions;
  return {
    population: population.name,
    series,
    lag1,
    size,
    histories,
    found: found / all,
    foundThere: size === 0 ? null : there / all,
    inHistory: size === 0 ? inHistory / histories : null,
  };
}

/** Each cell to be simulated when it is called. */
export function historyCells({ histories }: Pairs): (() => HistoryErrors)[] {
  return POPULATIONS.flatMap((population) =>
    SIMULATED.map((simulated) => () => historyErrors(population, simulated, histories))
  );
}
