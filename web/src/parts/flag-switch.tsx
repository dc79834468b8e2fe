// The switch of a flag in one environment: at once on the page and back when the server refuses;
// asks first where many notice.
import { Button, Popover, Switch } from '@mantine/core';
import { useState } from 'react';
import { Proposed, call, type ApiError } from '../api/client';
import { useChange } from '../api/queries';
import type { Flag } from '../api/types';
import { Link } from '../app/router';
import { useWho, useWhyNot } from './act';
import { ErrorNote, say } from './basic';
import { Dialog } from './confirm';

/** How a flag stands in one environment, as lists and pages know it. */
export interface FlagPlace {
  environment: string;
  enabled: boolean;
  version: number;
  requires_approval?: boolean;
}

/** A flag as lists that include environments have it. */
export type ListedFlag = Omit<Flag, 'environments'> & { environments?: FlagPlace[] };

const PRODUCTION = 'production';

/** What somebody should know before they switch there; null where nobody needs asking. */
function caution(key: string, place: FlagPlace, next: boolean): string | null {
  if (place.requires_approval) return `Changes in ${place.environment} wait until somebody else approves them: ${key} stays ${next ? 'off' : 'on'} until then.`;
  if (place.environment !== PRODUCTION) return null;
  return next ? `From now on ${key} gives real users what its rules say.` : `From now on all real users get the default of ${key}, whatever its rules say.`;
}

function useWhyNotIn(environment: string): string | null {
  const why = useWhyNot('editor');
  const who = useWho();
  if (why || who?.kind !== 'key' || who.environment === environment) return why;
  return `A key works in its own environment, ${who.environment}. Log in to switch flags in ${environment}.`;
}

/** A refusal in the narrow cell of a list. */
function Refused({ error }: { error: ApiError }) {
  if (error instanceof Proposed) return <Link to={`/approvals/${error.proposal.id}`} className="small">waits for approval</Link>;
  return <div className="bad small" role="alert">{error.isStale ? 'Somebody else changed it just now.' : error.message}</div>;
}

export function FlagSwitch({ flag, place, label, compact = false }: { flag: string; place: FlagPlace; label?: string; compact?: boolean }) {
  const why = useWhyNotIn(place.environment);
  const [asked, setAsked] = useState<boolean | null>(null);
  const change = useChange<boolean, void>(async (enabled) => {
    await call<Flag>('PATCH', `/api/v1/flags/${encodeURIComponent(flag)}`, { body: { enabled }, version: place.version, environment: place.environment });
    // At once: with the new list this row may be gone, and with it whatever was to follow.
    say(`${flag} is ${enabled ? 'on' : 'off'} in ${place.environment}.`);
  }, ['flags', 'warnings']);
  const question = asked === null ? null : caution(flag, place, asked);
  function turn(next: boolean) {
    setAsked(null);
    change.mutate(next);
  }
  return (
    <>
      <Switch aria-label={label ?? `${flag} in ${place.environment}`} checked={change.isPending ? change.variables : place.enabled} disabled={why !== null} aria-busy={change.isPending} title={why ?? undefined}
        onChange={(event) => {
          const next = event.currentTarget.checked;
          if (change.isPending) return;
          if (caution(flag, place, next)) setAsked(next);
          else turn(next);
        }} />
      {change.error && (compact ? <Refused error={change.error} /> : <ErrorNote error={change.error} />)}
      <Dialog title={asked ? `Turn ${flag} on in ${place.environment}?` : `Turn ${flag} off in ${place.environment}?`} opened={question !== null} close={() => setAsked(null)}>
        <div className="stack">
          <p>{question}</p>
          <div className="row">
            <Button data-autofocus onClick={() => turn(asked!)}>{place.requires_approval ? 'Ask for approval' : asked ? 'Turn it on' : 'Turn it off'}</Button>
            <Button variant="default" onClick={() => setAsked(null)}>Cancel</Button>
          </div>
        </div>
      </Dialog>
    </>
  );
}

/** Many environments in one cell: how many are on, and the switches behind a button. */
export function FlagSwitches({ flag, places, here }: { flag: string; places: FlagPlace[]; here: string }) {
  const on = places.filter((place) => place.enabled).length;
  return (
    <Popover position="bottom-start" withArrow transitionProps={{ duration: 0 }} trapFocus>
      <Popover.Target>
        <Button size="compact-xs" variant="default" aria-label={`${flag}: on in ${on} of ${places.length} environments`}>on in {on} of {places.length}</Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`${flag} by environment`}>
        <ul className="plain-list">
          {places.map((place) => (
            <li key={place.environment} className="row" style={{ flexWrap: 'nowrap', justifyContent: 'space-between' }}>
              <span className={place.environment === here ? 'strong' : undefined}>{place.environment}{place.environment === here && <span className="muted small"> · here</span>}</span>
              <FlagSwitch compact flag={flag} place={place} />
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}
