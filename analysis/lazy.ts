/**
 * Results that are worked out when they are first read, so that nothing is resampled for an answer that does not show it.
 * Their fields are accessors: they are enumerated, compared and written as JSON like any others.
 */

/** The same function of nothing, called once at most. */
export function once<T>(of: () => T): () => T {
  let found: { readonly value: T } | null = null;
  return () => (found ??= { value: of() }).value;
}

/** `{ ...base, ...more }`, but that fields which are worked out when they are read stay so. */
export function withFields<Base extends object, More extends object>(
  base: Base,
  more: More,
): Omit<Base, keyof More> & More {
  const fields = { ...Object.getOwnPropertyDescriptors(base), ...Object.getOwnPropertyDescriptors(more) };
  return Object.defineProperties({}, fields) as Omit<Base, keyof More> & More;
}

/**
 * Fields of a result that is worked out when the first of them is read.
 *
 * @param names of the fields, in their order
 */
export function deferred<T extends object, Name extends keyof T>(
  names: readonly Name[],
  of: () => T,
): Pick<T, Name> {
  const whole = once(of);
  const fields = names.map((
    name,
  ) => [name, { get: () => whole()[name], enumerable: true, configurable: true }]);
  return Object.defineProperties({}, Object.fromEntries(fields)) as Pick<T, Name>;
}

/** Fields that are worked out one by one, each when it is read. */
export function each<T extends object>(fields: { readonly [Name in keyof T]: () => T[Name] }): T {
  const accessors = Object.entries(fields as Record<string, () => unknown>).map(([name, of]) =>
    [name, { get: once(of), enumerable: true, configurable: true }] as const
  );
  return Object.defineProperties({}, Object.fromEntries(accessors)) as T;
}
