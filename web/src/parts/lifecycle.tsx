// Start, pause, complete and the rest, with what each means for users and results.
import { Button, Modal, Textarea } from '@mantine/core';
import { Suspense, lazy, useState } from 'react';
import type { ApiError } from '../api/client';
import { api } from '../api/client';
import { useChange } from '../api/queries';
import type { Experiment, Status } from '../api/types';
import { controlName } from '../lib/results';
import { Act } from './act';
import { ErrorNote, Note, Rows, say } from './basic';

const StartReview = lazy(() => import('./start-review'));

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
  start: { title: 'Start', newUsers: 'a variant, when they match the targeting', oldUsers: 'nobody has one yet', results: 'appear as data arrives', back: 'it can be paused; the design is fixed from now on, or a change begins a new phase' },
  pause: { title: 'Pause', newUsers: 'no variant', oldUsers: 'theirs, as before', results: 'stay, and count what the assigned still do', back: 'yes, resume it' },
  resume: { title: 'Resume', newUsers: 'a variant again', oldUsers: 'theirs, as before', results: 'go on', back: 'it can be paused again' },
  complete: { title: 'Complete', newUsers: 'the shipped variant, if you choose one', oldUsers: 'the shipped variant, if you choose one; else none', results: 'are kept for good', back: 'no, a completed experiment does not run again' },
  archive: { title: 'Archive', newUsers: 'nothing of it', oldUsers: 'nothing of it', results: 'stay readable', back: 'it can be restored' },
  restore: { title: 'Restore', newUsers: 'what they saw before it was archived', oldUsers: 'the same', results: 'stay', back: 'it can be archived again' },
};

function Consequences({ verb }: { verb: Verb }) {
  const meaning = MEANING[verb];
  return (
    <dl className="facts">
      <dt>New users see</dt><dd>{meaning.newUsers}</dd>
      <dt>Users with a variant see</dt><dd>{meaning.oldUsers}</dd>
      <dt>Results</dt><dd>{meaning.results}</dd>
      <dt>Can it be undone?</dt><dd>{meaning.back}</dd>
    </dl>
  );
}

/** Every way to end it, with what each means. */
function Endings({ experiment, ship, choose }: { experiment: Experiment; ship: string | null; choose: (variant: string | null) => void }) {
  const control = controlName(experiment);
  const endings = [
    ...experiment.variants.map((variant) => ({
      value: variant.name, title: variant.name === control ? `Keep ${variant.name}` : `Ship ${variant.name}`, sees: variant.name === control ? `${variant.name}, as before` : variant.name,
    })),
    { value: null, title: 'Ship nothing', sees: 'the defaults of its flags' },
  ];
  return (
    <table className="list endings cards-on-phone">
      <caption hidden>How it can end</caption>
      <thead><tr><th scope="col">Ending</th><th scope="col">New users see</th><th scope="col">Old users see</th><th scope="col">Results</th><th scope="col">Can resume</th></tr></thead>
      <tbody>
        {endings.map((ending) => (
          <tr key={ending.title} data-chosen={ship === ending.value}>
            <td className="lead"><label className="choice"><input type="radio" name="ending" checked={ship === ending.value} onChange={() => choose(ending.value)} />{ending.title}</label></td>
            <td data-label="New users see">{ending.sees}</td>
            <td data-label="Old users see">{ending.sees}</td>
            <td data-label="Results">kept for good</td>
            <td data-label="Can resume">no</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Lifecycle({ experiment, winner, isAdvised, isHarmful, caution }: { experiment: Experiment; winner?: string | null; isAdvised?: boolean; isHarmful?: boolean; caution?: string }) {
  const [verb, setVerb] = useState<Verb | null>(null);
  const [ship, setShip] = useState<string | null>(null);
  const [conclusion, setConclusion] = useState('');
  // What is done is done to what was read: the version of the moment in which the dialog opened.
  const [seen, setSeen] = useState<number | null>(null);
  const version = seen ?? experiment.version;
  const change = useChange<Verb, Experiment>(
    (input) => api.post<Experiment>(`/experiments/${experiment.id}/${input}`,
      input === 'complete' ? { shipped_variant: ship ?? undefined, conclusion: conclusion.trim() || undefined, version } : { version }),
    ['experiments', 'flags'],
  );
  const titleOf = (of: Verb, variant: string | null) => (of !== 'complete' || !variant ? MEANING[of].title : variant === controlName(experiment) ? `Keep ${variant}` : `Ship ${variant}`);
  const open = (next: Verb, variant: string | null = null) => {
    change.reset();
    setShip(variant);
    setConclusion(experiment.conclusion ?? '');
    setSeen(experiment.version);
    setVerb(next);
  };
  const moves = MOVES[experiment.status] ?? [];
  const canShip = moves.includes('complete');
  return (
    <>
      {canShip && winner && <Act className="ship" data-advised={isAdvised ?? false} onClick={() => open('complete', winner)}>Ship {winner}</Act>}
      {canShip && isHarmful && <Act className="roll-back" onClick={() => open('complete', controlName(experiment))}>Roll back to {controlName(experiment)}</Act>}
      {moves.map((move, i) => (
        <Act key={move} variant={i === 0 && !(canShip && (winner || isHarmful)) && move !== 'archive' ? 'filled' : 'default'} onClick={() => open(move)}>
          {MEANING[move].title}{move === 'complete' ? '…' : ''}
        </Act>
      ))}
      <Modal opened={verb !== null} size={verb === 'complete' ? 720 : verb === 'start' ? 'lg' : 'md'} onClose={() => setVerb(null)} closeButtonProps={{ 'aria-label': 'Close' }}
        title={<strong>{verb && titleOf(verb, ship)}: {experiment.name}</strong>}>
        {verb && (
          <div className="stack">
            {verb === 'start' && <Suspense fallback={<Rows count={3} />}><StartReview experiment={experiment} /></Suspense>}
            {verb !== 'complete' ? <Consequences verb={verb} /> : (
              <>
                <Endings experiment={experiment} ship={ship} choose={setShip} />
                {caution && ship && ship !== controlName(experiment) && <Note tone="warn" title="Before you ship">{caution}</Note>}
                <Textarea label="Conclusion" description="Why it ends so, and what was learned: it stays with the results, in the report, and the list of experiments finds it." autosize minRows={2}
                  value={conclusion} error={(change.error as ApiError | null)?.pointer === '/conclusion' ? change.error!.message : undefined} onChange={(event) => setConclusion(event.currentTarget.value)} />
              </>
            )}
            <ErrorNote error={change.error as ApiError | null} title={(change.error as ApiError | null)?.isStale ? 'It was changed meanwhile; this is how it stands now' : undefined} />
            <div className="row">
              <Button loading={change.isPending}
                onClick={() => change.mutate(verb, {
                  onSuccess: (after) => {
                    setVerb(null);
                    say(`${experiment.name} is ${after?.status ?? 'changed'}.`);
                  },
                  onError: (cause) => {
                    if ((cause as ApiError).isStale) setSeen(null);
                  },
                })}>
                {titleOf(verb, ship)}
              </Button>
              <Button variant="default" onClick={() => setVerb(null)}>Cancel</Button>
            </div>
          </div>
        )}
      </Modal>
    </>
  );
}
