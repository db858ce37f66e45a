/**
 * Stacks of a side as an icicle: the outermost frame on top, what called the wakeup or the read at the
 * bottom.
 */

import { coordinate, type Markup, markup, type Part, percent } from "../html/markup.ts";
import { figure } from "./plot.ts";

const ROW = 19;
/** Narrower frames are counted, but not drawn. */
const SMALLEST_SHARE = 0.002;
const DEEPEST = 48;

export interface StackRuns {
  /** Innermost first. */
  readonly frames: readonly string[];
  readonly runs: number;
}

interface Node {
  readonly frame: string;
  runs: number;
  readonly callees: Map<string, Node>;
}

/** @param what is drawn, as a text; @param caption the same for the page */
export function icicle(what: string, caption: Part, stacks: readonly StackRuns[]): Markup {
  const total = stacks.reduce((sum, { runs }) => sum + runs, 0);
  if (total === 0) return figure(caption, markup`<p class="empty">no stack was recorded</p>`);
  const root: Node = { frame: "", runs: total, callees: new Map() };
  for (const { frames, runs } of stacks) {
    let node = root;
    for (const frame of frames.toReversed().slice(0, DEEPEST)) {
      const callee = node.callees.get(frame) ?? { frame, runs: 0, callees: new Map() };
      node.callees.set(frame, callee);
      callee.runs += runs;
      node = callee;
    }
  }
  const cells: Markup[] = [];
  let depth = 0;
  let hidden = 0;
  const draw = (node: Node, level: number, from: number) => {
    let at = from;
    const callees = [...node.callees.values()].sort((x, y) =>
      y.runs - x.runs || (x.frame < y.frame ? -1 : 1)
    );
    for (const callee of callees) {
      const share = callee.runs / total;
      if (share < SMALLEST_SHARE) hidden++;
      else {
        depth = Math.max(depth, level + 1);
        cells.push(cell(callee, level, at, share));
        draw(callee, level + 1, at);
      }
      at += share;
    }
  };
  draw(root, 0, 0);
  const cut = stacks.some(({ frames }) => frames.length > DEEPEST);
  return figure(
    caption,
    markup`<svg class="icicle" role="img" width="100%" height="${
      depth * ROW
    }"><title>${what}</title><desc>${stacks.length} different stacks in ${total} runs; each frame is as wide as its share of the runs.</desc>${cells}</svg>`,
    [
      `${total} runs, ${stacks.length} ${stacks.length === 1 ? "stack" : "stacks"}`,
      hidden > 0 && `; ${hidden} frames below ${100 * SMALLEST_SHARE} % of the runs are not drawn`,
      cut && `; the ${DEEPEST} outermost frames of each stack`,
    ],
  );
}

/** A nested drawing, which cuts the name off where the frame ends. */
function cell({ frame, runs }: Node, level: number, from: number, share: number): Markup {
  const label = `${frame}: ${runs} runs, ${coordinate(100 * share)} %`;
  return markup`<svg x="${percent(from)}" y="${level * ROW}" width="${
    percent(share)
  }" height="${ROW}"><title>${label}</title><rect class="frame${level % 2}" width="100%" height="${
    ROW - 1
  }"/>${share > 0.02 && markup`<text x="4" y="13">${frame}</text>`}</svg>`;
}
