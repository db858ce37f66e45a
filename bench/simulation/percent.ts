/** A share as docs/validation.md prints it: 0.05 is `5.0`. */
export function percent(share: number): string {
  return (100 * share).toFixed(1);
}
