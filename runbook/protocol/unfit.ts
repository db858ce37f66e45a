/** Why a field cannot have a value. */
export class Unfit extends Error {
  readonly found: string;
  readonly remedy: string;

  constructor(found: string, remedy: string) {
    super(`${found}; ${remedy}`);
    this.found = found;
    this.remedy = remedy;
  }
}
