// Experiments as bars over time, with the moments at which their design changed.
import type { Experiment } from '../api/types';
import { Link } from '../app/router';
import { when } from '../lib/format';

const DAY = 86_400_000;

function span(experiment: Experiment): [number, number] | null {
  if (!experiment.start_date || experiment.status === 'Draft') return null;
  const start = Date.parse(experiment.start_date);
  const end = experiment.end_date ? Date.parse(experiment.end_date) : NaN;
  const open = experiment.status === 'Running' || experiment.status === 'Paused';
  const last = open ? Math.max(Date.now(), Number.isFinite(end) ? end : 0) : Number.isFinite(end) ? end : Date.parse(experiment.updated_at);
  return [start, Math.max(last, start + DAY / 12)];
}

export function Timeline({ experiments }: { experiments: Experiment[] }) {
  const rows = experiments.flatMap((experiment) => {
    const range = span(experiment);
    return range ? [{ experiment, range }] : [];
  });
  const from = Math.min(Date.now() - 7 * DAY, ...rows.map((row) => row.range[0]));
  const to = Math.max(Date.now() + DAY, ...rows.map((row) => row.range[1]));
  const at = (time: number) => (100 * (time - from)) / (to - from);
  if (rows.length === 0) return <p className="muted">None of these experiments has started yet.</p>;
  return (
    <div className="card stack" role="list" aria-label="Timeline">
      {rows.map(({ experiment, range: [start, end] }) => {
        const now = Math.min(end, Math.max(start, Date.now()));
        const phases = (experiment.phases ?? []).map((phase) => Date.parse(phase.start)).filter((time) => time > start && time < end);
        return (
          <div key={experiment.id} role="listitem" className="arm" style={{ gridTemplateColumns: 'minmax(120px, 240px) 1fr' }}>
            <Link to={`/experiments/${experiment.id}`} className="clip" title={experiment.name}>{experiment.name}</Link>
            <div className="track" title={`${experiment.status}: ${when(new Date(start).toISOString())} to ${when(new Date(end).toISOString())}`} style={{ border: 0 }}>
              <div style={{ position: 'absolute', top: 0, bottom: 0, borderRadius: 4, left: `${at(start)}%`, width: `${at(end) - at(start)}%`, background: 'var(--bar-soft)' }} />
              <div style={{ position: 'absolute', top: 0, bottom: 0, borderRadius: 4, left: `${at(start)}%`, width: `${at(now) - at(start)}%`, minWidth: 3,
                background: experiment.status === 'Running' ? 'var(--accent)' : experiment.status === 'Paused' ? 'var(--warn)' : 'var(--bar)' }} />
              {phases.map((time) => <div key={time} className="plan" style={{ left: `${at(time)}%` }} title="The design changed here: a new phase" />)}
              <div style={{ position: 'absolute', left: `${at(Date.now())}%`, top: -5, bottom: -5, borderLeft: '1px dashed var(--muted)' }} />
            </div>
          </div>
        );
      })}
      <div className="row muted small" style={{ justifyContent: 'space-between' }}>
        <span>{when(new Date(from).toISOString())}</span><span>dashed: now; black: a new phase</span><span>{when(new Date(to).toISOString())}</span>
      </div>
    </div>
  );
}
