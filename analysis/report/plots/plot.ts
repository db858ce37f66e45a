/**
 * The frame of a drawing that fills any width: shapes are stretched, texts and strokes are not. The labels of
 * its y axis lie to its left, in the room that the style sheet leaves there.
 */

import { formatDuration } from "../../units/format_value.ts";
import type { Axis } from "./axis.ts";
import { anchor, type Tick } from "./ticks.ts";
import { typeset, unbroken } from "../html/labels.ts";
import { coordinate, type Markup, markup, type Part, percent } from "../html/markup.ts";

/** Width of the box in which shapes are drawn. */
export const BOX = 1000;
/** Below the shapes: the labels of the ticks, then the name of the axis. */
const TICKS_AT = 18;
const NAME_AT = 33;
const ROOM_BELOW = 39;

export interface Plot {
  readonly title: string;
  /** What a reader who cannot see the drawing should know. */
  readonly says: string;
  /** Height of the box of the shapes, in pixels. */
  readonly height: number;
  readonly x: readonly Tick[];
  readonly xName: string;
  /** Positions are shares of the height, from below. */
  readonly y: readonly Tick[];
  /** Above the axis; absent where only the height of shapes tells. */
  readonly yName?: string;
  /** Shapes in a box of BOX by `height`. */
  readonly shapes: Part;
  /** How much room the labels of the y axis need. */
  readonly yRoom?: "narrow" | "wide";
  /** Texts and dots that stay round, positioned by shares of the width. */
  readonly labels?: Part;
}

export function plot(
  { title, says, height, x, xName, y, yName, shapes, yRoom = "wide", labels = null }: Plot,
): Markup {
  const rows = y.map(({ share, label }) => {
    const at = coordinate(height * (1 - share));
    return markup`<line x1="0" x2="100%" y1="${at}" y2="${at}"/><text class="y" x="-6" y="${at}" dy="4">${label}</text>`;
  });
  return markup`<svg class="plot${y.length > 0 && ` y-${yRoom}`}${
    yName !== undefined && " named"
  }" role="img" width="100%" height="${height + ROOM_BELOW}"><title>${typeset(title)}</title><desc>${
    typeset(says)
  }</desc><g class="grid">${rows}${
    tickMarks(x, height)
  }</g><svg class="area" width="100%" height="${height}" viewBox="0 0 ${BOX} ${height}" preserveAspectRatio="none">${shapes}</svg>${labels}<text class="name end" x="100%" y="${
    height + NAME_AT
  }">${typeset(xName)}</text>${
    yName !== undefined && markup`<text class="name" x="0" y="-8">${typeset(yName)}</text>`
  }</svg>`;
}

/** Vertical lines with their labels below. */
function tickMarks(ticks: readonly Tick[], height: number): Markup[] {
  return ticks.map(({ share, label }) => {
    const at = percent(share);
    return markup`<line x1="${at}" x2="${at}" y1="0" y2="${height}"/><text x="${at}" y="${
      height + TICKS_AT
    }" class="${anchor(share)}">${label}</text>`;
  });
}

/** A position in the box of the shapes. */
export function boxX(axis: Axis, ns: number): number {
  return axis.at(ns) * BOX;
}

/** Replaces the drawing of a duration that no run has. */
export const EMPTY = markup`<p class="empty">not observed in a complete run</p>`;

/** Replaces a drawing of values that are all the same. */
export function sameValue(n: number, ns: number): Markup {
  return markup`<p class="empty">${
    unbroken(`${n === 1 ? "one run" : `all ${n} runs`}: ${formatDuration(ns)}`)
  }</p>`;
}

/** A drawing with its caption; `note` says how it was made. */
export function figure(caption: Part, drawing: Part, note: Part = null): Markup {
  return markup`<figure><figcaption>${caption}</figcaption>${drawing}${
    note !== null && markup`<p class="note">${note}</p>`
  }</figure>`;
}
