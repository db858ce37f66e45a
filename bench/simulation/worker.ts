/** Simulates the cells whose numbers it is sent, one after the other. */

import { cellsOf, type Plan } from "./cells.ts";

/** A worker's global scope, of which TypeScript's library for it cannot be loaded beside that of windows. */
declare const self: {
  onmessage: (event: MessageEvent<{ readonly plan: Plan; readonly index: number }>) => void;
  postMessage: (message: unknown) => void;
};

self.onmessage = ({ data: { plan, index } }) => self.postMessage({ index, cell: cellsOf(plan)[index]!() });
