/** Name of the worker that reads files beside the program's first thread, by which it knows that it is one. */
export const SECOND_READER = "probe's second reader";
