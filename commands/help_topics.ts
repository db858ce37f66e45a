/** What `probe help` explains beside the commands; in a file of its own, because each start reads it. */

export const TOPICS = {
  verdicts: "what an answer of compare means",
  columns: "the columns of a result file",
  runbook: "the protocol of a measurement as a file",
  tiers: "what is observed where the kernel offers less",
  questions: "what compare asks about each pair of files",
} as const;

export type Topic = keyof typeof TOPICS;
