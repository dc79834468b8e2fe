// The condition builder: groups of which all or any must hold, nested as deep as the server takes
// them, as a form; and the same as JSON.
import { ActionIcon, Button, NativeSelect } from '@mantine/core';
import { useRef, useState } from 'react';
import type { Json } from '../api/types';
import { DEPTH_MAX, emptyGroup, emptyTest, heightOf, isGroup, pointersOf, readConditions, rowPointers, saysNothing, sentence, writeConditions, type Condition, type Group } from '../lib/conditions';
import { same } from '../lib/draft';
import { SegmentsRow, TestRow } from './condition-row';
import { JsonField } from './json-field';

const KINDS = [
  { value: 'all', label: 'all of these hold' },
  { value: 'any', label: 'at least one of these holds' },
  { value: 'not all', label: 'not all of these hold' },
  { value: 'not any', label: 'none of these holds' },
];

interface LevelProps {
  group: Group;
  /** 1 for the outermost one. */
  level: number;
  /** Groups that stand around it, as the server counts them. */
  depth: number;
  name: string;
  disabled?: boolean;
  onChange: (group: Group) => void;
  onRemove?: () => void;
  /** What the server says of what is written at a pointer below this group's. */
  error: (pointer: string) => string | undefined;
}

/** A word for an `all` that must have one: when it is chosen, or holds more than comparisons. */
function rekind(group: Group, next: string): Group {
  const kind = next.endsWith('all') ? 'all' : 'any';
  return { ...group, kind, negated: next.startsWith('not'), form: kind === 'any' ? 'word' : group.kind === 'all' ? group.form : 'short' };
}

function Level({ group, level, depth, name, disabled, onChange, onRemove, error }: LevelProps) {
  const place = useRef<HTMLDivElement>(null);
  const inside = depth + 1 + (group.negated ? 1 : 0);
  const fits = (height: number) => inside + height <= DEPTH_MAX;
  const pointers = pointersOf(group);
  const put = (items: Condition[]) => onChange({ ...group, items });
  // Where the next one is written, or the button that adds one when the last has gone.
  const focus = (at: number) => requestAnimationFrame(() => {
    const rows = place.current?.querySelectorAll<HTMLElement>(':scope > .condition-item');
    const next = rows?.[Math.min(at, rows.length - 1)]?.querySelector<HTMLElement>('input:not([type=hidden]), select') ?? place.current?.querySelector<HTMLElement>(':scope > .condition-adds button');
    next?.focus();
  });
  function add(condition: Condition) {
    put([...group.items, condition]);
    focus(group.items.length);
  }
  function remove(at: number) {
    const rest = group.items.filter((_, i) => i !== at);
    if (rest.length === 0 && onRemove) onRemove();
    else {
      put(rest);
      focus(at);
    }
  }
  const replace = (at: number, next: Condition) => put(group.items.map((old, i) => (i === at ? next : old)));
  return (
    <div ref={place} className="stack condition-group" data-level={level} role="group" aria-label={`${name}: ${KINDS.find((one) => one.value === (group.negated ? `not ${group.kind}` : group.kind))?.label}`}>
      {(group.items.length > 1 || level > 1 || group.negated || group.kind === 'any') && (
        <div className="row">
          <NativeSelect size="xs" aria-label={`What ${name} asks for`} disabled={disabled} value={group.negated ? `not ${group.kind}` : group.kind}
            data={KINDS.map((one) => ({ ...one, disabled: one.value.startsWith('not') && !group.negated && !fits(1 + Math.max(0, ...group.items.map(heightOf))) }))}
            onChange={(event) => onChange(rekind(group, event.currentTarget.value))} />
          <span className="grow" />
          {onRemove && !disabled && <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${name}`} title="Remove the group" onClick={onRemove}>✕</ActionIcon>}
        </div>
      )}
      {group.items.map((item, i) => {
        const own = `${isGroup(item) ? 'group' : 'condition'} ${level > 1 ? `${name.split(' ')[1]}.` : ''}${i + 1}`;
        const pointer = pointers[i] ?? null;
        const row = { name: own, disabled, error: pointer === null || isGroup(item) ? undefined : error(pointer), onRemove: () => remove(i), onWrap: fits(1) ? () => replace(i, { ...emptyGroup('any'), items: [item] }) : undefined };
        return (
          <div key={i} className="condition-item">
            {isGroup(item) ? <Level group={item} level={level + 1} depth={inside} name={own} disabled={disabled} error={(below) => error(`${pointer ?? ''}${below}`)} onChange={(next) => replace(i, next)} onRemove={() => remove(i)} />
              : item.kind === 'test' ? <TestRow condition={item} {...row} onChange={(next) => replace(i, next)} />
                : <SegmentsRow condition={item} {...row} onChange={(next) => replace(i, next)} />}
          </div>
        );
      })}
      {!disabled && (
        <div className="row condition-adds">
          <Button size="compact-xs" variant="default" onClick={() => add(emptyTest())}>Add a condition</Button>
          <Button size="compact-xs" variant="subtle" onClick={() => add({ kind: 'segments', names: [] })}>Add a segment</Button>
          {fits(1) ? <Button size="compact-xs" variant="subtle" onClick={() => add({ ...emptyGroup(group.kind === 'any' ? 'all' : 'any'), items: [emptyTest()] })}>Add a group</Button>
            : <span className="muted small">Groups stand at most {DEPTH_MAX} deep in each other.</span>}
        </div>
      )}
    </div>
  );
}

export function Conditions({ label, value, onChange, error, disabled, none = 'No condition: everybody.' }: {
  label: string;
  value: Json | undefined;
  onChange: (value: Json) => void;
  /** What the server says of what stands at a pointer below the conditions'; "" is all of them. */
  error?: (pointer: string) => string | undefined;
  disabled?: boolean;
  /** What it means that there is no condition. */
  none?: string;
}) {
  const [draft, setDraft] = useState<Group | null>(null);
  const read = readConditions(value);
  const [text, setText] = useState(read === null);
  // What is being written holds rows that are not yet in the value; once the value is another, it counts.
  const tree = draft && same(writeConditions(draft), value ?? {}) ? draft : read;
  const isText = text || tree === null;
  // A row says what is wrong with it; what is wrong with none of them stands below.
  const isElsewhere = tree !== null && error?.('') !== undefined && !rowPointers(tree).some((pointer) => pointer !== '' && error(pointer) !== undefined);
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }} className="stack">
      <legend>{label}</legend>
      {isText ? (
        <JsonField label="As JSON" value={value ?? {}} rows={4} disabled={disabled} error={error?.('')} onChange={onChange} />
      ) : (
        <>
          <Level group={tree} level={1} depth={0} name="the condition" disabled={disabled} error={(pointer) => (pointer === '' ? undefined : error?.(pointer))} onChange={(next) => {
            setDraft(next);
            onChange(writeConditions(next));
          }} />
          <p className="muted small wrap" style={{ margin: 0 }} data-sentence>{saysNothing(tree) ? none : `In words: ${sentence(tree)}.`}</p>
          {isElsewhere && <div className="bad small" role="alert">{error?.('')}</div>}
        </>
      )}
      <div className="row">
        {tree !== null && <Button size="compact-xs" variant="subtle" onClick={() => setText(!isText)}>{isText ? 'Show as a form' : 'Show as JSON'}</Button>}
        {tree === null && <span className="muted small">A form cannot show this; edit it as JSON.</span>}
      </div>
    </fieldset>
  );
}
