// Navigation around every page, and what happens when a page breaks.
import { ActionIcon, Button, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Component, Suspense, lazy, useEffect, useState, type ReactNode } from 'react';
import { onProposed } from '../api/client';
import { useGet } from '../api/queries';
import { AccountButton, EnvironmentSwitch } from '../parts/account';
import { useWho } from '../parts/act';
import { Announcements, Note, say } from '../parts/basic';
import { Unsaid } from '../parts/unsaid';
import { Link, askBeforeLeaving, usePlace } from './router';

const Leaving = lazy(() => import('../parts/leaving'));

const ITEMS: [string, string][] = [
  ['/', 'Overview'],
  ['/experiments', 'Experiments'],
  ['/flags', 'Flags'],
  ['/metrics', 'Metrics'],
  ['/segments', 'Segments'],
  ['/events', 'Live events'],
  ['/users', 'Users'],
  ['/approvals', 'Approvals'],
  ['/audit', 'Audit'],
  ['/calculator', 'Calculator'],
  ['/settings', 'Settings'],
];

const icon = new URL('./icon.svg', document.baseURI).toString();

function Brand() {
  return (
    <Link to="/" className="brand">
      <img src={icon} alt="" />gosset
    </Link>
  );
}

function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl size="xs" aria-label="Colours" fullWidth value={colorScheme} withItemsBorders={false} transitionDuration={0}
      data={[{ value: 'auto', label: 'Auto' }, { value: 'light', label: 'Light' }, { value: 'dark', label: 'Dark' }]}
      onChange={(value) => setColorScheme(value as 'auto' | 'light' | 'dark')} />
  );
}

/** How many changes wait for approval; says so too when a change of ours has become one of them. */
function useWaiting(): number {
  const client = useQueryClient();
  const who = useWho();
  const may = who !== null && (who.kind === 'member' || who.role === 'admin');
  const list = useGet<{ total: number }>(may ? '/proposals' : null, { status: 'pending', limit: 200 }, 30_000);
  useEffect(() => onProposed((proposed) => {
    say(`${proposed.proposal.summary}: it waits for approval.`);
    void client.invalidateQueries({ queryKey: ['proposals'] });
  }), [client]);
  return list.data?.total ?? 0;
}

function isCurrent(path: string, to: string): boolean {
  return to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`);
}

export function Shell({ children }: { children: ReactNode }) {
  const { path } = usePlace();
  const [open, setOpen] = useState(false);
  const who = useWho();
  const waiting = useWaiting();
  const [leaving, setLeaving] = useState<{ go: () => void } | null>(null);
  useEffect(() => {
    askBeforeLeaving((go) => setLeaving({ go }));
    return () => askBeforeLeaving(null);
  }, []);
  useEffect(() => {
    setOpen(false);
    window.scrollTo(0, 0);
  }, [path]);
  return (
    <div className="shell">
      <a className="skip" href="#main" onClick={(event) => {
        event.preventDefault();
        document.getElementById('main')?.focus();
      }}>Skip to content</a>
      <div className="top" role="region" aria-label="Top bar">
        <ActionIcon variant="default" size="lg" aria-label="Menu" aria-expanded={open} onClick={() => setOpen(!open)}>☰</ActionIcon>
        <Brand />
        {waiting > 0 && <Link to="/approvals" className="badge push" data-tone="warn">{waiting > 99 ? '99+' : waiting} to approve</Link>}
      </div>
      {open && <button type="button" className="scrim" aria-label="Close menu" onClick={() => setOpen(false)} />}
      <nav className="nav" data-open={open} aria-label="Main">
        <Brand />
        {who && <EnvironmentSwitch who={who} />}
        {ITEMS.map(([to, text]) => (
          <Link key={to} to={to} className="item" aria-current={isCurrent(path, to) ? 'page' : undefined}>
            {text}{to === '/approvals' && waiting > 0 && <span className="waiting" title={`${waiting} wait for approval`}>{waiting > 99 ? '99+' : waiting}<span className="mantine-VisuallyHidden-root"> waiting</span></span>}
          </Link>
        ))}
        <div className="foot">
          <SchemeSwitch />
          <AccountButton />
        </div>
      </nav>
      <main id="main" tabIndex={-1}><Unsaid />{children}</main>
      <Announcements />
      {leaving && <Suspense><Leaving stay={() => setLeaving(null)} go={() => {
        setLeaving(null);
        leaving.go();
      }} /></Suspense>}
    </div>
  );
}

/** A page that throws takes only itself down. */
export class Boundary extends Component<{ place: string; children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };
  static getDerivedStateFromError(error: Error) {
    return { error };
  }
  override componentDidUpdate(before: { place: string }) {
    if (before.place !== this.props.place && this.state.error) this.setState({ error: null });
  }
  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <Note tone="bad" title="This page broke" action={<Button size="xs" variant="default" onClick={() => location.reload()}>Reload</Button>}>
        {this.state.error.message}
      </Note>
    );
  }
}
