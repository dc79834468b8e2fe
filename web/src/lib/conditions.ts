// The condition language between JSON and rows of a form. Rows hold what people write most:
// comparisons that must all hold. Anything richer (any, not, nesting, segments) stays JSON.
import type { Json, JsonObject } from '../api/types';

/** What stands on the right: one value, a list of values, a pair, nothing, or free JSON. */
type Operand = 'value' | 'number' | 'text' | 'list' | 'pair' | 'none' | 'json';

export interface Operator {
  name: string;
  words: string;
  takes: Operand;
  example?: string;
}

export const OPERATORS: Operator[] = [
  { name: 'in', words: 'is one of', takes: 'list' },
  { name: 'not_in', words: 'is none of', takes: 'list' },
  { name: 'equals', words: 'equals', takes: 'value' },
  { name: 'not_equals', words: 'does not equal', takes: 'value' },
  { name: 'exists', words: 'is known', takes: 'none' },
  { name: 'at_least', words: '≥', takes: 'number' },
  { name: 'at_most', words: '≤', takes: 'number' },
  { name: 'greater_than', words: '>', takes: 'number' },
  { name: 'less_than', words: '<', takes: 'number' },
  { name: 'between', words: 'is between', takes: 'pair', example: '18, 65' },
  { name: 'not_between', words: 'is not between', takes: 'pair', example: '18, 65' },
  { name: 'starts_with', words: 'starts with', takes: 'text' },
  { name: 'not_starts_with', words: 'does not start with', takes: 'text' },
  { name: 'ends_with', words: 'ends with', takes: 'text', example: '@example.org' },
  { name: 'not_ends_with', words: 'does not end with', takes: 'text' },
  { name: 'contains', words: 'contains', takes: 'text' },
  { name: 'not_contains', words: 'does not contain', takes: 'text' },
  { name: 'matches', words: 'matches the pattern', takes: 'text', example: '^v[0-9]+$' },
  { name: 'not_matches', words: 'does not match the pattern', takes: 'text' },
  { name: 'version_at_least', words: 'version ≥', takes: 'text', example: '1.2.0' },
  { name: 'version_at_most', words: 'version ≤', takes: 'text', example: '1.2.0' },
  { name: 'version_greater_than', words: 'version >', takes: 'text', example: '1.2.0' },
  { name: 'version_less_than', words: 'version <', takes: 'text', example: '1.2.0' },
  { name: 'version_equals', words: 'version equals', takes: 'text', example: '1.2.0' },
  { name: 'version_not_equals', words: 'version is not', takes: 'text', example: '1.2.0' },
  { name: 'version_between', words: 'version is between', takes: 'pair', example: '1.2.0, 2.0.0' },
  { name: 'after', words: 'is after', takes: 'text', example: '2026-01-31T00:00:00Z' },
  { name: 'before', words: 'is before', takes: 'text', example: '2026-01-31T00:00:00Z' },
  { name: 'between_times', words: 'is between the times', takes: 'pair' },
  { name: 'contains_any', words: 'list contains any of', takes: 'list' },
  { name: 'contains_all', words: 'list contains all of', takes: 'list' },
  { name: 'contains_none', words: 'list contains none of', takes: 'list' },
  { name: 'size_at_least', words: 'list has at least', takes: 'number' },
  { name: 'size_at_most', words: 'list has at most', takes: 'number' },
  { name: 'size_equals', words: 'list has exactly', takes: 'number' },
  { name: 'in_network', words: 'is in a network of', takes: 'list', example: '10.0.0.0/8' },
  { name: 'not_in_network', words: 'is in no network of', takes: 'list', example: '10.0.0.0/8' },
  { name: 'modulo', words: 'modulo', takes: 'json' },
];

export interface ConditionRow {
  attribute: string;
  operator: string;
  value: Json;
}

/** Members of the long forms: groups, segments, and {"attribute", "operator", "value"}. */
const LONG = ['all', 'any', 'not', 'segment', 'segments', 'attribute', 'operator'];
const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

function rowsOf(attribute: string, value: Json): ConditionRow[] | null {
  if (Array.isArray(value)) return [{ attribute, operator: 'in', value }];
  if (!isObject(value)) return value === null ? null : [{ attribute, operator: 'equals', value }];
  const entries = Object.entries(value);
  const known = entries.every(([name, operand]) => OPERATORS.some((one) => one.name === name) && !(name === 'exists' && operand !== true));
  return known && entries.length > 0 ? entries.map(([operator, operand]) => ({ attribute, operator, value: operand })) : null;
}

/** Rows for conditions that are a plain list; null when they say more than rows can. */
export function toRows(value: Json | undefined): ConditionRow[] | null {
  if (value === undefined || value === null) return [];
  if (!isObject(value) || Object.keys(value).some((name) => LONG.includes(name))) return null;
  const rows = Object.entries(value).map(([attribute, condition]) => rowsOf(attribute, condition));
  return rows.every((row) => row !== null) ? rows.flat() : null;
}

/** The shortest JSON for rows that must all hold. Equal comparisons of one attribute keep the last. */
export function fromRows(rows: ConditionRow[]): Json {
  const out: JsonObject = {};
  for (const attribute of new Set(rows.map((row) => row.attribute))) {
    const own = rows.filter((row) => row.attribute === attribute);
    const [first] = own;
    if (own.length === 1 && first && (first.operator === 'in' || (first.operator === 'equals' && !isObject(first.value) && !Array.isArray(first.value) && first.value !== null)))
      out[attribute] = first.value;
    else out[attribute] = Object.fromEntries(own.map((row) => [row.operator, row.operator === 'exists' ? true : row.value]));
  }
  return out;
}

/** "18" and "true" mean the number and the truth value unless quoted. */
export function readValue(text: string, takes: Operand): Json {
  if (takes === 'text') return text;
  if (/^-?\d+(\.\d+)?$/.test(text) && text.length < 16) return Number(text);
  if (takes === 'value' && (text === 'true' || text === 'false')) return text === 'true';
  return text.replace(/^"(.*)"$/, '$1');
}

/** An operand that fits another operator: a list's first value, a value as a list of one. */
export function fitValue(value: Json, takes: Operand): Json {
  if (takes === 'none') return true;
  if (takes === 'list' || takes === 'pair') return Array.isArray(value) ? value : value === '' || value === null || value === true ? [] : [value];
  const one = Array.isArray(value) ? (value[0] ?? '') : value === true ? '' : value;
  return takes === 'text' && typeof one === 'number' ? String(one) : one;
}

export function writeValue(value: Json): string {
  if (typeof value === 'string') return /^(-?\d+(\.\d+)?|true|false)$/.test(value) ? `"${value}"` : value;
  return value === null ? '' : JSON.stringify(value);
}
