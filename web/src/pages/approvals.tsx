// Changes that wait for somebody else's approval, and what became of earlier ones.
import { Button, Modal, Tabs, Textarea } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api, type ApiError } from '../api/client';
import { useChange, useGet, useList } from '../api/queries';
import type { Proposal } from '../api/schema';
import { Link, useQueryValue } from '../app/router';
import { Act, useWho, useWhyNot } from '../parts/act';
import { Ago, Badge, Card, Empty, ErrorNote, Note, Page, Rows, say, type Tone } from '../parts/basic';
import { Differences } from '../parts/editing';
import { TabStrip } from '../parts/tab-strip';

const TONE: Record<string, Tone> = { pending: 'warn', approved: 'accent', rejected: 'plain', withdrawn: 'plain' };
const STALE = ['proposals', 'flags', 'experiments', 'metrics', 'segments', 'layers', 'holdouts', 'audit'];
const PAGE_OF: Record<string, string> = { flag: 'flags', experiment: 'experiments', metric: 'metrics', segment: 'segments' };

type Change = NonNullable<Proposal['changes']>[number];

function target(change: Change): string | null {
  const page = PAGE_OF[change.kind === 'override' ? 'flag' : (change.kind ?? '')];
  if (!page || (change.base_version === null && change.kind !== 'override')) return null;
  return `/${page}/${encodeURIComponent((page === 'experiments' ? change.id : change.name) ?? '')}`;
}

function ChangeCard({ change, place }: { change: Change; place: string }) {
  const to = target(change);
  const name = `${change.kind} ${change.name}${change.user_id ? ` for ${change.user_id}` : ''}`;
  return (
    <Card title={<>{change.action} {to ? <Link to={to}>{name}</Link> : name}</>} label={`Change of ${name}`}
      aside={change.base_version != null ? <span className="muted small">from version <span data-at={`${place}/base_version`}>{change.base_version}</span></span> : change.kind !== 'override' && <Badge>new</Badge>}>
      <Differences before={change.before ?? {}} after={change.after ?? {}} />
    </Card>
  );
}

type Verb = 'approve' | 'bypass' | 'reject' | 'withdraw';
const DONE: Record<Verb, string> = { approve: 'It is approved and live.', bypass: 'It is live without approval.', reject: 'It is rejected.', withdraw: 'It is withdrawn.' };

const WORDS: Record<Verb, string> = { approve: 'Approve', bypass: 'Go past approval', reject: 'Reject', withdraw: 'Withdraw' };
const WHAT_FOLLOWS: Record<Verb, string> = {
  approve: 'It becomes true at once, for everybody.',
  bypass: 'It becomes true at once, for everybody, and nobody else has looked at it. Your reason is in the audit log for all to see.',
  reject: 'It stays as it is now. The author sees your reason.',
  withdraw: 'Nothing changes; you can propose it again.',
};

function Decide({ proposal, verb, close }: { proposal: Proposal; verb: Verb; close: () => void }) {
  const [reason, setReason] = useState('');
  // Said here and not when the change is over: by then this dialog is gone with the buttons.
  const send = useChange<void, void>(async () => {
    const said = reason.trim() ? { reason: reason.trim() } : {};
    await (verb === 'bypass' ? api.post(`/proposals/${proposal.id}/approve`, { ...said, bypass: true }) : api.post(`/proposals/${proposal.id}/${verb}`, said));
    say(DONE[verb]);
    close();
  }, STALE);
  function submit(event: FormEvent) {
    event.preventDefault();
    send.mutate();
  }
  const error = send.error as ApiError | null;
  const needsReason = verb === 'reject' || verb === 'bypass';
  return (
    <form className="stack" onSubmit={submit}>
      <p>{WHAT_FOLLOWS[verb]}</p>
      <Textarea label={verb === 'approve' ? 'Reason (may be empty)' : 'Reason'} data-autofocus autosize minRows={2} value={reason} required={needsReason} onChange={(event) => setReason(event.currentTarget.value)} />
      {error && <ErrorNote error={error} title={error.isStale ? 'What it is based on has changed meanwhile' : undefined} />}
      {error?.isStale && <p className="muted">It stays here until it is withdrawn or rejected. Its author can propose it again on top of what holds now.</p>}
      <div className="row">
        <Button type="submit" loading={send.isPending} disabled={needsReason && !reason.trim()}>{WORDS[verb]}</Button>
        <Button variant="default" onClick={close}>Cancel</Button>
      </div>
    </form>
  );
}

function Actions({ proposal }: { proposal: Proposal }) {
  const who = useWho();
  const mayApprove = useWhyNot('approver') === null;
  const [verb, setVerb] = useState<Verb | null>(null);
  const own = who?.name === proposal.author;
  if (proposal.status !== 'pending') return null;
  return (
    <>
      {own && mayApprove && <span className="muted small">It is yours: somebody else approves it.</span>}
      {own ? (
        <>
          <Act need="admin" variant="default" onClick={() => setVerb('bypass')}>Go past approval…</Act>
          <Act variant="default" onClick={() => setVerb('withdraw')}>Withdraw</Act>
        </>
      ) : (
        <>
          <Act need="approver" variant="default" onClick={() => setVerb('reject')}>Reject</Act>
          <Act need="approver" onClick={() => setVerb('approve')}>Approve</Act>
        </>
      )}
      <Modal opened={verb !== null} onClose={() => setVerb(null)} title={<strong>{verb && WORDS[verb]}: {proposal.summary}?</strong>} closeButtonProps={{ 'aria-label': 'Close' }}>
        {verb && <Decide proposal={proposal} verb={verb} close={() => setVerb(null)} />}
      </Modal>
    </>
  );
}

function One({ id }: { id: string }) {
  const found = useGet<Proposal>(`/proposals/${encodeURIComponent(id)}`, undefined, 10_000);
  const proposal = found.data;
  return (
    <Page title={proposal?.summary ?? 'Proposal'} crumbs={[{ to: '/approvals', text: 'Approvals' }]} actions={proposal && <Actions proposal={proposal} />}>
      {!proposal ? (found.error ? <ErrorNote error={found.error} retry={() => void found.refetch()} /> : <Rows count={4} />) : (
        <div className="stack" data-from={`/proposals/${encodeURIComponent(id)}`}>
          <div className="row">
            <Badge tone={TONE[proposal.status ?? '']}>{proposal.status}</Badge>
            <span className="muted">proposed by {proposal.author} <Ago at={proposal.created_at} /></span>
            {proposal.decided_at && <span className="muted">· {proposal.status} by {proposal.decided_by} <Ago at={proposal.decided_at} /></span>}
          </div>
          {proposal.reason && <Note tone="info" title="Reason">{proposal.reason}</Note>}
          {(proposal.changes ?? []).map((change, i) => <ChangeCard key={i} change={change} place={`/changes/${i}`} />)}
        </div>
      )}
    </Page>
  );
}

const STATUSES = [{ value: 'pending', label: 'Waiting' }, { value: 'approved', label: 'Approved' }, { value: 'rejected', label: 'Rejected' }, { value: 'withdrawn', label: 'Withdrawn' }];

function All() {
  const [status, setStatus] = useQueryValue('status', 'pending');
  const list = useList<Proposal>('/proposals', { status, limit: 200 }, 10_000);
  const items = list.data?.items ?? [];
  return (
    <Page title="Approvals">
      <Tabs value={status} onChange={(value) => setStatus(value ?? 'pending')} mb="md">
        <TabStrip aria-label="Status">{STATUSES.map((one) => <Tabs.Tab key={one.value} value={one.value}>{one.label}</Tabs.Tab>)}</TabStrip>
      </Tabs>
      {list.error && !list.data ? <ErrorNote error={list.error} retry={() => void list.refetch()} /> : !list.data ? <Rows count={4} />
        : items.length === 0 ? (
          <Empty title={status === 'pending' ? 'Nothing waits' : 'There is none'} action={<Link to="/settings?tab=environments">Environments</Link>}>
            Where an environment requires it, a change is kept here until somebody else has approved it.
          </Empty>
        ) : (
          <table className="list cards-on-phone" data-stale={list.isPlaceholderData}>
            <caption hidden>Proposals</caption>
            <thead><tr><th scope="col">Change</th><th scope="col">Author</th><th scope="col">Proposed</th><th scope="col">State</th></tr></thead>
            <tbody>{items.map((one) => (
              <tr key={one.id}>
                <td className="lead strong wrap"><Link to={`/approvals/${one.id}`}>{one.summary}</Link></td>
                <td data-label="Author" className="wrap">{one.author}</td>
                <td data-label="Proposed"><Ago at={one.created_at} /></td>
                <td data-label="State"><Badge tone={TONE[one.status ?? '']}>{one.status}</Badge>{one.decided_by && <span className="muted small"> by {one.decided_by}</span>}</td>
              </tr>
            ))}</tbody>
          </table>
        )}
    </Page>
  );
}

export default function Approvals({ id }: { id: string }) {
  return id ? <One id={id} /> : <All />;
}
