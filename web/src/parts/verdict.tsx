// What to do now, in one sentence with its reasons; health; exposures against the plan.
import type { Experiment, Health, Results } from '../api/types';
import { Link } from '../app/router';
import { capital, count, pValue, share } from '../lib/format';
import { exposures, urgentFindings, verdictOf } from '../lib/results';
import { Badge, Hint, Note } from './basic';

export function Verdict({ experiment, results }: { experiment: Experiment; results: Results | undefined }) {
  const { tone, sentence, reasons, label } = verdictOf(experiment, results);
  if (!sentence) return null;
  return (
    <section className="verdict" data-tone={tone} aria-label="Verdict">
      <div className="grow">
        <div className="row" style={{ marginBottom: 4 }}>
          {label && <Badge tone={tone}>{results?.verdict?.verdict === 'keep_running' && results.verdict.days_left != null && /\d/.test(label) ? <span data-at="^/verdict/days_left">{label}</span> : label}</Badge>}
        </div>
        <div className="say">{sentence}</div>
        {reasons.length > 0 && (
          <ul>
            {reasons.map((reason) => (
              <li key={reason}>{capital(reason)}</li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

const words = (name: string): string => name.replaceAll('_', ' ');

/** Chips for every check, and in full what needs attention. */
export function HealthStrip({ health, byPhase }: { health: Health | null | undefined; byPhase?: string }) {
  if (!health) return null;
  const findings = health.findings ?? [];
  const ratio = health.sample_ratio;
  const urgent = urgentFindings(health);
  const notes = findings.filter((finding) => finding.severity === 'note');
  const ratioFound = findings.some((finding) => finding.name.startsWith('sample_ratio'));
  return (
    <section aria-label="Health checks" className="stack">
      <div className="strip">
        {ratio && !ratioFound && (
          <Badge><span className="dot" data-tone={ratio.alarm ? 'bad' : 'good'} /><Hint tip={<>Whether the units are split as planned: chi-square test, p <span data-at="/health/sample_ratio/p_value">{pValue(ratio.p_value)}</span>. Below 0.001 the split is broken.</>}>sample ratio</Hint></Badge>
        )}
        <Badge><span className="dot" data-tone={(health.crossovers ?? 0) > 0 ? 'warn' : 'good'} /><Hint tip="Units that met two variants; they are left out."><span data-at="/health/crossovers">{count(health.crossovers ?? 0)} crossovers</span></Hint></Badge>
        {(health.facts_behind ?? 0) > 0 && <Badge><span className="dot" /><Hint tip="Exposures and events that have arrived and are not in these numbers yet."><span data-at="/health/facts_behind">{count(health.facts_behind)} on their way</span></Hint></Badge>}
        {[...new Set(notes.map((finding) => finding.name))].map((name) => {
          const own = notes.filter((finding) => finding.name === name);
          return (
            <Badge key={name}><span className="dot" /><Hint tip={<>{own.map((finding, i) => <div key={i}>{capital(finding.message)}.</div>)}{own[0]?.next_step && <div>Next: {own[0].next_step}.</div>}</>}>{own.length > 1 ? `${own.length} × ` : ''}{words(name)}</Hint></Badge>
          );
        })}
        {urgent.length === 0 && <Badge><span className="dot" data-tone="good" />no check failed</Badge>}
      </div>
      {urgent.map((finding, i) => (
        <Note key={`${finding.name}${i}`} tone={finding.severity === 'alarm' ? 'bad' : 'warn'} title={<>{capital(words(finding.name))}{finding.metric ? `: ${finding.metric}` : ''}</>}>
          {capital(finding.message)}. {finding.next_step && <span className="muted">{finding.next_step}.</span>}
          {finding.name === 'design_changed' && byPhase && <> <Link to={byPhase}>Every metric by phase</Link></>}
        </Note>
      ))}
    </section>
  );
}

export function Exposures({ experiment, results }: { experiment: Experiment; results: Results }) {
  const arms = exposures(experiment, results);
  const total = arms.reduce((sum, arm) => sum + arm.units, 0);
  const widest = Math.max(...arms.map((arm) => Math.max(arm.planned, total ? arm.units / total : 0)), 0.01);
  const needed = experiment.success_metrics.minimum_sample_size;
  const all = arms.map((arm) => `/health/sample_ratio/variants/variant=${arm.variant}/units`).join('+');
  return (
    <div className="arms">
      {arms.map((arm) => {
        const got = total ? arm.units / total : 0;
        const place = `/health/sample_ratio/variants/variant=${arm.variant}`;
        return (
          <div className="arm" key={arm.variant}>
            <span className="clip strong" title={arm.variant}>{arm.variant}</span>
            <div className="track" role="img" aria-label={`${share(arm.units, total)} of units, planned ${share(arm.planned, 1)}`} data-label-at={`${place}/units%${all} ${place}/weight%${all.replaceAll('/units', '/weight')}`}>
              <div className="fill" style={{ width: `${(100 * got) / widest}%` }} />
              <div className="plan" style={{ left: `calc(${(100 * arm.planned) / widest}% - 1px)` }} />
            </div>
            <span className="num small">
              <Hint tip={<><span data-at={`${place}/units ${all}`}>{count(arm.units)} of {count(total)}</span> units with an exposure are in {arm.variant}. The black line is the planned share.</>}>
                <span data-at={`/health/sample_ratio/variants/variant=${arm.variant}/units`}>{count(arm.units)}</span>
              </Hint>{' '}
              <span className="muted"><span data-at={`/health/sample_ratio/variants/variant=${arm.variant}/units%${all}`}>{share(arm.units, total)}</span> (plan <span data-at={`/health/sample_ratio/variants/variant=${arm.variant}/weight%${all.replaceAll('/units', '/weight')}`}>{share(arm.planned, 1)}</span>)</span>
            </span>
          </div>
        );
      })}
      <div className="muted small">
        <span data-at={all}>{count(total)} units exposed</span>{needed ? <>, <span data-from={`/experiments/${experiment.id}`} data-at="success_metrics/minimum_sample_size">{count(needed)} planned</span> (<span data-at={total > needed ? '100' : `${all}%success_metrics/minimum_sample_size@/experiments/${experiment.id}`}>{share(Math.min(total, needed), needed)}</span>)</> : ''}
      </div>
    </div>
  );
}
