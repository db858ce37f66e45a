/** A validator for the keywords of JSON Schema 2020-12 that docs/schema uses; any other keyword is an error. */

import assert from "node:assert/strict";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const ANNOTATIONS = ["$schema", "title", "description"];
const KEYWORDS = [
  ...ANNOTATIONS,
  "type",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "enum",
  "const",
  "anyOf",
  "$ref",
  "$defs",
];

export function isObject(value: Json): value is { readonly [name: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function isOf(type: string, value: Json): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "integer":
      return Number.isInteger(value);
    case "string":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    default:
      throw new RangeError(`no type of JSON Schema: ${type}`);
  }
}

/**
 * Stricter than the standard: a field that the schema does not name is an error, so that none is printed that nobody
 * described.
 *
 * @returns what is wrong and where, the first of each part; none when the document is valid
 */
export function errorsOf(root: Schema, value: Json, schema: Schema = root, path = ""): string[] {
  const { type, $ref, anyOf, items, properties = {}, required = [], additionalProperties } = schema;
  const inner = (part: Json, of: Schema, name: string) => errorsOf(root, part, of, `${path}/${name}`);
  const found: string[] = [];
  if (type !== undefined && ![type].flat().some((one) => isOf(one, value))) {
    return [`${path}: is not of type ${type}`];
  }
  if (schema.const !== undefined && value !== schema.const) found.push(`${path}: is not ${schema.const}`);
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    found.push(`${path}: is none of ${schema.enum}`);
  }
  if ($ref !== undefined) found.push(...errorsOf(root, value, definitionOf(root, $ref), path));
  if (anyOf !== undefined) {
    const tries = anyOf.map((one) => errorsOf(root, value, one, path));
    if (tries.every(({ length }) => length > 0)) {
      found.push(`${path}: is none of these: ${tries.join("; or ")}`);
    }
  }
  if (items !== undefined && Array.isArray(value)) {
    value.forEach((part, index) => found.push(...inner(part, items, `${index}`)));
  }
  if (type !== "object" || !isObject(value)) return found;
  for (const name of required) if (!Object.hasOwn(value, name)) found.push(`${path}: has no ${name}`);
  for (const [name, part] of Object.entries(value)) {
    const of = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (of === undefined) found.push(`${path}/${name}: is not described`);
    else found.push(...inner(part, of, name));
  }
  return found;
}

function definitionOf({ $defs = {} }: Schema, $ref: string): Schema {
  const found = $defs[$ref.replace("#/$defs/", "")];
  assert.ok(found !== undefined, `${$ref} leads nowhere`);
  return found;
}

/** @returns keywords that the validator does not know, and definitions that are missing or that nothing uses */
export function faultsOf(root: Schema): string[] {
  const refs: string[] = [];
  const faults: string[] = [];
  const visit = (schema: Schema): void => {
    faults.push(...Object.keys(schema).filter((keyword) => !KEYWORDS.includes(keyword)));
    if (schema.$ref !== undefined) refs.push(schema.$ref);
    const { properties = {}, $defs = {}, anyOf = [], items, additionalProperties } = schema;
    for (const name of schema.required ?? []) if (!(name in properties)) faults.push(`required: ${name}`);
    for (const one of [...Object.values(properties), ...Object.values($defs), ...anyOf]) visit(one);
    if (items !== undefined) visit(items);
    if (additionalProperties !== undefined) visit(additionalProperties);
  };
  visit(root);
  const defined = Object.keys(root.$defs ?? {}).map((name) => `#/$defs/${name}`);
  return [
    ...faults,
    ...refs.filter((ref) => !defined.includes(ref)),
    ...defined.filter((name) => !refs.includes(name)),
  ];
}
