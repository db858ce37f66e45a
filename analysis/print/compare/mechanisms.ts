/** The keys' verdicts: one mechanism or two, and what says so. */

import type { Comparison } from "../../compare/comparison.ts";
import { type WholeName, WHOLES } from "../../compare/questions.ts";
import type { MechanismSide } from "../../mechanisms/mechanism.ts";
import type { Share, SpreadSources } from "../../mechanisms/sources.ts";
import type { Pair } from "../../sample/summary.ts";
import type { Cell, Finding, Note, Said, Table } from "../model.ts";
import { keyVerdict, lockFindings, lockMethods, lockNotes, lockSays } from "../keys/lock_ins.ts";
import { keyName, linkName, stratumName } from "../names.ts";
import {
  confidence,
  duration,
  exact,
  interval,
  joined,
  number,
  plain,
  pValue,
  ratio,
  say,
  share,
  shift,
  sizes,
  statistic,
  times,
} from "../said.ts";
import { keyReason } from "./key_reasons.ts";
import type { Sides } from "./sides.ts";

type KeyAnswer = Comparison["mechanisms"]["keys"][number];

export type MechanismColumn = WholeName | `${WholeName}_ratio`;

export interface ToldKey {
  /** Which group over which. */
  readonly title: string;
  /** What to know beside the verdicts: which group is the wider one, why none can be said, what is the same split. */
  readonly says: readonly Said[];
  /** Why a verdict is still open. */
  readonly notes: readonly Note[];
  readonly findings: readonly Finding[];
}

export interface ToldMechanisms {
  readonly title: string;
  /** The verdicts, a row for each of the keys. */
  readonly table: Table<MechanismColumn>;
  readonly keys: readonly ToldKey[];
  /** Why no key, or none of some, is concluded from. */
  readonly cautions: readonly Said[];
  /** The link that makes most of a variance, where one does. */
  readonly origins: readonly Said[];
  readonly sources: Table<WholeName>;
  /** The clusters that the values alone show, of each side. */
  readonly mixtures: readonly Finding[];
  /** What the keys are. */
  readonly kinds: readonly Said[];
  /** How the numbers were made. */
  readonly methods: readonly Said[];
}

export function tellMechanisms(comparison: Comparison, sides: Sides): ToldMechanisms {
  const { keys } = comparison.mechanisms;
  return {
    title: "Does a key decide? What locks in, and one mechanism or two",
    table: {
      caption: "What locks in, and one mechanism or two, by key",
      head: "key",
      lines: [],
      columns: WHOLES.flatMap(({ name }) => [
        { id: name, name, per: "row" } as const,
        { id: ratioOf(name), name: `ratio ${sides.letters.join(", ")}`, per: "row" } as const,
      ]),
      rows: keys.map((key) => ({
        head: plain(keyName([key.keys[0].name])),
        cells: Object.fromEntries(WHOLES.flatMap(({ name }) => [
          [name, [plain(keyVerdict(key[name]))]],
          [ratioOf(name), [ratios(key[name].sides)]],
        ])) as Record<MechanismColumn, Cell[]>,
        bins: [],
      })),
      range: null,
      empty: "no key has two values: nothing splits the runs",
    },
    keys: keys.map((key) => tellKey(key, comparison, sides)),
    cautions: cautions(comparison, sides),
    origins: WHOLES.flatMap(({ name }) => origin(name, comparison, sides)),
    sources: sourcesTable(comparison, sides),
    mixtures: mixtures(comparison, sides),
    kinds: kinds(comparison),
    methods: [...keys.length === 0 ? [] : methods(comparison), ...shareMethods(comparison)],
  };
}

function ratioOf(name: WholeName): MechanismColumn {
  return `${name}_ratio`;
}

function ratios(of: Pair<MechanismSide>): Cell {
  if (of.every(({ ratio }) => ratio === null)) return null;
  return joined(of.map(({ ratio }) => ratio === null ? plain("-") : times(ratio.ratio)), ", ");
}

/** What confounds keys together, each once: sides that were not measured alike. */
const OF_SIDES: readonly string[] = ["question_confounded", "decode"];

function cautions({ mechanisms: { keys, spread_ratio } }: Comparison, { letters }: Sides): Said[] {
  const reasons = keys.flatMap((key) => WHOLES.flatMap(({ name }) => key[name].reasons))
    .filter(({ code }) => OF_SIDES.includes(code))
    .map((reason) => keyReason(reason, String, spread_ratio, letters));
  const each = [...new Map(reasons.map((reason) => [reason.text, reason])).values()];
  return each.length === 0 ? [] : [say`the ratios are for information only: ${joined(each, ", ")}`];
}

function tellKey(key: KeyAnswer, comparison: Comparison, sides: Sides): ToldKey {
  const [first] = key.keys;
  const nameOf = (group: string) => stratumName([first.name], [group], comparison.stacks);
  const [one, two] = first.groups.map(nameOf);
  const others = key.other_values === 0
    ? ""
    : `; ${key.other_runs} runs with ${key.other_values} more ${
      key.other_values === 1 ? "value" : "values"
    } are in neither`;
  const words = (reason: Parameters<typeof keyReason>[0]) =>
    keyReason(reason, nameOf, comparison.mechanisms.spread_ratio, sides.letters);
  const because = WHOLES.flatMap(({ name }) => {
    const { verdict, reasons, lock_in } = key[name];
    const own = reasons.filter(({ code }) => !OF_SIDES.includes(code)).map(words);
    const ofLock = lock_in.reasons.filter(({ code }) => !OF_SIDES.includes(code)).map(words);
    return [
      // What locks in is said of the key already.
      ...lock_in.verdict === "LOCKS-IN" && verdict === "CONFOUNDED"
        ? []
        : own.map((says) => ({ verdict, says: say`${name}: ${says}` })),
      ...ofLock.filter(({ text }) => !own.some((one) => one.text === text))
        .map((says) => ({ verdict: lock_in.verdict, says: say`${name}: ${says}` })),
    ];
  });
  return {
    title: `${keyName([first.name])}: ${two} over ${one}${others}`,
    says: [
      ...lockSays(key, nameOf, sides.letters),
      ...WHOLES.flatMap(({ name }) => wider(name, key, nameOf, sides)),
      ...because.filter(({ verdict }) => verdict === "CONFOUNDED").map(({ says }) => says),
      ...sameRuns(key, comparison),
    ],
    notes: [
      ...because.filter(({ verdict }) => verdict !== "CONFOUNDED")
        .map(({ says }) => ({ label: "because", says }) as const),
      ...WHOLES.flatMap(({ name }) => lockNotes(name, key[name])),
    ],
    findings: WHOLES.flatMap(({ name }) => [
      ...findings(name, key, sides),
      ...lockFindings(name, key[name], nameOf, sides),
    ]),
  };
}

/** Which group is the wider one, where both sides say so. */
function wider(
  name: WholeName,
  key: KeyAnswer,
  nameOf: (group: string) => string,
  { letters }: Sides,
): Said[] {
  const { verdict, wider, sides } = key[name];
  if (verdict !== "TWO" || wider === null) return [];
  const { groups } = key.keys[0];
  const isSecond = wider === groups[1];
  const tighter = isSecond ? groups[0] : groups[1];
  const factors = sides.map(({ ratio }, side) => {
    const factor = isSecond ? ratio!.ratio : 1 / ratio!.ratio;
    return say`${times(factor)} in ${letters[side]!}`;
  });
  return [
    say`${name}: ${nameOf(wider)} spreads wider than ${nameOf(tighter)}, by a factor of ${
      joined(factors, " and ")
    }`,
  ];
}

/** Keys that deal the runs alike, and whether they are different facts. */
function sameRuns({ keys, aliases }: KeyAnswer, { stacks }: Comparison): Said[] {
  const [first, ...others] = keys;
  if (others.length === 0) return [];
  const name = (key: string) => keyName([key]);
  const value = ({ name, groups }: typeof first) => stratumName([name], [groups[1]], stacks).split(" < ")[0]!;
  const same = others.map((key) => `${name(key.name)} (${value(key)} = ${value(first)})`).join(", ");
  const told = plain(`the same runs by ${same}`);
  if (aliases.length === 0) return [told];
  const remedy = aliases.includes("migrated")
    ? "; keep the target on its CPU (cpus in the runbook) to tell"
    : "";
  return [say`${told}: ${aliases.map(name).join(" and ")} cannot be told apart${remedy}`];
}

function findings(name: WholeName, key: KeyAnswer, { letters: [a, b], alpha }: Sides): Finding[] {
  const { sides, interaction, two_way } = key[name];
  const range = say`${confidence(2 * alpha)} interval`;
  const finding = (of: string, what: string, value: Cell, certainty: Cell, method: Cell = null): Finding => ({
    topic: name,
    of,
    what,
    value,
    certainty,
    method,
  });
  const ofSide = (letter: string, side: MechanismSide): Finding[] => [
    finding(letter, "n", sizes(side.n), null),
    ...side.ratio === null || side.beyond === null ? [] : [
      finding(
        letter,
        "MAD",
        say`${duration(side.mad_ns[0])} and ${duration(side.mad_ns[1])}`,
        say`ratio ${ratio(side.ratio)}, Holm ${
          pValue({ p: side.beyond.p_holm, p_capped: side.beyond.p_capped })
        }`,
        plain(side.ratio.notice === null ? side.ratio.method : `${side.ratio.method}; ${side.ratio.notice}`),
      ),
    ],
    ...side.shares === null ? [] : [
      finding(
        letter,
        "of the variance",
        say`${shareOf(side.shares[0])} and ${shareOf(side.shares[1])}`,
        null,
      ),
    ],
    ...side.shift_ns === null ? [] : [
      finding(letter, "shift", shift(side.shift_ns), say`${range} ${interval(side.shift_ci_ns)}`),
    ],
  ];
  const between = `${b} / ${a}`;
  return [
    ...ofSide(a, sides[0]),
    ...ofSide(b, sides[1]),
    ...interaction === null ? [] : [
      finding(
        between,
        "ratio of the ratios",
        ratio(interaction.ratio),
        say`Holm ${pValue({ p: interaction.beyond.p_holm, p_capped: interaction.beyond.p_capped })}`,
      ),
    ],
    ...two_way === null ? [] : [
      finding(
        between,
        "two-way Brown-Forsythe",
        say`F = ${statistic(two_way.f)}`,
        pValue(two_way),
        say`side by group, df ${exact(two_way.df1)} and ${exact(two_way.df2)}`,
      ),
    ],
  ];
}

function kinds({ mechanisms: { keys, constant } }: Comparison): Said[] {
  const all = keys.flatMap((key) => key.keys);
  const named = (kind: typeof all[number]["kind"]) =>
    all.filter((key) => key.kind === kind).map(({ name }) => keyName([name])).join(", ");
  const [outcomes, randomised] = [named("outcome"), named("randomised")];
  return [
    ...outcomes === "" ? [] : [
      plain(`Outcomes of a run, which may be the cause or share one: ${outcomes}.`),
    ],
    ...randomised === "" ? [] : [
      plain(`Randomised by the runbook, with no other cause behind them: ${randomised}.`),
    ],
    ...constant.length === 0 || all.length === 0
      ? []
      : [plain(`Not two values: ${constant.map((name) => keyName([name])).join(", ")}.`)],
  ];
}

function methods(comparison: Comparison): Said[] {
  const { mechanisms: { spread_ratio: limit, keys }, alpha } = comparison;
  const groups = plain(
    "One mechanism or two: of each key its two values with the most runs, a flag against its absence.",
  );
  const range = say`the ${confidence(2 * alpha)} interval of the ratio of their MADs`;
  const limits = say`[1/${exact(limit)}, ${exact(limit)}]`;
  return [
    groups,
    ...lockMethods(comparison),
    say`TWO: ${range} lies outside of ${limits} on both sides alike, and Holm p of that, in a family of up to ${
      exact(keys.length)
    } keys a side, is below ${exact(alpha)}.`,
    say`ONE: on both sides it lies inside, and that of the shift between the groups inside the margin.`,
  ];
}

function shareMethods({ mechanisms: { sources } }: Comparison): Said[] {
  const found = WHOLES.flatMap(({ name }) => sources[name]).find((side) => side !== null);
  if (found === undefined || found === null) return [];
  return [plain(
    `Parts of a variance: of a link cov(link, whole) / var(whole), of a group its part of the runs times its mean square about the mean of all, over that of all; ${found.method}.`,
  )];
}

function shareOf({ share: of, ci: [low, high] }: Share): Said {
  return say`${share(of)} [${share(low)}, ${share(high)}]`;
}

/** A link makes most of a variance when its interval says so. */
const MOST = 0.5;

/** What no key can explain that begins later than this link. */
function origin(name: WholeName, { mechanisms: { sources } }: Comparison, { letters }: Sides): Said[] {
  const mostOf = (side: SpreadSources | null) =>
    side?.links.find(({ ci: [low] }) => low !== null && low > MOST) ?? null;
  const [a, b] = sources[name].map(mostOf);
  const link = a ?? b;
  if (a === undefined || b === undefined || link === null || link === undefined) return [];
  if (a !== null && b !== null && linkName(a) !== linkName(b)) return [];
  const found = [a, b].flatMap((of, side) => of === null ? [] : [say`${shareOf(of)} in ${letters[side]!}`]);
  const made = say`${linkName(link)} makes ${joined(found, " and ")} of the variance of ${name}`;
  if (link.from !== "edge" || link.to !== "ttwu") return [made];
  const spreads = sources[name].map((side) => duration(side?.sd_ns ?? null));
  return [
    say`${made}, whose standard deviation is ${
      joined(spreads, " and ")
    }: what a run does once its wakeup has begun, in whichever cluster, cannot explain that`,
  ];
}

function sourcesTable({ mechanisms: { sources } }: Comparison, { letters, alpha }: Sides): Table<WholeName> {
  const links = WHOLES.flatMap(({ name }) => sources[name].flatMap((side) => side?.links ?? []));
  const names = [...new Set(links.map(linkName))];
  return {
    caption: `Where the variance is: each link's part, with its ${confidence(2 * alpha).text} interval`,
    head: "link",
    lines: letters,
    columns: WHOLES.map(({ name }) => ({ id: name, name, per: "line" })),
    rows: names.map((link) => ({
      head: plain(link),
      cells: Object.fromEntries(WHOLES.map(({ name }) => [
        name,
        sources[name].map((side) => {
          const found = side?.links.find((one) => linkName(one) === link);
          return found === undefined ? null : shareOf(found);
        }),
      ])) as Record<WholeName, Cell[]>,
      bins: [],
    })),
    range: null,
    empty: "nothing varies, or there are too few runs",
  };
}

/** Found without any key, and how well it agrees with one. */
function mixtures({ mechanisms }: Comparison, { letters }: Sides): Finding[] {
  return mechanisms.mixtures.flatMap((found, side): Finding[] => {
    if (found === null) return [];
    const { components, tests, adjusted_rand: rand, n, of_runs, method } = found;
    const parts = components.map((one) =>
      say`${share(one.share)} about ${duration(one.median_ns)} +- ${duration(one.spread_ns)}`
    );
    const tested = tests.map((test) => say`more than ${exact(test.components)} ${pValue(test)}`);
    const agreement = rand === null ? null : say`adjusted Rand index against the stacks ${number(rand)}`;
    return [{
      topic: "mixture",
      of: letters[side]!,
      what: components.length === 1 ? "one component" : `${components.length} components`,
      value: joined(parts, ", "),
      certainty: joined([joined(tested, ", "), agreement], "; "),
      method: say`${method}; ${n < of_runs ? say`${exact(n)} of ${exact(of_runs)} runs` : "all runs"}`,
    }];
  });
}
