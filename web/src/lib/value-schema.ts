// A first schema for the values of a JSON flag, made from the values it has.
import type { Flag, Json, JsonObject } from '../api/types';

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every value that the flag can serve, by where it stands. */
export function valuesOf(flag: Flag): { [place: string]: Json } {
  const found: [string, unknown][] = [['everybody else', flag.default_value], ['rolled out', flag.value]];
  if (isObject(flag.variants)) for (const [name, value] of Object.entries(flag.variants)) found.push([`variant ${name}`, value]);
  (flag.rules ?? []).forEach((rule, i) => {
    if (!isObject(rule)) return;
    found.push([`rule ${i + 1}`, rule.value]);
    if (isObject(rule.values)) for (const [name, value] of Object.entries(rule.values)) found.push([`rule ${i + 1}, ${name}`, value]);
  });
  return Object.fromEntries(found.filter(([, value]) => value !== undefined && value !== null)) as { [place: string]: Json };
}

const typeOf = (value: Json): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value;

/** A schema that all of the values fit. */
export function schemaOf(values: readonly Json[]): JsonObject {
  const types = [...new Set(values.map(typeOf))];
  if (types.includes('number') && types.includes('integer')) types.splice(types.indexOf('integer'), 1);
  const schema: JsonObject = { type: types.length === 1 ? types[0]! : types };
  const objects = values.filter((value): value is JsonObject => typeOf(value) === 'object');
  if (objects.length > 0) {
    const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
    schema.properties = Object.fromEntries(names.map((name) => [name, schemaOf(objects.filter((object) => name in object).map((object) => object[name]!))]));
    schema.required = names.filter((name) => objects.every((object) => name in object));
  }
  const items = values.filter((value): value is Json[] => Array.isArray(value)).flat();
  if (items.length > 0) schema.items = schemaOf(items);
  return schema;
}
