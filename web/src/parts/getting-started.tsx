// The way from an empty server to the first result; each step turns green when it has happened.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { address } from '../api/client';
import { useList } from '../api/queries';
import type { Key } from '../api/schema';
import { Link } from '../app/router';
import { copyAs } from '../lib/file';
import { Card, say } from './basic';
import { useCounters } from './system-strip';
import { useWho } from './act';
import { Step, Steps } from './waiting';

const HIDDEN = 'gosset-no-first-steps';
const EVERY_MS = 3_000;

function Code({ text }: { text: string }) {
  return (
    <div className="row code-row">
      <pre className="block mono grow" tabIndex={0}>{text}</pre>
      <Button size="compact-xs" variant="default" onClick={() => say(copyAs({ 'text/plain': text }) ? 'Copied.' : 'The browser does not allow copying here.')}>Copy</Button>
    </div>
  );
}

export default function GettingStarted() {
  const who = useWho();
  const isAdmin = who?.role === 'admin';
  const [hidden, setHidden] = useState(localStorage.getItem(HIDDEN) !== null);
  const keys = useList<Key>(isAdmin ? '/keys' : '/environments', { limit: 100 });
  const flags = useList('/flags', { limit: 1 }, EVERY_MS);
  const metrics = useList('/metrics', { limit: 1 }, EVERY_MS);
  const names = useList('/events/names', {}, EVERY_MS);
  const counters = useCounters();
  if (hidden) return null;
  const has = (list: { data?: { total: number } }) => (list.data ? list.data.total > 0 : undefined);
  const hasKey = isAdmin && keys.data ? keys.data.items.some((key) => key.scope !== 'admin' && !key.revoked_at) : undefined;
  const at = address('').replace(/\/$/, '');
  const hide = () => {
    localStorage.setItem(HIDDEN, '1');
    setHidden(true);
  };
  return (
    <Card title="First steps" aside={<Button size="compact-xs" variant="subtle" color="gray" onClick={hide}>Hide</Button>}>
      <p className="muted">Nothing is here yet. From zero to a first result in a few minutes; every step turns green by itself.</p>
      <Steps label="First steps">
        <Step done={hasKey} title="A key for your program">
          {isAdmin ? <><Link to="/settings">Make one</Link> of scope server.</> : 'Ask an admin for one of scope server.'} Programs read it as GOSSET_KEY.
        </Step>
        <Step done={has(flags)} title="A flag">
          <Link to="/flags">Make one</Link>: its page shows the code that asks for it, in your language.
        </Step>
        <Step done={counters.data ? (counters.data.values.get('gosset_decisions_total') ?? 0) > 0 : undefined} live title="The first decision" waits="waiting for your program to ask…">
          Run that code, or try it here:
          <Code text={`curl ${at}/ofrep/v1/evaluate/flags/my-flag -H "Authorization: Bearer $GOSSET_KEY" \\\n  -H 'Content-Type: application/json' -d '{"context":{"targetingKey":"user-1"}}'`} />
        </Step>
        <Step done={has(names)} live title="The first event" waits="waiting for your first event…">
          What users do, by any client of Segment or by one call:
          <Code text={`curl ${at}/api/v1/events -H "Authorization: Bearer $GOSSET_KEY" \\\n  -H 'Content-Type: application/json' -d '{"events":[{"user_id":"user-1","name":"purchase","value":9.5}]}'`} />
        </Step>
        <Step done={has(metrics)} title="A metric">
          <Link to="/metrics?new=1">Define one</Link> from the events: the number that decides.
        </Step>
        <Step done={false} title="An experiment"><Link to="/experiments/new">Make the first</Link>: a name, a hypothesis, a metric; the rest follows.</Step>
      </Steps>
    </Card>
  );
}
