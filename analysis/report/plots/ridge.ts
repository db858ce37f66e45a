/**
 * The chain from the edge to the read as a ridge plot: the distribution of each stage's time, on one axis.
 */

import { area, curveLinear, line } from "d3-shape";
import { formatDuration } from "../../units/format_value.ts";
import { iqrSorted, medianSorted } from "../../stats/quantile.ts";
import { type Axis, logAxis } from "./axis.ts";
import { coordinate, type Markup, markup, type Part } from "../html/markup.ts";
import { BOX, boxX, figure, plot } from "./plot.ts";
import type { LinkSample } from "../html/runs.ts";

const ROW = 74;
/** Height of the highest point of a row; the rest is for its name. */
const RIDGE = 52;
const GRID = 250;
/** Lower parts are not drawn: they lie on the base line. */
const LOWEST = 0.1;

export interface ChainSide {
  readonly letter: string;
  readonly links: readonly LinkSample[];
}

export function ridge(caption: Part, sides: readonly ChainSide[]): Markup {
  const names = [...new Set(sides.flatMap(({ links }) => links.map(({ name }) => name)))];
  const drawn = sides.map(({ letter, links }) => ({
    letter,
    links: links.map(({ name, sorted }) => ({ name, sorted: positive(sorted) })),
  }));
  const ends = drawn.flatMap(({ links }) =>
    links.flatMap(({ sorted }) => sorted.length === 0 ? [] : [sorted[0]!, sorted.at(-1)!])
  );
  if (ends.length === 0) return figure(caption, markup`<p class="empty">no complete run has a chain</p>`);
  const axis = logAxis(Math.min(...ends), Math.max(...ends));
  const hidden = sides.flatMap(({ letter, links }, side) => {
    const count = links.reduce(
      (sum, { sorted }, i) => sum + sorted.length - drawn[side]!.links[i]!.sorted.length,
      0,
    );
    return count === 0 ? [] : [`${letter} has ${count} times of 0 ns or less, which this axis cannot show`];
  });
  return figure(
    caption,
    plot({
      title: "The chain, stage by stage",
      says: sides.flatMap(({ letter, links }) =>
        links.filter(({ sorted }) => sorted.length > 0)
          .map(({ name, sorted }) => `${letter}, ${name}: median ${formatDuration(medianSorted(sorted))}. `)
      ).join(""),
      height: ROW * names.length,
      x: axis.ticks,
      y: [],
      shapes: names.map((name, row) => linkShapes(name, row, drawn, axis)),
      labels: names.map((name, row) =>
        markup`<text class="stage" x="0" y="${ROW * row + 14}">${name}</text>`
      ),
    }),
    [
      "Density of the logarithm (Gaussian kernel, Silverman's bandwidth), each row to its own height; short strokes: medians",
      hidden.length > 0 && `. ${hidden.join("; ")}`,
    ],
  );
}

function positive(sorted: Float64Array): Float64Array {
  const first = sorted.findIndex((ns) => ns > 0);
  return first < 0 ? sorted.subarray(0, 0) : sorted.subarray(first);
}

function linkShapes(name: string, row: number, sides: readonly ChainSide[], axis: Axis): Markup {
  const base = ROW * (row + 1) - 2;
  const curves = sides.flatMap(({ letter, links }) =>
    links.filter((link) => link.name === name && link.sorted.length > 0)
      .map(({ sorted }) => ({ letter, sorted, height: density(sorted, axis) }))
  );
  const peak = Math.max(...curves.map(({ height }) => Math.max(...height)));
  const shapes = curves.map(({ letter, sorted, height }) => {
    const points = Array.from(height, (value, i): [number, number] => [
      (BOX * i) / (GRID - 1),
      base - (RIDGE * value) / peak,
    ]).filter(([, y]) => base - y > LOWEST);
    const filled = area().y0(base).curve(curveLinear).digits(1)(points) ?? "";
    const upper = line().curve(curveLinear).digits(1)(points) ?? "";
    const at = coordinate(boxX(axis, medianSorted(sorted)));
    return markup`<path class="fill ${letter}" d="${filled}"/><path class="line ${letter}" d="${upper}"/><path class="tick ${letter}" d="M${at},${base}v-10"/>`;
  });
  return markup`<path class="base" d="M0,${base}H${BOX}"/>${shapes}`;
}

/**
 * Kernel density at GRID positions along the axis, not scaled. Each value first goes to its nearest
 * positions.
 */
function density(sorted: Float64Array, axis: Axis): Float64Array {
  const counts = new Float64Array(GRID);
  const places = sorted.map((ns) => axis.at(ns) * (GRID - 1));
  let mean = 0;
  for (const place of places) {
    counts[Math.round(place)]!++;
    mean += place / places.length;
  }
  let squares = 0;
  for (const place of places) squares += (place - mean) ** 2;
  const n = places.length;
  const deviation = n < 2 ? 0 : Math.sqrt(squares / (n - 1));
  const quartiles = n < 2 ? 0 : iqrSorted(places) / 1.34;
  const width = 0.9 * (quartiles > 0 ? Math.min(deviation, quartiles) : deviation) * n ** -0.2;
  const bandwidth = Math.max(1, width);
  const reach = Math.ceil(4 * bandwidth);
  const result = new Float64Array(GRID);
  for (const [place, count] of counts.entries()) {
    if (count === 0) continue;
    for (let i = Math.max(0, place - reach); i < Math.min(GRID, place + reach + 1); i++) {
      result[i]! += (count / n / bandwidth) * Math.exp(-0.5 * ((i - place) / bandwidth) ** 2);
    }
  }
  return result;
}
