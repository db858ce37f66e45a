/** What the difference between two sides went into, in words. */

import { each } from "../../lazy.ts";
import { INNER, SPLIT, UNEXPLAINED } from "../../parts/divided.ts";
import type { PairCount, PartShift, PartShifts, ShiftInParts, SplitShift } from "../../parts/shifts.ts";
import type { Pair } from "../../sample/summary.ts";
import type { RowUnit } from "../../units/format_value.ts";
import type { Cell, Said, Table } from "../model.ts";
import {
  confidence,
  exact,
  inUnit,
  joined,
  plain,
  rowUnitOf,
  say,
  share,
  shiftInUnit,
  sizes,
} from "../said.ts";
import { causeName, leftOutInWords, nameInWords, NO_PART, SPLIT_PARTS, TOGETHER } from "./words.ts";

export type PartShiftColumn = "a" | "b" | "shift" | "interval" | "share" | "spread_a" | "spread_b";
export type CauseColumn = "a" | "share_a" | "b" | "share_b";

export interface ToldPartShifts {
  /** The shift of a VM's offset by host, hypervisor and guest; empty unless a side is one that its host followed. */
  readonly split: readonly Said[];
  /** One sentence for each duration that both sides have in parts. */
  readonly brief: readonly Said[];
  /** The split first, if there is one. */
  readonly tables: readonly Table<PartShiftColumn>[];
  /** Which parts make the spread of each side, one sentence for each duration. */
  readonly spreads: readonly Said[];
  /** By the largest part of each duration. */
  readonly causes: readonly Table<CauseColumn>[];
  /** What to know before believing the tables, and how they were made. */
  readonly notes: readonly Said[];
}

export interface PartSides {
  readonly letters: Pair<string>;
  readonly alpha: number;
}

/** So many parts are named in a sentence, besides what is unexplained. */
const MOST_NAMED = 3;

export function tellPartShifts(
  { split, known, durations, causes, edge_causes }: PartShifts,
  sides: PartSides,
): ToldPartShifts {
  const { letters } = sides;
  const without = letters.filter((_, side) => !known[side]);
  const all = [...split?.shift == null ? [] : [split.shift], ...durations];
  // Told when they are read: the first screen has the sentences alone.
  return each<ToldPartShifts>({
    split: () => split === null ? [] : [splitInWords(split, sides)],
    brief: () =>
      without.length === 1
        ? [
          plain(
            `parts of the time: no run of ${without[0]} has them all (older program, or events were lost)`,
          ),
        ]
        : durations.map(inOneSentence),
    tables: () => all.map((one) => shiftTable(one, sides)),
    spreads: () => all.map((one) => spreadInWords(one, sides)),
    causes: () => [
      causeTable("ttwu_to_tkread", causes, sides),
      ...edge_causes.length === 0 ? [] : [causeTable("edge_to_ttwu", edge_causes, sides)],
    ],
    notes: () =>
      all.length === 0 ? [] : [
        ...split === null ? [] : splitNotes(split, sides),
        ...all.flatMap(({ name, left_out }) =>
          letters.flatMap((letter, side) => leftOutInWords(name, left_out[side]!, letter))
        ),
        ...durations.flatMap(({ parts }) => oneSided(parts, sides)),
        ...carriedByFew(durations.flatMap(({ parts }) => parts.filter(({ name }) => name !== INNER)), sides),
        say`Differences of means, not of medians: those of the parts add up to that of the whole. Explored; ${
          confidence(sides.alpha)
        } intervals: ${[...new Set(all.map(({ method }) => method))].join("; ")}.`,
      ],
  });
}

/** What a VM's offset is later by, or which side lacks its host's part. */
function splitInWords({ shift, runs, own }: SplitShift, { letters }: PartSides): Said {
  if (shift !== null) return inOneSentence(shift);
  const without = letters.filter((_, side) => runs[side] === 0 && !own[side]);
  return plain(
    `offset by machine: no run of ${(without.length === 0 ? letters : without).join(" and ")} has ${
      without.length === 0 ? "an offset" : "its host's part"
    }`,
  );
}

function splitNotes({ own }: SplitShift, { letters }: PartSides): Said[] {
  return [
    SPLIT_PARTS,
    ...letters.flatMap((letter, side) =>
      own[side]
        ? [
          plain(`${letter} is a machine that measured itself: all of its offset is in guest, by definition.`),
        ]
        : []
    ),
  ];
}

/**
 * The largest parts of a difference, what the others make together, and always what is unexplained. Only of the duration
 * that is divided to the end the parts have their intervals here.
 */
function inOneSentence({ name, shift_ns, shift_ci_ns, parts }: ShiftInParts): Said {
  const isOuter = parts.some((part) => part.name === INNER);
  const unit = rowUnitOf([shift_ns, ...parts.map((part) => part.shift_ns)], []);
  const isNamed = (part: PartShift) => !UNEXPLAINED.some((name) => name === part.name);
  const size = (part: PartShift) => Math.abs(part.shift_ns);
  // The machines stand in the order of time, and are few.
  const ordered = name === SPLIT.name ? parts : parts.toSorted((x, y) => size(y) - size(x));
  const largest = ordered.filter(isNamed).slice(0, MOST_NAMED);
  const others = parts.filter((part) => isNamed(part) && !largest.includes(part));
  const isShown = (part: PartShift) => Number(inUnit(part.shift_ns, unit).text) !== 0;
  const rest = others.reduce((sum, part) => sum + part.shift_ns, 0);
  const words = [
    ...largest.filter(isShown).map((part) =>
      say`${shiftInUnit(part.shift_ns, unit)} ${part.title}${isOuter ? "" : intervalIn(part, unit, " ")}`
    ),
    ...others.some(isShown)
      ? [plain(`${shiftInUnit(rest, unit).text} ${others.length === 1 ? others[0]!.title : "other parts"}`)]
      : [],
    ...parts.filter((part) => !isNamed(part)).map((part) =>
      say`${shiftInUnit(part.shift_ns, unit)} ${part.title}`
    ),
  ];
  const isMarked = !isOuter && largest.filter(isShown).some(isOfFew);
  return say`${nameInWords(name)}, of ${shiftInUnit(shift_ns, unit)} ${unit.name} (means)${
    intervalIn({ shift_ci_ns }, unit, " ")
  }: ${joined(words, ", ")}${isMarked ? "; ?: by 1 or 2 runs" : ""}`;
}

function intervalIn(
  { shift_ci_ns: ends, carried_by }: Pick<PartShift, "shift_ci_ns"> & Partial<Pick<PartShift, "carried_by">>,
  unit: RowUnit,
  before: string,
): Said {
  if (ends === null) return plain("");
  const mark = carried_by !== undefined && isOfFew({ carried_by }) ? "?" : "";
  return say`${before}[${shiftInUnit(ends[0], unit)},${shiftInUnit(ends[1], unit)}]${mark}`;
}

function isOfFew({ carried_by }: Pick<PartShift, "carried_by">): boolean {
  return carried_by.some((runs) => runs !== null);
}

/** Parts of which one or two runs make the spread of a side: there the interval is marked. */
function carriedByFew(parts: readonly PartShift[], { letters }: PartSides): Said[] {
  const few = parts.flatMap(({ title, carried_by }) =>
    letters.flatMap((letter, side) => {
      const runs = carried_by[side as 0 | 1];
      return runs === null ? [] : [`${title} (${runs === 1 ? "1 run" : `${runs} runs`} of ${letter})`];
    })
  );
  return few.length === 0
    ? []
    : [plain(`?: carried by so few runs that the interval may be too narrow: ${few.join(", ")}.`)];
}

/** Parts with a smaller share of a spread, in size, are left to the table of the page and the JSON. */
const SHARE_NAMED = 0.01;

function spreadInWords({ name, parts }: ShiftInParts, { letters }: PartSides): Said {
  const sides = letters.map((letter, side) => {
    const shareIn = ({ share_of_spread }: PartShift) => share_of_spread[side] ?? 0;
    const named = parts.filter((part) => Math.abs(shareIn(part)) >= SHARE_NAMED)
      .sort((x, y) => shareIn(y) - shareIn(x));
    if (named.length === 0) return plain(`none in ${letter}`);
    return say`in ${letter} ${joined(named.map((part) => say`${share(shareIn(part))} ${part.title}`), ", ")}`;
  });
  return say`spread of ${nameInWords(name)}: ${joined(sides, "; ")}`;
}

/** Parts that one side alone could observe. */
function oneSided(parts: readonly PartShift[], { letters }: PartSides): Said[] {
  return letters.flatMap((letter, side) => {
    const missing = parts.filter(({ mean_ns }) => mean_ns[side] === null);
    return missing.length === 0 ? [] : [
      plain(
        `Not observed in ${letter}, so its time there is in other parts: ${
          missing.map(({ title }) => title).join(", ")
        }.`,
      ),
    ];
  });
}

function shiftTable(of: ShiftInParts, { letters: [a, b], alpha }: PartSides): Table<PartShiftColumn> {
  const all = [of, ...of.parts];
  const unit = rowUnitOf(
    all.flatMap(({ mean_ns, shift_ns, shift_ci_ns }) => [...mean_ns, shift_ns, ...shift_ci_ns ?? []]),
    [],
  );
  const mean = (ns: number | null): Cell => ns === null ? null : inUnit(ns, unit);
  const numbers = (one: ShiftInParts | PartShift) => ({
    a: [mean(one.mean_ns[0])],
    b: [mean(one.mean_ns[1])],
    shift: [shiftInUnit(one.shift_ns, unit)],
    interval: [one.shift_ci_ns === null ? null : intervalIn(one, unit, "")],
  });
  return {
    caption: `parts of ${nameInWords(of.name)}: means in ${unit.name}, n ${sizes(of.runs).text}`,
    head: "part",
    lines: [],
    columns: [
      { id: "a", name: a, per: "row" },
      { id: "b", name: b, per: "row" },
      { id: "shift", name: `${b} - ${a}`, per: "row" },
      { id: "interval", name: `${confidence(alpha).text} interval`, per: "row" },
      { id: "share", name: "share", per: "row" },
      { id: "spread_a", name: `of spread in ${a}`, per: "row" },
      { id: "spread_b", name: `of spread in ${b}`, per: "row" },
    ],
    rows: [
      ...of.parts.map((part) => ({
        head: plain(part.title),
        cells: {
          ...numbers(part),
          share: [share(part.share)],
          spread_a: [share(part.share_of_spread[0])],
          spread_b: [share(part.share_of_spread[1])],
        },
        bins: [],
      })),
      {
        head: TOGETHER,
        cells: { ...numbers(of), share: [null], spread_a: [null], spread_b: [null] },
        bins: [],
      },
    ],
    range: null,
    empty: NO_PART,
  };
}

function causeTable(
  duration: string,
  causes: readonly PairCount[],
  { letters: [a, b] }: PartSides,
): Table<CauseColumn> {
  const total = (side: 0 | 1) => causes.reduce((sum, { runs }) => sum + runs[side], 0);
  const cells = (
    { runs }: PairCount,
    side: 0 | 1,
  ): [Cell, Cell] => [
    exact(runs[side]),
    total(side) === 0 ? null : plain(share(runs[side] / total(side)).text),
  ];
  return {
    caption: `runs by cause, the largest part of ${duration}`,
    head: "cause",
    lines: [],
    columns: [
      { id: "a", name: a, per: "row" },
      { id: "share_a", name: `of ${a}`, per: "row" },
      { id: "b", name: b, per: "row" },
      { id: "share_b", name: `of ${b}`, per: "row" },
    ],
    rows: causes.map((one) => {
      const [[inA, ofA], [inB, ofB]] = [cells(one, 0), cells(one, 1)];
      return {
        head: causeName(one.value),
        cells: { a: [inA], share_a: [ofA], b: [inB], share_b: [ofB] },
        bins: [],
      };
    }),
    range: null,
    empty: "no runs",
  };
}
