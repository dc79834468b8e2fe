// A JSON value as text, complaining under the field while it does not parse.
import { Textarea } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Json } from '../api/types';
import { same } from '../lib/draft';

function parse(text: string): { value?: Json; error?: string } {
  try {
    return { value: JSON.parse(text) as Json };
  } catch (cause) {
    return { error: `Not JSON yet: ${(cause as Error).message}` };
  }
}

export function JsonField({ label, value, onChange, error, description, rows = 2, disabled, onBroken }: {
  label: string;
  value: Json | undefined;
  onChange: (value: Json) => void;
  error?: string;
  description?: string;
  rows?: number;
  disabled?: boolean;
  onBroken?: (broken: boolean) => void;
}) {
  const print = (json: Json | undefined) => JSON.stringify(json ?? null, null, typeof json === 'object' ? 2 : undefined);
  const [text, setText] = useState(print(value));
  const read = parse(text);
  useEffect(() => {
    if (!same(parse(text).value, value) && parse(text).error === undefined) setText(print(value));
  }, [value]);
  return (
    <Textarea label={label} description={description} autosize minRows={rows} maxRows={16} disabled={disabled} value={text} error={read.error ?? error}
      classNames={{ input: 'mono' }} spellCheck={false}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        const { value: json, error: broken } = parse(next);
        onBroken?.(broken !== undefined);
        if (broken === undefined) onChange(json as Json);
      }} />
  );
}
