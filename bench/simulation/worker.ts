/** Simulates the cells whose numbers it receives, one after the other. */

import { cellsOf, type Plan } from "./cells.ts";

/**
 * A worker's global scope. TypeScript's library for it cannot be loaded together with the one for windows.
 */
declare const self: {
  onmessage: (event: MessageEvent<{ readonly plan: Plan; readonly index: number }>) => void;
  postMessage: (message: unknown) => void;
};

self.onmessage = ({ data: { plan, index } }) => self.postMessage({ index, cell: cellsOf(plan)[index]!() });
