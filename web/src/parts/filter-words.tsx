// Filters of a list by words that its rows have: kept in the address, asked of the server.
import { Select } from '@mantine/core';
import { useState } from 'react';
import { useQueryValue } from '../app/router';

/** A word in a row that filters the list by itself. */
export function FilterWord({ name, value }: { name: string; value: string }) {
  const [now, set] = useQueryValue(name);
  return <button type="button" className="filter-word" aria-pressed={now === value} title={`Only ${name} ${value}`} onClick={() => set(now === value ? '' : value)}>{value}</button>;
}

/** A choice among the words `seen` on this page of the list, or any that is typed. */
export function FilterChoice({ name, label, seen, w = 130 }: { name: string; label: string; seen: string[]; w?: number }) {
  const [now, set] = useQueryValue(name);
  const [typed, setTyped] = useState('');
  const words = [...new Set([now, ...seen, typed.trim()].filter(Boolean))].sort();
  return (
    <Select aria-label={label} placeholder={`Any ${label.toLowerCase()}`} clearable searchable w={w} value={now || null} data={words}
      searchValue={typed} onSearchChange={setTyped} onChange={(value) => set(value ?? '')} />
  );
}
