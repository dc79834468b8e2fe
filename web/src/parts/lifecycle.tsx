// Start, pause, complete and the rest, with what each means for users and results.
import { Button, Modal, Select } from '@mantine/core';
import { useState } from 'react';
import type { ApiError } from '../api/client';
import { api } from '../api/client';
import { useChange } from '../api/queries';
import type { Experiment, Status } from '../api/types';
import { controlName } from '../lib/results';
import { ErrorNote, Note, say } from './basic';

type Verb = 'start' | 'pause' | 'resume' | 'complete' | 'archive' | 'restore';

const MOVES: Record<Status, Verb[]> = {
  Draft: ['start', 'archive'],
  Running: ['complete', 'pause'],
  Paused: ['resume', 'complete'],
  Completed: ['archive'],
  Archived: ['restore'],
};

interface Meaning {
  title: string;
  newUsers: string;
  oldUsers: string;
  results: string;
  back: string;
}

const MEANING: Record<Verb, Meaning> = {
  start: { title: 'Start', newUsers: 'get a variant when they match the targeting', oldUsers: 'nobody has one yet', results: 'appear as data arrives', back: 'it can be paused; the design is fixed from now on, or a change begins a new phase' },
  pause: { title: 'Pause', newUsers: 'get no variant', oldUsers: 'keep theirs', results: 'stay, and count what the assigned still do', back: 'yes, resume it' },
  resume: { title: 'Resume', newUsers: 'get variants again', oldUsers: 'keep theirs', results: 'go on', back: 'it can be paused again' },
  complete: { title: 'Complete', newUsers: 'get the shipped variant, if you choose one', oldUsers: 'get the shipped variant, if you choose one; else none', results: 'are kept for good', back: 'no, a completed experiment does not run again' },
  archive: { title: 'Archive', newUsers: 'see nothing of it', oldUsers: 'see nothing of it', results: 'stay readable', back: 'it can be restored' },
  restore: { title: 'Restore', newUsers: 'see what they saw before it was archived', oldUsers: 'the same', results: 'stay', back: 'it can be archived again' },
};

function Consequences({ verb }: { verb: Verb }) {
  const meaning = MEANING[verb];
  return (
    <dl className="facts">
      <dt>New users</dt><dd>{meaning.newUsers}</dd>
      <dt>Users with a variant</dt><dd>{meaning.oldUsers}</dd>
      <dt>Results</dt><dd>{meaning.results}</dd>
      <dt>Can it be undone?</dt><dd>{meaning.back}</dd>
    </dl>
  );
}

export function Lifecycle({ experiment, winner, isAdvised, caution }: { experiment: Experiment; winner?: string | null; isAdvised?: boolean; caution?: string }) {
  const [verb, setVerb] = useState<Verb | null>(null);
  const [ship, setShip] = useState<string | null>(null);
  const change = useChange<{ verb: Verb; ship: string | null }, Experiment>(
    (input) => api.post<Experiment>(`/experiments/${experiment.id}/${input.verb}`, input.ship ? { shipped_variant: input.ship } : {}),
    ['experiments', 'flags'],
  );
  const open = (next: Verb, variant: string | null = null) => {
    change.reset();
    setShip(variant);
    setVerb(next);
  };
  const moves = MOVES[experiment.status] ?? [];
  const canShip = moves.includes('complete');
  return (
    <>
      {canShip && winner && <Button className="ship" data-advised={isAdvised ?? false} onClick={() => open('complete', winner)}>Ship {winner}</Button>}
      {moves.map((move, i) => (
        <Button key={move} variant={i === 0 && !(canShip && winner) && move !== 'archive' ? 'filled' : 'default'} onClick={() => open(move)}>
          {MEANING[move].title}{move === 'complete' ? '…' : ''}
        </Button>
      ))}
      <Modal opened={verb !== null} onClose={() => setVerb(null)} closeButtonProps={{ 'aria-label': 'Close' }}
        title={<strong>{ship && verb === 'complete' ? `Ship ${ship}` : verb && MEANING[verb].title}: {experiment.name}</strong>}>
        {verb && (
          <div className="stack">
            <Consequences verb={verb} />
            {verb === 'complete' && (
              <>
                <Select label="Everybody gets from now on" value={ship ?? ''} allowDeselect={false}
                  onChange={(value) => setShip(value || null)}
                  data={[{ value: '', label: 'Nothing of this experiment (the defaults of its flags)' },
                    ...experiment.variants.map((variant) => ({ value: variant.name, label: variant.name === controlName(experiment) ? `${variant.name} (as before)` : variant.name }))]} />
                {caution && ship && ship !== controlName(experiment) && <Note tone="warn" title="Before you ship">{caution}</Note>}
              </>
            )}
            <ErrorNote error={change.error as ApiError | null} />
            <div className="row">
              <Button loading={change.isPending}
                onClick={() => change.mutate({ verb, ship: verb === 'complete' ? ship : null }, {
                  onSuccess: (after) => {
                    setVerb(null);
                    say(`${experiment.name} is ${after?.status ?? 'changed'}.`);
                  },
                })}>
                {ship && verb === 'complete' ? `Ship ${ship}` : MEANING[verb].title}
              </Button>
              <Button variant="default" onClick={() => setVerb(null)}>Cancel</Button>
            </div>
          </div>
        )}
      </Modal>
    </>
  );
}
