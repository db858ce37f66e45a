/**
 * The chain from the edge to the read as a ridge plot: the distribution of each stage's time, on one axis.
 */

import { area, curveLinear, line } from "d3-shape";
import { formatDuration } from "../../units/format_value.ts";
import { iqrSorted, medianSorted } from "../../stats/quantile.ts";
import { THIN_BELOW } from "../../sample/sample.ts";
import { LINK_STAGES } from "../../show/chain.ts";
import { type Axis, axisName, logAxis } from "./axis.ts";
import { sideClass, typeset } from "../html/labels.ts";
import { coordinate, type Markup, markup, type Part } from "../html/markup.ts";
import { BOX, boxX, figure, plot } from "./plot.ts";
import type { LinkSample } from "../html/runs.ts";

const ROW = 74;
/** Height of the highest point of a row; the rest is for its name. */
const RIDGE = 52;
const GRID = 250;
/** Height of a run that is drawn by itself, because so few runs have no density. */
const STROKE = 26;
/** Lower parts are not drawn: they lie on the base line. */
const LOWEST = 0.1;

export interface ChainSide {
  readonly letter: string;
  readonly links: readonly LinkSample[];
}

export function ridge(caption: Part, sides: readonly ChainSide[]): Markup {
  const names = inChainOrder(sides.flatMap(({ links }) => links));
  const drawn = sides.map(({ letter, links }) => ({
    letter,
    links: links.map((link) => ({ ...link, sorted: positive(link.sorted) })),
  }));
  const ends = drawn.flatMap(({ links }) =>
    links.flatMap(({ sorted }) => sorted.length === 0 ? [] : [sorted[0]!, sorted.at(-1)!])
  );
  if (ends.length === 0) return figure(caption, markup`<p class="empty">no complete run has a chain</p>`);
  const axis = logAxis({ low: Math.min(...ends), high: Math.max(...ends) });
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
      xName: axisName("time in the link", axis),
      y: [],
      shapes: names.map((name, row) => linkShapes(name, row, drawn, axis)),
      labels: names.map((name, row) =>
        markup`<text class="stage" x="0" y="${ROW * row + 14}">${typeset(name)}</text>`
      ),
    }),
    [
      "Density of the logarithm (Gaussian kernel, Silverman's bandwidth), each row to its own height; short strokes: medians",
      drawn.some(({ links }) => links.some(({ sorted }) => sorted.length > 0 && !hasDensity(sorted))) &&
      `. Thin strokes: single runs, where there are fewer than ${THIN_BELOW} or all took the same time`,
      hidden.length > 0 && `. ${hidden.join("; ")}`,
    ],
  );
}

function inChainOrder(links: readonly LinkSample[]): string[] {
  const place = ({ from, to }: LinkSample) =>
    LINK_STAGES.indexOf(from) * LINK_STAGES.length + LINK_STAGES.indexOf(to);
  return [...new Set(links.toSorted((x, y) => place(x) - place(y)).map(({ name }) => name))];
}

function hasDensity(sorted: Float64Array): boolean {
  return sorted.length >= THIN_BELOW && sorted[0]! < sorted.at(-1)!;
}

function positive(sorted: Float64Array): Float64Array {
  const first = sorted.findIndex((ns) => ns > 0);
  return first < 0 ? sorted.subarray(0, 0) : sorted.subarray(first);
}

function linkShapes(name: string, row: number, sides: readonly ChainSide[], axis: Axis): Markup {
  const base = ROW * (row + 1) - 2;
  const curves = sides.flatMap(({ letter, links }) =>
    links.filter((link) => link.name === name && link.sorted.length > 0)
      .map(({ sorted }) => ({ letter, sorted, height: hasDensity(sorted) ? density(sorted, axis) : null }))
  );
  const peak = Math.max(...curves.flatMap(({ height }) => height === null ? [] : [Math.max(...height)]));
  const shapes = curves.map(({ letter, sorted, height }) => {
    const side = sideClass(letter);
    const at = coordinate(boxX(axis, medianSorted(sorted)));
    const median = markup`<path class="tick ${side}" d="M${at},${base}v-10"/>`;
    if (height === null) {
      const strokes = Array.from(
        sorted.length > THIN_BELOW ? sorted.subarray(0, 1) : sorted,
        (ns) => `M${coordinate(boxX(axis, ns))},${base}v-${STROKE}`,
      );
      return markup`<path class="stroke ${side}" d="${strokes.join("")}"/>${median}`;
    }
    const points = Array.from(height, (value, i): [number, number] => [
      (BOX * i) / (GRID - 1),
      base - (RIDGE * value) / peak,
    ]).filter(([, y]) => base - y > LOWEST);
    const filled = area().y0(base).curve(curveLinear).digits(1)(points) ?? "";
    const upper = line().curve(curveLinear).digits(1)(points) ?? "";
    return markup`<path class="fill ${side}" d="${filled}"/><path class="line ${side}" d="${upper}"/>${median}`;
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
