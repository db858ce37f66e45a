/** A file among those that are pooled to one side. */
export interface FilePart {
  readonly name: string;
  readonly rows: number;
  /** Its value of the key `file`. */
  readonly label: string;
  /** What is added to the numbers of its runs, so that no two runs of the side have one number. */
  readonly runOffset: number;
}
