/** What a history has to say, in words, once for every form. */

import type {
  Change,
  FactChange,
  History,
  HistoryWarning,
  QuestionHistory,
  Segment,
} from "../../history/history.ts";
import { HISTORY_NEEDS } from "../../history/history.ts";
import { otherSeriesInWords } from "../compare/reasons.ts";
import type { Said, Stranger } from "../model.ts";
import { duration, exact, joined, percentShift, plain, probability, say, shift } from "../said.ts";

export interface ToldSegment {
  /** From when to when. */
  readonly when: string;
  readonly says: Said;
}

export interface ToldChange {
  readonly says: Said;
  /** What else changed there. */
  readonly facts: readonly Said[];
}

export interface ToldQuestion {
  readonly name: string;
  readonly says: Said;
  readonly segments: readonly ToldSegment[];
  /** One fewer than segments. */
  readonly changes: readonly ToldChange[];
}

export interface ToldHistory {
  readonly head: Said;
  readonly questions: readonly ToldQuestion[];
  readonly warnings: readonly Said[];
  readonly strangers: readonly Stranger[];
  readonly methods: readonly Said[];
}

/** @param unread files that are no result files, with the reason of each */
export function tellHistory(history: History, unread: readonly Stranger[]): ToldHistory {
  const { series, questions, warnings, passedOver, alpha } = history;
  const [first, last] = [series[0]!, series.at(-1)!];
  const count = (of: (one: typeof first) => string) => exact(new Set(series.map(of)).size);
  return {
    head: say`${
      exact(series.length)
    } series of ${history.env} from ${first.meta.started} to ${last.meta.started}; hosts ${
      count(({ meta }) => meta.host)
    }, kernels ${count(({ meta }) => meta.kernel)}, boots ${count(({ meta }) => meta.boot_id)}`,
    questions: questions.map((question) => tellQuestion(question, history)),
    warnings: warnings.map(warningInWords),
    strangers: [
      ...unread,
      ...passedOver.map((one) => ({ file: one.file, reason: otherSeriesInWords(one).text })),
    ],
    methods: [
      say`Levels are medians of a series' complete runs, those of stretches medians of these; intervals 95 % by order statistics.`,
      say`Changes by E-divisive on the logarithms of the levels, p by permutations, each question at ${
        exact(alpha)
      }: without a change all questions together show one in at most 5 % of histories.`,
    ],
  };
}

function tellQuestion(question: QuestionHistory, history: History): ToldQuestion {
  const { name, changes, segments, reason, observed } = question;
  const found = reason !== null
    ? say`${exact(observed.length)} series, changes are looked for from ${exact(HISTORY_NEEDS)} on`
    : changes.length === 0
    ? plain("no change of level")
    : say`${exact(changes.length)} ${changes.length === 1 ? "change" : "changes"} of level`;
  return {
    name,
    says: found,
    segments: segments.map((segment) => tellSegment(segment, question, history)),
    changes: changes.map((change) => tellChange(change, history)),
  };
}

function tellSegment(
  { from, to, level_ns, level_ci_ns: [low, high] }: Segment,
  { observed }: QuestionHistory,
  { series }: History,
): ToldSegment {
  const [first, last] = [series[from]!.meta.started, series[to]!.meta.started];
  const n = observed.filter((index) => from <= index && index <= to).length;
  const interval = low === null || high === null ? null : say`[${duration(low)}, ${duration(high)}]`;
  return {
    when: first === last ? first : `${first} to ${last}`,
    says: joined([say`${duration(level_ns)}`, interval, say`${exact(n)} series`], ", "),
  };
}

function tellChange({ at, p, by_ns, by_percent, facts }: Change, { series }: History): ToldChange {
  const { file, meta } = series[at]!;
  return {
    says: say`${shift(by_ns)} (${percentShift(by_percent)}) from ${file} on, ${meta.started}, p = ${
      probability(p)
    }`,
    facts: facts.length === 0 ? [plain("nothing in # meta changed there")] : facts.map(factInWords),
  };
}

/** The longest value that is printed; hooks are dozens. */
const LONGEST = 60;

function factInWords({ field, values, is_only_here }: FactChange): Said {
  const long = values.some((value) => value.length > LONGEST);
  const what = long ? "others" : `${values[0]} -> ${values[1]}`;
  return plain(`${field}: ${what}${is_only_here ? ", here and nowhere else in these stretches" : ""}`);
}

export function warningInWords(warning: HistoryWarning): Said {
  switch (warning.code) {
    case "clock": {
      const { files: [first, second], seconds } = warning;
      const days = Math.round(Math.abs(seconds) / 8640) / 10;
      return say`${first} and ${second} are of one boot, and by its clock they lie ${
        exact(days)
      } days otherwise apart than their dates say: a clock was set, and their order may be wrong`;
    }
    case "gap": {
      const { files: [before, after], days } = warning;
      return say`${exact(days)} days without a series between ${before} and ${after}: is the clock right?`;
    }
    case "hosts_alternate":
      return plain(
        `series of ${warning.hosts.join(", ")} alternate, so the host is in every level: give those of one`,
      );
    case "cut_off":
      return plain(`${warning.file} was cut off`);
  }
}
