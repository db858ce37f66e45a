/** A stretch of time divided among named parts: later claims take from what earlier ones left to be taken. */

/** Half-open, in ns from the beginning of the chain. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export class Timeline<Name extends string> {
  #pieces: (Span & { readonly name: Name })[] = [];

  /** Appends a stretch. One that is empty, or that ends before it begins, is left out. */
  append(from: number, to: number, name: Name): void {
    if (to > from) this.#pieces.push({ from, to, name });
  }

  /** Gives to `name` what the span covers, except what belongs to one of `but`. */
  claim({ from, to }: Span, name: Name, but: readonly Name[] = []): void {
    this.#pieces = this.#pieces.flatMap((piece) => {
      const [start, end] = [Math.max(from, piece.from), Math.min(to, piece.to)];
      if (start >= end || but.includes(piece.name)) return [piece];
      return [
        { from: piece.from, to: start, name: piece.name },
        { from: start, to: end, name },
        { from: end, to: piece.to, name: piece.name },
      ].filter((part) => part.to > part.from);
    });
  }

  /** Takes up to `ns` from the pieces inside the span, the longest first, for `name`, which has no place of its own. */
  take(ns: number, { from, to }: Span, name: Name, but: readonly Name[] = []): void {
    const inside = this.#pieces.filter((piece) => !but.includes(piece.name)).map((piece) => ({
      from: Math.max(from, piece.from),
      to: Math.min(to, piece.to),
    })).filter((piece) => piece.to > piece.from).sort((a, b) => (b.to - b.from) - (a.to - a.from));
    let left = ns;
    for (const { from: start, to: end } of inside) {
      if (left <= 0) return;
      const taken = Math.min(left, end - start);
      this.claim({ from: start, to: start + taken }, name);
      left -= taken;
    }
  }

  /** ns of each name that has a piece; they add up to what was appended. */
  sums(): Map<Name, number> {
    const sums = new Map<Name, number>();
    for (const { from, to, name } of this.#pieces) sums.set(name, (sums.get(name) ?? 0) + to - from);
    return sums;
  }
}
