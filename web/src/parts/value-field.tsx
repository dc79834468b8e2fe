// A value of a flag, by the flag's type.
import { NumberInput, Select, TextInput } from '@mantine/core';
import type { Flag, Json } from '../api/types';
import { JsonField } from './json-field';

export function ValueField({ label, flag, value, onChange, error }: { label: string; flag: Flag; value: Json | undefined; onChange: (value: Json) => void; error?: string }) {
  if (flag.type === 'Boolean')
    return <Select label={label} w={200} allowDeselect={false} error={error} placeholder="not set" value={typeof value === 'boolean' ? String(value) : null} data={['true', 'false']} onChange={(next) => onChange(next === 'true')} />;
  if (flag.type === 'Number')
    return <NumberInput label={label} w={200} error={error} value={typeof value === 'number' ? value : ''} onChange={(next) => next !== '' && onChange(Number(next))} />;
  if (flag.type === 'String')
    return <TextInput label={label} style={{ minWidth: 200 }} error={error} value={typeof value === 'string' ? value : ''} onChange={(event) => onChange(event.currentTarget.value)} />;
  return <div className="grow"><JsonField label={label} error={error} value={value} onChange={onChange} /></div>;
}
