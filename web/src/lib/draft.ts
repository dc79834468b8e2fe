// Edits on top of what the server has: what changed, what goes into a PATCH, and what two people
// changed at the same time.
import type { Json } from '../api/types';

export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const x = a as Record<string, unknown>;
  const y = b as Record<string, unknown>;
  const names = new Set([...Object.keys(x), ...Object.keys(y)]);
  for (const name of names) if (!same(x[name], y[name])) return false;
  return true;
}

const GIVEN = new Set(['id', 'environment', 'status', 'phases', 'version', 'created_by', 'created_at', 'updated_at']);

/** The top-level fields in which `edited` differs from `stored`; a removed field becomes null. */
export function changes<T extends object>(stored: T, edited: T): Partial<T> {
  const before = stored as Record<string, unknown>;
  const after = edited as Record<string, unknown>;
  const out: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (GIVEN.has(name) || same(before[name], after[name])) continue;
    out[name] = after[name] === undefined ? null : after[name];
  }
  return out as Partial<T>;
}

export interface Difference {
  path: string;
  before: Json | undefined;
  after: Json | undefined;
}

/** Leaf by leaf, what differs; lists of plain values count as one leaf. */
export function differences(before: unknown, after: unknown, path = ''): Difference[] {
  if (same(before, after)) return [];
  const bothObjects = typeof before === 'object' && typeof after === 'object' && before !== null && after !== null;
  const plainList = (list: unknown) => Array.isArray(list) && list.every((item) => typeof item !== 'object' || item === null);
  if (!bothObjects || Array.isArray(before) !== Array.isArray(after) || plainList(before) || plainList(after))
    return [{ path, before: before as Json | undefined, after: after as Json | undefined }];
  const x = before as Record<string, unknown>;
  const y = after as Record<string, unknown>;
  return [...new Set([...Object.keys(x), ...Object.keys(y)])]
    .filter((name) => path !== '' || !['version', 'updated_at'].includes(name))
    .flatMap((name) => differences(x[name], y[name], `${path}/${name}`));
}

export interface Meeting {
  /** Top-level fields that only the other person changed. */
  theirs: string[];
  /** Fields that only I changed. */
  mine: string[];
  /** Fields that both changed, to different values. */
  both: string[];
}

export function meeting<T extends object>(base: T, mine: T, theirs: T): Meeting {
  const own = Object.keys(changes(base, mine));
  const other = Object.keys(changes(base, theirs));
  const value = (object: T, name: string) => (object as Record<string, unknown>)[name];
  return {
    theirs: other.filter((name) => !own.includes(name)),
    mine: own.filter((name) => !other.includes(name)),
    both: own.filter((name) => other.includes(name) && !same(value(mine, name), value(theirs, name))),
  };
}

export function shown(value: Json | undefined): string {
  return value === undefined || value === null ? 'none' : typeof value === 'string' ? value || '""' : JSON.stringify(value);
}
