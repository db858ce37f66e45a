/** What can be drawn of one side or of two: distributions, the order of the runs, the chain. */

import { type Pair, QUESTIONS } from "../comparison.ts";
import { sortedSample, summarise } from "../compare_sample.ts";
import { formatDuration } from "../format_value.ts";
import type { Duration, TextName } from "../result_row.ts";
import { driftOf } from "./drift.ts";
import { ecdf } from "./ecdf.ts";
import { keyName, perSide, sideKey, stacksOf, valueName } from "./labels.ts";
import { type Markup, markup, type Part } from "./markup.ts";
import { ridge } from "./ridge.ts";
import { runOrder } from "./run_order.ts";
import { chainOf, type ReportSide, samplesBy, seriesOf } from "./runs.ts";
import { strataFigures } from "./strata.ts";
import { table } from "./table.ts";
import { ASKS } from "./words.ts";

const SERIES = ["offset", "ttwu_to_tkread"] as const;

export function distributions(sides: readonly ReportSide[]): Markup {
  const figures = QUESTIONS.map((name) => {
    const curves = sides.map(({ letter, file }) => ({
      letter,
      sorted: sortedSample(file, durationOf(name)),
    }));
    return ecdf(name, `${name}: ${ASKS[name]}`, curves);
  });
  return markup`<div class="figures">${figures}</div>`;
}

export function runOrders(sides: readonly ReportSide[], alpha: number): Markup {
  const figures = SERIES.map((name) =>
    sides.map(({ letter, file }) => {
      const series = seriesOf(file, durationOf(name));
      return runOrder(name, [sideKey(letter), ` ${name}`], letter, series, driftOf(series), alpha);
    })
  );
  return markup`<div class="figures two">${figures}</div>`;
}

/** The chain, drawn and counted. */
export function chain(sides: readonly ReportSide[]): Markup {
  const drawn = sides.map(({ letter, file }) => ({ letter, links: chainOf(file) }));
  const letters = sides.map(({ letter }) => letter);
  const whole = drawn.map(({ links }) => links.reduce((sum, { sorted }) => sum + total(sorted), 0));
  const rows = (drawn[0]?.links ?? []).map(({ name }, link) => {
    const samples = drawn.map(({ links }) => links[link]!.sorted);
    const summary = summarise([samples[0]!, samples.at(-1)!] as Pair<Float64Array>);
    const both = (values: Pair<number | null>): Part =>
      perSide(letters, letters.map((_, i) => formatDuration(values[i]!)));
    const shares = samples.map((sorted, side) =>
      whole[side]! > 0 ? `${shareOf(total(sorted), whole[side]!)} %` : "-"
    );
    return {
      head: name,
      cells: [
        perSide(letters, samples.map(({ length }) => length)),
        both(summary.median_ns),
        both(summary.iqr_ns),
        perSide(letters, shares),
      ],
    };
  });
  return markup`${ridge("Time in each stage", drawn)}${
    table("The chain from edge to read", ["stage", "n", "median", "IQR", "share of the summed time"], rows)
  }`;
}

/** Of one file: ttwu_to_tkread by each key. */
export function strataOfOne(side: ReportSide, keys: readonly TextName[]): Markup {
  const stacks = stacksOf([side]);
  const letters = [side.letter];
  return markup`${
    keys.map((key) => {
      const samples = samplesBy(side.file, "ttwu_to_tkread_ns", key);
      const values = [...samples.keys()];
      if (values.length === 0) return markup`<h3>By ${keyName(key)}</h3><p>not observed</p>`;
      const rows = values.slice(0, 24).map((value) => {
        const sorted = samples.get(value)!;
        const { n, median_ns, iqr_ns, mad_ns } = summarise([sorted, sorted]);
        return {
          head: valueName(value, stacks),
          cells: [n[0], formatDuration(median_ns[0]), formatDuration(iqr_ns[0]), formatDuration(mad_ns[0])],
        };
      });
      return markup`<h3>By ${keyName(key)}</h3>${
        table(`ttwu_to_tkread by ${keyName(key)}`, ["stratum", "n", "median", "IQR", "MAD"], rows)
      }${
        values.length > rows.length &&
        markup`<p>and ${values.length - rows.length} more strata, with fewer runs</p>`
      }${strataFigures([{ ...side, letter: letters[0]! }], values, [samples])}`;
    })
  }`;
}

function durationOf(name: (typeof QUESTIONS)[number]): Duration {
  return `${name}_ns`;
}

function total(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function shareOf(part: number, whole: number): string {
  return String(Number(((100 * part) / whole).toPrecision(3)));
}
