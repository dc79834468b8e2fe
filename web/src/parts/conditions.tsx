// Conditions on attributes as rows, when they are as simple as rows; as JSON whatever they are.
import { ActionIcon, Button, Select, TagsInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Json, JsonObject } from '../api/types';
import { OPERATORS, fitValue, fromRows, readValue, toRows, writeValue, type ConditionRow } from '../lib/conditions';
import { JsonField } from './json-field';

function Row({ row, onChange, onRemove, disabled }: { row: ConditionRow; onChange: (row: ConditionRow) => void; onRemove: () => void; disabled?: boolean }) {
  const operator = OPERATORS.find((one) => one.name === row.operator);
  const takes = operator?.takes ?? 'value';
  return (
    <div className="row" style={{ alignItems: 'flex-end' }}>
      <TextInput aria-label="Attribute" placeholder="attribute, such as country" value={row.attribute} w={190} disabled={disabled}
        onChange={(event) => onChange({ ...row, attribute: event.currentTarget.value })} />
      <Select aria-label="Comparison" value={row.operator} w={190} allowDeselect={false} disabled={disabled} searchable
        data={OPERATORS.map((one) => ({ value: one.name, label: one.words }))}
        onChange={(next) => onChange({ ...row, operator: next ?? row.operator, value: fitValue(row.value, OPERATORS.find((one) => one.name === next)?.takes ?? 'value') })} />
      {takes === 'list' || takes === 'pair' ? (
        <TagsInput aria-label="Values" className="grow" style={{ minWidth: 180 }} placeholder={`${operator?.example ?? 'type a value'}, Enter`} disabled={disabled} maxTags={takes === 'pair' ? 2 : undefined}
          value={(Array.isArray(row.value) ? row.value : [row.value]).map(writeValue).filter(Boolean)} acceptValueOnBlur
          onChange={(values) => onChange({ ...row, value: values.map((one) => readValue(one, 'list')) })} />
      ) : takes === 'none' ? <span className="grow" /> : takes === 'json' ? (
        <div className="grow"><JsonField label="Operand" value={row.value} rows={1} disabled={disabled} onChange={(value) => onChange({ ...row, value })} /></div>
      ) : (
        <TextInput aria-label="Value" className="grow" style={{ minWidth: 140 }} disabled={disabled} placeholder={operator?.example}
          value={takes === 'text' ? String(row.value ?? '') : writeValue(row.value)}
          onChange={(event) => onChange({ ...row, value: readValue(event.currentTarget.value, takes) })} />
      )}
      <ActionIcon variant="subtle" color="gray" aria-label="Remove condition" onClick={onRemove} disabled={disabled}>✕</ActionIcon>
    </div>
  );
}

export function Conditions({ label, value, onChange, error, disabled }: {
  label: string;
  value: Json | undefined;
  onChange: (value: Json) => void;
  error?: string;
  disabled?: boolean;
}) {
  const read = toRows(value);
  const [draft, setDraft] = useState<ConditionRow[] | null>(null);
  const [text, setText] = useState(read === null);
  const rows = draft ?? read ?? [];
  function change(next: ConditionRow[]) {
    setDraft(next);
    onChange(fromRows(next.filter((row) => row.attribute !== '')));
  }
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0 }} className="stack">
      <legend>{label}</legend>
      {text ? (
        <JsonField label="As JSON" value={value ?? {}} rows={4} disabled={disabled} error={error} onChange={(json) => {
          setDraft(null);
          onChange(json);
        }} />
      ) : (
        <>
          {rows.map((row, i) => (
            <Row key={i} row={row} disabled={disabled} onChange={(next) => change(rows.map((old, at) => (at === i ? next : old)))} onRemove={() => change(rows.filter((_, at) => at !== i))} />
          ))}
          {rows.length === 0 && <span className="muted small">No condition: everybody.</span>}
          {rows.length > 1 && <span className="muted small">All of them must hold.</span>}
          {error && <div className="bad small" role="alert">{error}</div>}
        </>
      )}
      <div className="row">
        {!text && !disabled && <Button size="compact-xs" variant="default" onClick={() => setDraft([...rows, { attribute: '', operator: 'in', value: [] }])}>Add a condition</Button>}
        {(read !== null || !text) && (
          <Button size="compact-xs" variant="subtle" onClick={() => {
            setDraft(null);
            setText(!text);
          }}>{text ? 'Show as rows' : 'Show as JSON'}</Button>
        )}
        {read === null && text && Object.keys((value ?? {}) as JsonObject).length > 0 && <span className="muted small">Too rich for rows; edit it as JSON.</span>}
      </div>
    </fieldset>
  );
}
