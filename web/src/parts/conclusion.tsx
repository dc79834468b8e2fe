// Why an experiment ended as it did and what was learned; it can be written later, too.
import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { api, type ApiError } from '../api/client';
import { useChange } from '../api/queries';
import type { Experiment } from '../api/types';
import { Act } from './act';
import { Card, ErrorNote, say } from './basic';

export function Conclusion({ experiment }: { experiment: Experiment }) {
  const [text, setText] = useState<string | null>(null);
  const save = useChange<string, Experiment>((conclusion) => api.patch<Experiment>(`/experiments/${experiment.id}`, { conclusion }, experiment.version), ['experiments']);
  const isOver = experiment.status === 'Completed' || experiment.status === 'Archived';
  if (!isOver || (experiment.status === 'Archived' && !experiment.conclusion)) return null;
  const known = experiment.conclusion ?? '';
  const edit = experiment.status === 'Completed' && text === null && (
    <Act size="compact-xs" variant="default" onClick={() => setText(known)}>{known ? 'Edit' : 'Write it down'}</Act>
  );
  return (
    <Card title="Conclusion" aside={edit}>
      {text === null ? (
        known ? <p className="wrap prose">{known}</p> : <p className="muted prose">Nobody has written down why it ended so and what was learned.</p>
      ) : (
        <form className="stack" onSubmit={(event) => {
          event.preventDefault();
          save.mutate(text.trim(), {
            onSuccess: () => {
              setText(null);
              say('The conclusion is saved.');
            },
          });
        }}>
          <Textarea aria-label="Conclusion" autosize minRows={3} value={text} data-autofocus onChange={(event) => setText(event.currentTarget.value)} />
          <ErrorNote error={save.error as ApiError | null} />
          <div className="row">
            <Act type="submit" size="sm" loading={save.isPending}>Save</Act>
            <Button size="sm" variant="default" onClick={() => { save.reset(); setText(null); }}>Cancel</Button>
          </div>
        </form>
      )}
    </Card>
  );
}
