// The condition language between JSON and the tree that a form shows. Reading keeps how things were
// spelled, so what is not touched is written back the same.
import type { Json, JsonObject } from '../api/types';

/** What stands on the right: one value, a list of values, a pair, or nothing. */
export type Operand = 'value' | 'number' | 'text' | 'list' | 'pair' | 'none';

export interface Operator {
  name: string;
  words: string;
  takes: Operand;
  example?: string;
}

/** In forms only: `exists` with false. */
const MISSING = 'not exists';

export const OPERATORS: Operator[] = [
  { name: 'in', words: 'is one of', takes: 'list' },
  { name: 'not_in', words: 'is none of', takes: 'list' },
  { name: 'equals', words: 'equals', takes: 'value' },
  { name: 'not_equals', words: 'does not equal', takes: 'value' },
  { name: 'exists', words: 'is known', takes: 'none' },
  { name: MISSING, words: 'is not known', takes: 'none' },
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
  { name: 'modulo', words: 'divided leaves', takes: 'pair', example: 'divisor, rest: 7, 4' },
];

/** How deep conditions may stand in each other. */
export const DEPTH_MAX = 20;

/** One comparison of an attribute. */
export interface Test {
  kind: 'test';
  attribute: string;
  operator: string;
  value: Json;
  ignoreCase?: boolean;
  /** {"plan": "pro"}, {"plan": {"equals": "pro"}}, or {"attribute": "plan", ...}. */
  form: 'bare' | 'operators' | 'long';
}

/** Being in one of some segments. */
export interface InSegments {
  kind: 'segments';
  names: string[];
  /** As it was written: the member's name, and whether a text stood there. */
  form?: { member: 'segment' | 'segments'; text: boolean };
}

/** Several conditions, all or any of which must hold, or the opposite of that. */
export interface Group {
  kind: 'all' | 'any';
  negated: boolean;
  items: Condition[];
  /** An `all` without a word for it: {"plan": "pro", "age": 18}; or a plain list. */
  form: 'short' | 'list' | 'word';
}

export type Condition = Test | InSegments | Group;

/** Members of the long forms: an attribute of such a name needs {"attribute", "operator", "value"}. */
const LONG = ['all', 'any', 'not', 'segment', 'segments', 'attribute'];
const FOLDING = ['equals', 'not_equals', 'in', 'not_in', 'contains', 'not_contains', 'starts_with', 'not_starts_with', 'ends_with', 'not_ends_with'];
const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts = (value: Json | undefined): value is string[] => Array.isArray(value) && value.every((one) => typeof one === 'string');
const only = (value: JsonObject, members: string[]): boolean => Object.keys(value).every((name) => members.includes(name));

export const operatorOf = (name: string): Operator | undefined => OPERATORS.find((one) => one.name === name);
export const foldsCase = (operator: string): boolean => FOLDING.includes(operator);
export const emptyGroup = (kind: 'all' | 'any' = 'all'): Group => ({ kind, negated: false, items: [], form: kind === 'all' ? 'short' : 'word' });
export const emptyTest = (): Test => ({ kind: 'test', attribute: '', operator: 'in', value: [], form: 'bare' });

function testOf(attribute: string, operator: string, value: Json, form: Test['form'], ignoreCase?: Json): Test | null {
  if (attribute === '' || (ignoreCase !== undefined && typeof ignoreCase !== 'boolean')) return null;
  const fold = ignoreCase === undefined ? {} : { ignoreCase };
  if (operator === 'exists') return typeof value === 'boolean' ? { kind: 'test', attribute, operator: value ? 'exists' : MISSING, value, form, ...fold } : null;
  return operatorOf(operator) && operator !== MISSING ? { kind: 'test', attribute, operator, value, form, ...fold } : null;
}

/** The tests of one member of the short form. */
function testsOf(attribute: string, value: Json): (Test | null)[] {
  if (Array.isArray(value)) return [testOf(attribute, 'in', value, 'bare')];
  if (value === null) return [testOf(attribute, 'exists', false, 'bare')];
  if (!isObject(value)) return [testOf(attribute, 'equals', value, 'bare')];
  const { ignore_case, ...operators } = value;
  const entries = Object.entries(operators);
  return entries.length === 0 ? [null] : entries.map(([name, operand]) => testOf(attribute, name, operand, 'operators', ignore_case));
}

function segmentsOf(value: JsonObject, member: 'segment' | 'segments'): InSegments | null {
  const names = value[member];
  if (!only(value, [member])) return null;
  if (typeof names === 'string') return { kind: 'segments', names: [names], form: { member, text: true } };
  return isTexts(names) && names.length > 0 ? { kind: 'segments', names, form: { member, text: false } } : null;
}

function groupOf(items: Json[], kind: 'all' | 'any', form: Group['form'], depth: number): Group | null {
  const read = items.map((item) => readOne(item, depth + 1));
  return read.every((item) => item !== null) ? { kind, negated: false, items: read, form } : null;
}

function shortOf(value: JsonObject): Group | null {
  const tests = Object.entries(value).flatMap(([attribute, condition]) => testsOf(attribute, condition));
  return tests.every((test) => test !== null) ? { ...emptyGroup(), items: tests } : null;
}

function notOf(value: Json, depth: number): Group | null {
  const inner = readOne(value, depth + 1);
  if (inner === null) return null;
  return isGroup(inner) && !inner.negated ? { ...inner, negated: true } : { ...emptyGroup(), items: [inner], negated: true };
}

/** `depth` counts as the server does; what is deeper than it takes is left to the JSON view, and to its complaint. */
function readOne(value: Json, depth: number): Condition | null {
  if (depth > DEPTH_MAX + 1) return null;
  if (Array.isArray(value)) return groupOf(value, 'all', 'list', depth);
  if (!isObject(value)) return null;
  for (const kind of ['all', 'any'] as const) {
    const items = value[kind];
    if (items !== undefined) return only(value, [kind]) && Array.isArray(items) ? groupOf(items, kind, 'word', depth) : null;
  }
  if (value.not !== undefined) return only(value, ['not']) ? notOf(value.not, depth) : null;
  for (const member of ['segment', 'segments'] as const) if (value[member] !== undefined) return segmentsOf(value, member);
  if (value.attribute !== undefined) {
    const { attribute, operator, value: operand, ignore_case } = value;
    return only(value, ['attribute', 'operator', 'value', 'ignore_case']) && typeof attribute === 'string' && attribute !== '' && typeof operator === 'string' && operand !== undefined
      ? testOf(attribute, operator, operand, 'long', ignore_case) : null;
  }
  const short = shortOf(value);
  const [first] = short?.items ?? [];
  return short?.items.length === 1 && first ? first : short;
}

export const isGroup = (condition: Condition): condition is Group => condition.kind === 'all' || condition.kind === 'any';

/** The tree of conditions, always a group; null when a form cannot show all that they say. */
export function readConditions(value: Json | undefined): Group | null {
  if (value === undefined || value === null) return emptyGroup();
  const read = readOne(value, 1);
  if (read === null) return null;
  return isGroup(read) ? read : { ...emptyGroup(), items: [read] };
}

/** Whether it says something already: a row without an attribute is still being written. */
function isWritten(condition: Condition): boolean {
  if (condition.kind === 'test') return condition.attribute !== '';
  if (condition.kind === 'segments') return condition.names.length > 0;
  return condition.items.length === 0 || condition.items.some(isWritten);
}

/** What stands behind the attribute's name when the operator needs no name of its own. */
function bareValue(test: Test): Json | undefined {
  if (test.form !== 'bare' || test.ignoreCase !== undefined) return undefined;
  if (test.operator === MISSING) return null;
  if (test.operator === 'in' && Array.isArray(test.value)) return test.value;
  const isScalar = typeof test.value === 'string' || typeof test.value === 'number' || typeof test.value === 'boolean';
  return test.operator === 'equals' && isScalar ? test.value : undefined;
}

function writeTest(test: Test): JsonObject {
  const operator = test.operator === MISSING ? 'exists' : test.operator;
  const value = operator === 'exists' ? test.operator !== MISSING : test.value;
  const fold: JsonObject = test.ignoreCase === undefined ? {} : { ignore_case: test.ignoreCase };
  if (test.form === 'long' || LONG.includes(test.attribute)) return { attribute: test.attribute, operator, value, ...fold };
  const bare = bareValue(test);
  return { [test.attribute]: bare !== undefined ? bare : { [operator]: value, ...fold } };
}

function writeSegments({ names, form }: InSegments): JsonObject {
  const [first = ''] = names;
  if (form) return { [form.member]: form.text && names.length === 1 ? first : names };
  return names.length === 1 ? { segment: first } : { segments: names };
}

/** All tests as members of one object; null when one of them cannot be such a member. */
function writeShort(items: Condition[]): JsonObject | null {
  const out = new Map<string, Json>();
  for (const item of items) {
    if (item.kind !== 'test' || item.form === 'long' || LONG.includes(item.attribute)) return null;
    const next = writeTest(item)[item.attribute] as Json;
    const before = out.get(item.attribute);
    if (before === undefined) {
      out.set(item.attribute, next);
      continue;
    }
    const both = isObject(before) && isObject(next) && before.ignore_case === next.ignore_case;
    if (!both || Object.keys(next).some((name) => name !== 'ignore_case' && name in before)) return null;
    out.set(item.attribute, { ...before, ...next });
  }
  return Object.fromEntries(out);
}

function writeGroup(group: Group): Json {
  const items = group.items.filter(isWritten);
  const [first] = items;
  if (group.form === 'short' && group.kind === 'all') {
    const short = writeShort(items);
    if (short) return short;
    if (first && items.length === 1) return writeOne(first);
  }
  const written = items.map(writeOne);
  return group.form === 'list' && group.kind === 'all' ? written : { [group.kind]: written };
}

function writeOne(condition: Condition): Json {
  if (condition.kind === 'test') return writeTest(condition);
  if (condition.kind === 'segments') return writeSegments(condition);
  const group = writeGroup(condition);
  return condition.negated ? { not: group } : group;
}

/** The conditions as JSON; rows that are still empty are left out, and a group of nothing else with them. */
export function writeConditions(root: Group): Json {
  return isWritten(root) ? writeOne(root) : {};
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** Where each item of a group is written, as JSON Pointers below the group's own; null: it is not yet. */
export function pointersOf(group: Group): (string | null)[] {
  const before = group.negated ? '/not' : '';
  const items = group.items.filter(isWritten);
  const short = group.form === 'short' && group.kind === 'all' ? writeShort(items) : null;
  const isAlone = group.form === 'short' && group.kind === 'all' && items.length === 1;
  const word = group.form === 'list' && group.kind === 'all' ? '' : `/${group.kind}`;
  let next = 0;
  return group.items.map((item) => {
    if (!isWritten(item)) return null;
    const at = next++;
    if (short && item.kind === 'test') {
      const name = item.operator === MISSING ? 'exists' : item.operator;
      return `${before}/${escaped(item.attribute)}${isObject(short[item.attribute]) ? `/${name}` : ''}`;
    }
    return isAlone ? before : `${before}${word}/${at}`;
  });
}

/** The pointers of all rows, below those of the groups that hold them. */
export function rowPointers(group: Group, above = ''): string[] {
  return pointersOf(group).flatMap((own, i) => {
    const item = group.items[i];
    return own === null || !item ? [] : isGroup(item) ? rowPointers(item, above + own) : [above + own];
  });
}

/** How many groups one opens, with the conditions in it: a negated one counts twice, as for the server. */
export function heightOf(condition: Condition): number {
  if (!isGroup(condition)) return 0;
  const own = (condition.form === 'short' && condition.items.every((item) => item.kind === 'test') ? 0 : 1) + (condition.negated ? 1 : 0);
  return own + Math.max(0, ...condition.items.map(heightOf));
}

/** Whether everybody is meant, since nothing is asked. */
export const saysNothing = (root: Group): boolean => root.kind === 'all' && !root.negated && !root.items.some(isWritten);

const valueWords = (value: Json): string => Array.isArray(value) && value.length > 5 ? `${value.slice(0, 5).map(writeValue).join(', ')} and ${value.length - 5} more` : Array.isArray(value) ? value.map(writeValue).join(', ') : writeValue(value);

/** The condition in words, with brackets where it needs them. */
export function sentence(condition: Condition, isInner = false): string {
  if (condition.kind === 'segments') return `is in ${condition.names.join(' or ')}`;
  if (condition.kind === 'test') {
    const words = operatorOf(condition.operator)?.words ?? condition.operator;
    return [condition.attribute, words, operatorOf(condition.operator)?.takes === 'none' ? '' : valueWords(condition.value), condition.ignoreCase ? 'in any case' : ''].filter(Boolean).join(' ');
  }
  const items = condition.items.filter(isWritten);
  if (items.length === 0) return (condition.kind === 'any') === condition.negated ? 'everybody' : 'nobody';
  const inner = items.map((item) => sentence(item, items.length > 1)).join(condition.kind === 'all' ? ' and ' : ' or ');
  if (condition.negated) return `not (${inner})`;
  return isInner && items.length > 1 ? `(${inner})` : inner;
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
