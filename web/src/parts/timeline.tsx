// Experiments as bars over time. A phase is a stretch under one split and coverage: the more of the
// units take part, the darker it is.
import type { Experiment } from '../api/types';
import { Link } from '../app/router';
import { number, when } from '../lib/format';
import { adviceOf } from '../lib/results';
import { Badge } from './basic';
import { splitSentence } from './split-bar';

const DAY = 86_400_000;
const iso = (time: number) => new Date(time).toISOString();
const dayName = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

interface Stretch {
  /** Its coverage in the experiment. */
  place: string;
  from: number;
  to: number;
  coverage: number;
  text: string;
}

function span(experiment: Experiment): [number, number] | null {
  if (!experiment.start_date || experiment.status === 'Draft') return null;
  const start = Date.parse(experiment.start_date);
  const end = experiment.end_date ? Date.parse(experiment.end_date) : NaN;
  const open = experiment.status === 'Running' || experiment.status === 'Paused';
  const last = open ? Math.max(Date.now(), Number.isFinite(end) ? end : 0) : Number.isFinite(end) ? end : Date.parse(experiment.updated_at);
  return [start, Math.max(last, start + DAY / 12)];
}

/** From when to when, without the width that a bar needs to be seen. */
function spanWords(experiment: Experiment): string {
  const isOpen = experiment.status === 'Running' || experiment.status === 'Paused';
  const end = experiment.end_date ? when(experiment.end_date) : isOpen ? 'now' : when(experiment.updated_at);
  return `${when(experiment.start_date)} to ${isOpen && experiment.end_date ? `${end}, as planned` : end}`;
}

function stretches(experiment: Experiment, start: number, end: number): Stretch[] {
  const phases = experiment.phases ?? [];
  if (phases.length === 0) return [{ place: 'coverage', from: start, to: end, coverage: experiment.coverage ?? 100, text: splitSentence(experiment.traffic_allocation, experiment.coverage ?? 100) }];
  return phases.map((phase, i) => ({
    place: `phases/${i}/coverage`,
    from: Math.max(start, Date.parse(phase.start)),
    to: i + 1 < phases.length ? Math.min(end, Date.parse(phases[i + 1]!.start)) : end,
    coverage: phase.coverage,
    text: `Phase ${i + 1} of ${phases.length}: ${splitSentence(phase.traffic_allocation, phase.coverage)}`,
  })).filter((one) => one.to > one.from);
}

function ticks(from: number, to: number): number[] {
  const days = (to - from) / DAY;
  const step = [1, 2, 7, 14, 28, 91, 182, 364].find((one) => days / one <= 8) ?? 728;
  const first = Math.ceil(from / DAY / step) * step;
  const out: number[] = [];
  for (let day = first; day * DAY < to; day += step) out.push(day * DAY);
  return out;
}

export function Timeline({ experiments }: { experiments: Experiment[] }) {
  const rows = experiments.flatMap((experiment) => {
    const range = span(experiment);
    return range ? [{ experiment, range }] : [];
  }).sort((a, b) => a.range[0] - b.range[0]);
  if (rows.length === 0) return <p className="muted">None of these experiments has started yet.</p>;
  const from = Math.min(Date.now() - 7 * DAY, ...rows.map((row) => row.range[0]));
  const to = Math.max(Date.now() + DAY, ...rows.map((row) => row.range[1]));
  const at = (time: number) => (100 * (time - from)) / (to - from);
  const marks = ticks(from, to);
  return (
    <div className="card timeline">
      <div className="time-row time-head" aria-hidden="true">
        <span />
        <div className="time-track">
          {marks.filter((time) => at(time) < 95).map((time) => <span key={time} className="time-label small muted num" style={{ left: `${at(time)}%` }}>{dayName.format(time)}</span>)}
        </div>
      </div>
      <ul className="plain-list" aria-label="Timeline">
        {rows.map(({ experiment, range: [start, end] }) => {
          const { label, tone } = adviceOf(experiment.advice, experiment);
          return (
            <li key={experiment.id} className="time-row" data-in={`/items/id=${experiment.id}`}>
              <span className="time-name">
                <Link to={`/experiments/${experiment.id}`} className="strong">{experiment.name}</Link>{' '}
                <Badge tone={tone}>{experiment.advice?.days_left != null && experiment.advice.kind === 'running' ? <span data-at="^advice/days_left">{label}</span> : label}</Badge>
              </span>
              <div className="time-track" role="img" aria-label={`${experiment.status}, ${spanWords(experiment)}; ${stretches(experiment, start, end).map((one) => one.text).join('; ')}`}>
                {marks.map((time) => <i key={time} className="time-tick" style={{ left: `${at(time)}%` }} />)}
                {stretches(experiment, start, end).map((one) => (
                  <span key={one.from} className="time-bar" data-status={experiment.status} data-pale={one.coverage < 60} title={`${one.text}\n${when(iso(one.from))} to ${when(iso(one.to))}`}
                    style={{ left: `${at(one.from)}%`, width: `calc(${at(one.to) - at(one.from)}% - 1px)` }}>
                    {at(one.to) - at(one.from) > 6 && <span className="small num" data-at={one.place}>{number(one.coverage, 0)} %</span>}
                  </span>
                ))}
                <i className="time-now" style={{ left: `${at(Date.now())}%` }} />
              </div>
            </li>
          );
        })}
      </ul>
      <p className="muted small" style={{ margin: '10px 0 0' }}>A bar is a phase, with the share of units that take part; a gap is where the design changed. The dashed line is now. {experiments.length > rows.length ? `${experiments.length - rows.length} more ${experiments.length - rows.length === 1 ? 'has' : 'have'} not started.` : ''}</p>
    </div>
  );
}
