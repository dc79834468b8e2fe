// The condition language between JSON and rows of a form. Rows hold what people write most: a list
// of comparisons that must all hold. Anything richer stays JSON.
import type { Json, JsonObject } from '../api/types';

export interface Operator {
  name: string;
  words: string;
  takes: 'value' | 'text' | 'list' | 'none';
}

export const OPERATORS: Operator[] = [
  { name: 'in', words: 'is one of', takes: 'list' },
  { name: 'not_in', words: 'is none of', takes: 'list' },
  { name: 'equals', words: 'equals', takes: 'value' },
  { name: 'at_least', words: 'is at least', takes: 'value' },
  { name: 'at_most', words: 'is at most', takes: 'value' },
  { name: 'starts_with', words: 'starts with', takes: 'text' },
  { name: 'ends_with', words: 'ends with', takes: 'text' },
  { name: 'contains', words: 'contains', takes: 'text' },
  { name: 'matches', words: 'matches the pattern', takes: 'text' },
  { name: 'exists', words: 'is known', takes: 'none' },
];

export interface ConditionRow {
  attribute: string;
  operator: string;
  value: Json;
}

const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

function rowOf(attribute: string, value: Json): ConditionRow | null {
  if (Array.isArray(value)) return { attribute, operator: 'in', value };
  if (!isObject(value)) return { attribute, operator: 'equals', value };
  const [operator, operand] = Object.entries(value)[0] ?? [];
  if (!operator || Object.keys(value).length !== 1 || !OPERATORS.some((one) => one.name === operator)) return null;
  return { attribute, operator, value: operand ?? null };
}

/** Rows for conditions that are a plain list; null when they say more than rows can. */
export function toRows(value: Json | undefined): ConditionRow[] | null {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) return null;
  const rows = Object.entries(value).map(([attribute, condition]) => rowOf(attribute, condition));
  return rows.every((row) => row !== null) && !('all' in value) && !('any' in value) && !('not' in value) ? rows : null;
}

export function fromRows(rows: ConditionRow[]): Json {
  return Object.fromEntries(rows.map((row) => [row.attribute, { [row.operator]: row.operator === 'exists' ? true : row.value }]));
}
