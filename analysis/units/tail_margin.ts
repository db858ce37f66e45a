/** By how much the P95 and P99 of two sides may differ, in percent of the first: what may be declared. */

export const TAIL_MARGIN = 'a percentage above 0 and below 100, such as "20 %"';

export function isTailMargin(percent: number): boolean {
  return percent > 0 && percent < 100;
}
