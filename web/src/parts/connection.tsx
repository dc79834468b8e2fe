// A running experiment without numbers: which of the things that it needs has arrived, and which has not.
import { address } from '../api/client';
import { useGet, useList } from '../api/queries';
import type { Experiment, Flag, Metric, Page, Results } from '../api/types';
import { Link } from '../app/router';
import { namesIn } from '../lib/event-names';
import { Card } from './basic';
import { flagsOf } from './checklist';
import { Step, Steps } from './waiting';

const EVERY_MS = 3_000;

export default function Connection({ experiment, results, metric }: { experiment: Experiment; results: Results | undefined; metric: Metric | undefined }) {
  const assigned = useGet<Page<unknown>>(`/experiments/${experiment.id}/assignments`, { limit: 1 }, EVERY_MS);
  const names = useList<{ name: string }>('/events/names', {}, EVERY_MS);
  const flags = useList<Flag>('/flags', { limit: 500 });
  const used = flagsOf(flags.data?.items ?? [], experiment);
  const needed = names.data && metric ? namesIn(metric.calculation, names.data.items.map((one) => one.name)) : [];
  const units = results?.health?.units ?? 0;
  return (
    <Card title="Waiting for data">
      <Steps label="What it waits for">
        <Step done={assigned.data ? assigned.data.items.length > 0 : undefined} live title="A user asks for a variant" waits="waiting for the first user…">
          {used.length > 0 ? <>Programs ask for {used.map((flag, i) => <span key={flag.key}>{i > 0 && ', '}<Link to={`/flags/${encodeURIComponent(flag.key)}?tab=code`}>{flag.key}</Link></span>)}: its page has the code.</>
            : <>No flag serves this experiment: add a rule to one, or ask with <code className="mono wrap">{`POST ${address('/api/v1/assignments')} {"experiment_id":"${experiment.name}","user_id":"…"}`}</code></>}
        </Step>
        <Step done={units > 0} live title="The exposure is counted" waits="waiting…">It follows the first variant within seconds.</Step>
        <Step done={names.data ? needed.length > 0 : undefined} live title={<>Events for <Link to={`/metrics/${encodeURIComponent(experiment.success_metrics.primary_metric)}`}>{experiment.success_metrics.primary_metric}</Link></>} waits="no such event has arrived yet…">
          {metric && <>Its calculation is <code className="mono wrap">{metric.calculation}</code>.</>} <Link to="/events">What arrives</Link>
        </Step>
      </Steps>
    </Card>
  );
}
