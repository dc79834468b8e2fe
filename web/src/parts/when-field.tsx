// A date and time by the reader's clock, as the browser's own field has it. While it is typed, the year
// passes through 2, 20 and 202: such dates are nobody's wish and are kept here.
import { TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';
import { localTime } from '../lib/format';

const FIRST_YEAR = 2000;

export function WhenField({ value, onChange, ...field }: Omit<TextInputProps, 'value' | 'onChange' | 'onBlur' | 'type'> & {
  value: unknown;
  /** A time as the API writes it; undefined when it was emptied. */
  onChange: (at: string | undefined) => void;
}) {
  const [draft, setDraft] = useState<string | null>(null);
  const shown = draft ?? localTime(value);
  function type(text: string) {
    setDraft(text);
    if (Number(text.split('-')[0]) >= FIRST_YEAR) onChange(new Date(text).toISOString());
  }
  return (
    <TextInput {...field} type="datetime-local" value={shown} onChange={(event) => type(event.currentTarget.value)}
      onBlur={() => {
        if (draft === '' && localTime(value)) onChange(undefined);
        setDraft(null);
      }} />
  );
}
