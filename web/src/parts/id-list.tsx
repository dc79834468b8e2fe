// A list of user ids: typed, pasted, or read from a file with progress.
import { Button, Progress, Textarea } from '@mantine/core';
import { useRef, useState } from 'react';
import { count } from '../lib/format';

const SHOWN = 200;

/** One id a line, or the first column of a CSV file; blanks and a heading "user_id" are left out. */
export function readIds(text: string): string[] {
  const ids = text.split(/\r?\n/).map((line) => (line.split(/[,;\t]/)[0] ?? '').trim().replace(/^"(.*)"$/, '$1'));
  return [...new Set(ids.filter((id) => id !== '' && id !== 'user_id'))];
}

export function IdList({ label, description, value, onChange, error }: { label: string; description?: string; value: string[]; onChange: (ids: string[]) => void; error?: string }) {
  const file = useRef<HTMLInputElement>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const [draft, setDraft] = useState<string | null>(null);
  async function read(chosen: File) {
    const reader = chosen.stream().getReader();
    const decoder = new TextDecoder();
    let text = '';
    let bytes = 0;
    for (;;) {
      const { done, value: chunk } = await reader.read();
      if (done) break;
      text += decoder.decode(chunk, { stream: true });
      bytes += chunk.length;
      setProgress((100 * bytes) / Math.max(1, chosen.size));
    }
    setProgress(null);
    onChange([...new Set([...value, ...readIds(text + decoder.decode())])]);
  }
  const isLong = value.length > SHOWN;
  return (
    <div className="stack tight">
      <Textarea label={`${label} (${count(value.length)})`} description={description} autosize minRows={2} maxRows={8} classNames={{ input: 'mono' }} spellCheck={false} readOnly={isLong} error={error}
        value={draft ?? value.slice(0, SHOWN).join('\n') + (isLong ? `\n… and ${count(value.length - SHOWN)} more` : '')} placeholder="one user id a line"
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={() => {
          if (draft !== null) onChange(readIds(draft));
          setDraft(null);
        }} />
      {progress !== null && <Progress value={progress} aria-label="Reading the file" />}
      <div className="row">
        <input ref={file} type="file" accept=".csv,.txt,text/plain,text/csv" hidden onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (chosen) void read(chosen);
        }} />
        <Button size="compact-xs" variant="default" onClick={() => file.current?.click()}>Add from a file</Button>
        {value.length > 0 && <Button size="compact-xs" variant="subtle" color="gray" onClick={() => onChange([])}>Clear</Button>}
      </div>
    </div>
  );
}
