// One row of the condition builder: a comparison of an attribute, or being in some segments.
import { ActionIcon, Checkbox, Select, TagsInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { OPERATORS, fitValue, foldsCase, operatorOf, readValue, writeValue, type Condition, type InSegments, type Test } from '../lib/conditions';
import { count } from '../lib/format';
import { SegmentsPicker } from './pickers';

/** Longer lists are not drawn one by one. */
const VALUES_SHOWN = 300;

/** A value as text; what is typed stays as it was typed until the field is left: "1.0" on the way to "1.05". */
function ValueField({ test, label, disabled, onChange }: { test: Test; label: string; disabled?: boolean; onChange: (test: Test) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const operator = operatorOf(test.operator);
  const takes = operator?.takes ?? 'value';
  return (
    <TextInput aria-label={label} className="grow condition-value" disabled={disabled} placeholder={operator?.example ?? 'value'} inputMode={takes === 'number' ? 'decimal' : undefined}
      value={typed ?? (takes === 'text' && typeof test.value === 'string' ? test.value : writeValue(test.value))} onBlur={() => setTyped(null)}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        onChange({ ...test, value: readValue(event.currentTarget.value, takes) });
      }} />
  );
}

function Operand({ test, name, disabled, onChange }: { test: Test; name: string; disabled?: boolean; onChange: (test: Test) => void }) {
  const operator = operatorOf(test.operator);
  const takes = operator?.takes ?? 'value';
  if (takes === 'none') return <span className="grow" />;
  if (Array.isArray(test.value) && test.value.length > VALUES_SHOWN) return <span className="grow muted small">{count(test.value.length)} values: see the JSON.</span>;
  if (takes !== 'list' && takes !== 'pair' && !Array.isArray(test.value)) return <ValueField test={test} label={`Value of ${name}`} disabled={disabled} onChange={onChange} />;
  const values = Array.isArray(test.value) ? test.value : [test.value];
  return (
    <TagsInput aria-label={`Values of ${name}`} className="grow condition-value" disabled={disabled} maxTags={takes === 'pair' ? 2 : undefined} allowDuplicates={takes === 'pair'}
      placeholder={values.length > 0 ? undefined : `${operator?.example ?? 'a value'}, Enter`} value={values.map(writeValue).filter(Boolean)} acceptValueOnBlur
      onChange={(next) => onChange({ ...test, value: next.map((one) => readValue(one, 'list')) })} />
  );
}

/** Everything that a row tells those around it. */
export interface RowProps<T extends Condition> {
  condition: T;
  /** What it is called aloud, such as "condition 2 of 3". */
  name: string;
  disabled?: boolean;
  onChange: (condition: T) => void;
  onRemove: () => void;
  /** Puts it into a group of its own; not there where none fits any more. */
  onWrap?: () => void;
  /** What the server says of it. */
  error?: string;
}

/** Under the row that it is about. */
const Wrong = ({ error }: { error?: string }) => (error ? <div className="bad small wrap" role="alert">{error}</div> : null);

function Deeds({ name, disabled, onRemove, onWrap }: Pick<RowProps<Condition>, 'name' | 'disabled' | 'onRemove' | 'onWrap'>) {
  if (disabled) return null;
  return (
    <span className="condition-deeds">
      {onWrap && <ActionIcon variant="subtle" color="gray" aria-label={`Put ${name} into a group`} title="Put it into a group of its own" onClick={onWrap}>( )</ActionIcon>}
      <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${name}`} title="Remove" onClick={onRemove}>✕</ActionIcon>
    </span>
  );
}

export function TestRow({ condition, name, disabled, onChange, onRemove, onWrap, error }: RowProps<Test>) {
  const isText = [condition.value].flat().some((one) => typeof one === 'string');
  const folds = condition.ignoreCase !== undefined || (foldsCase(condition.operator) && isText);
  function compare(next: string) {
    const { ignoreCase, ...rest } = condition;
    const fold = ignoreCase !== undefined && foldsCase(next) ? { ignoreCase } : {};
    onChange({ ...rest, ...fold, operator: next, value: fitValue(condition.value, operatorOf(next)?.takes ?? 'value') });
  }
  return (
    <div role="group" aria-label={name}>
      <div className="row condition">
        <TextInput aria-label={`Attribute of ${name}`} placeholder="attribute, such as country" value={condition.attribute} disabled={disabled} className="condition-name" data-condition-name
          onChange={(event) => onChange({ ...condition, attribute: event.currentTarget.value })} />
        <Select aria-label={`Comparison of ${name}`} value={condition.operator} className="condition-name" allowDeselect={false} disabled={disabled} searchable
          data={OPERATORS.map((one) => ({ value: one.name, label: one.words }))} onChange={(next) => next && compare(next)} />
        <Operand test={condition} name={name} disabled={disabled} onChange={onChange} />
        {folds && <Checkbox size="xs" label="any case" aria-label={`Any case in ${name}`} checked={condition.ignoreCase === true} disabled={disabled} onChange={(event) => {
          const { ignoreCase: _, ...rest } = condition;
          onChange(event.currentTarget.checked ? { ...rest, ignoreCase: true } : rest);
        }} />}
        <Deeds name={name} disabled={disabled} onRemove={onRemove} onWrap={onWrap} />
      </div>
      <Wrong error={error} />
    </div>
  );
}

export function SegmentsRow({ condition, name, disabled, onChange, onRemove, onWrap, error }: RowProps<InSegments>) {
  return (
    <div role="group" aria-label={name}>
      <div className="row condition">
        <div className="grow condition-value">
          <SegmentsPicker label={<>In any of these segments<span className="mantine-VisuallyHidden-root">, {name}</span></>} value={condition.names} disabled={disabled} onChange={(names) => onChange({ kind: 'segments', names })} />
        </div>
        <Deeds name={name} disabled={disabled} onRemove={onRemove} onWrap={onWrap} />
      </div>
      <Wrong error={error} />
    </div>
  );
}
