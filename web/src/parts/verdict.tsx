// What to do now, in one sentence with its reasons; health; exposures against the plan.
import type { Experiment, Health, ResultRow, Results } from '../api/types';
import { count, pValue, share } from '../lib/format';
import { checkTone, exposures, verdictOf } from '../lib/results';
import { Badge, Hint } from './basic';

export function Verdict({ experiment, results }: { experiment: Experiment; results: Results | undefined }) {
  const { tone, sentence, reasons, label } = verdictOf(experiment, results);
  if (!sentence) return null;
  return (
    <section className="verdict" data-tone={tone} aria-label="Verdict">
      <div className="grow">
        <div className="row" style={{ marginBottom: 4 }}>
          {label && <Badge tone={tone}>{label}</Badge>}
        </div>
        <div className="say">{sentence}</div>
        {reasons.length > 0 && (
          <ul>
            {reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

const words = (name: string): string => name.replaceAll('_', ' ');

export function HealthStrip({ health }: { health: Health | undefined }) {
  const checks = health?.checks ?? [];
  if (checks.length === 0) return null;
  const rank = { bad: 0, warn: 1, plain: 2, accent: 2, good: 3 };
  const sorted = [...checks].sort((a, b) => rank[checkTone(a.status)] - rank[checkTone(b.status)]);
  return (
    <section aria-label="Health checks">
      <div className="strip">
        {sorted.map((check) => {
          const tone = checkTone(check.status);
          return (
            <Badge key={check.name} tone={tone === 'good' ? 'plain' : tone}>
              <span className="dot" data-tone={tone} />
              <Hint tip={<>{check.message ?? `${words(check.name)}: ${check.status}`}{check.p_value != null && ` (p ${pValue(check.p_value)})`}{check.next_step && <><br />Next: {check.next_step}</>}</>}>
                {words(check.name)}{tone === 'bad' ? ': failed' : tone === 'warn' ? ': look' : ''}
              </Hint>
            </Badge>
          );
        })}
      </div>
    </section>
  );
}

export function Exposures({ experiment, rows }: { experiment: Experiment; rows: ResultRow[] }) {
  const arms = exposures(experiment, rows);
  const total = arms.reduce((sum, arm) => sum + arm.units, 0);
  const widest = Math.max(...arms.map((arm) => Math.max(arm.planned, total ? arm.units / total : 0)), 0.01);
  const needed = experiment.success_metrics.minimum_sample_size;
  return (
    <div className="arms">
      {arms.map((arm) => {
        const got = total ? arm.units / total : 0;
        return (
          <div className="arm" key={arm.variant}>
            <span className="clip strong" title={arm.variant}>{arm.variant}</span>
            <div className="track" role="img" aria-label={`${share(arm.units, total)} of units, planned ${share(arm.planned, 1)}`}>
              <div className="fill" style={{ width: `${(100 * got) / widest}%` }} />
              <div className="plan" style={{ left: `calc(${(100 * arm.planned) / widest}% - 1px)` }} />
            </div>
            <span className="num small">
              <Hint tip={`${count(arm.units)} of ${count(total)} units with an exposure are in ${arm.variant}. The black line is the planned share.`}>
                {count(arm.units)}
              </Hint>{' '}
              <span className="muted">{share(arm.units, total)} (plan {share(arm.planned, 1)})</span>
            </span>
          </div>
        );
      })}
      <div className="muted small">
        {count(total)} units exposed{needed ? `, ${count(needed)} planned (${share(Math.min(total, needed), needed)})` : ''}
      </div>
    </div>
  );
}
