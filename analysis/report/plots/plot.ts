/**
 * The frame of a drawing that fills any width: shapes are stretched, texts and strokes are not. The labels of
 * its y axis lie to its left, in the room that the style sheet leaves there.
 */

import { anchor, type Axis, type Tick } from "./axis.ts";
import { coordinate, type Markup, markup, type Part, percent } from "../html/markup.ts";

/** Width of the box in which shapes are drawn. */
export const BOX = 1000;
const TICK_ROOM = 20;

export interface Plot {
  readonly title: string;
  /** What a reader who cannot see the drawing should know. */
  readonly says: string;
  /** Height of the box of the shapes, in pixels. */
  readonly height: number;
  readonly x: readonly Tick[];
  /** Positions are shares of the height, from below. */
  readonly y: readonly Tick[];
  /** Shapes in a box of BOX by `height`. */
  readonly shapes: Part;
  /** How much room the labels of the y axis need. */
  readonly yRoom?: "narrow" | "wide";
  /** Texts, positioned by shares of the width. */
  readonly labels?: Part;
}

export function plot({ title, says, height, x, y, shapes, yRoom = "wide", labels = null }: Plot): Markup {
  const rows = y.map(({ share, label }) => {
    const at = coordinate(height * (1 - share));
    return markup`<line x1="0" x2="100%" y1="${at}" y2="${at}"/><text class="y" x="-6" y="${at}" dy="4">${label}</text>`;
  });
  return markup`<svg class="plot${y.length > 0 && ` y-${yRoom}`}" role="img" width="100%" height="${
    height + TICK_ROOM
  }"><title>${title}</title><desc>${says}</desc><g class="grid">${rows}${
    tickMarks(x, height)
  }</g><svg class="area" width="100%" height="${height}" viewBox="0 0 ${BOX} ${height}" preserveAspectRatio="none">${shapes}</svg>${labels}</svg>`;
}

/** Vertical lines with their labels below. */
function tickMarks(ticks: readonly Tick[], height: number): Markup[] {
  return ticks.map(({ share, label }) => {
    const at = percent(share);
    return markup`<line x1="${at}" x2="${at}" y1="0" y2="${height}"/><text x="${at}" y="${
      height + 15
    }" class="${anchor(share)}">${label}</text>`;
  });
}

/** A position in the box of the shapes. */
export function boxX(axis: Axis, ns: number): number {
  return axis.at(ns) * BOX;
}

/** Replaces the drawing of a duration that no run has. */
export const EMPTY = markup`<p class="empty">not observed in a complete run</p>`;

/** A drawing with its caption; `note` says how it was made. */
export function figure(caption: Part, drawing: Part, note: Part = null): Markup {
  return markup`<figure><figcaption>${caption}</figcaption>${drawing}${
    note !== null && markup`<p class="note">${note}</p>`
  }</figure>`;
}
