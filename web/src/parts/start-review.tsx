// What a start will do, in words: read once more before users see it.
import type { ReactNode } from 'react';
import { useMetrics } from '../api/queries';
import type { Experiment } from '../api/types';
import { readConditions, saysNothing, sentence } from '../lib/conditions';
import { count, days, when } from '../lib/format';
import { layersOf } from '../lib/results';
import { Note } from './basic';
import { useChecklist } from './checklist';
import { useMeasured } from './planner';
import { splitPlaces, splitSentence } from './split-bar';

function audience({ targeting_rules: rules }: Experiment): string {
  const conditions = readConditions(rules?.user_attributes);
  const parts = [
    rules?.include_segments?.length ? `in ${rules.include_segments.join(' or ')}` : '',
    rules?.exclude_segments?.length ? `not in ${rules.exclude_segments.join(', ')}` : '',
    conditions && !saysNothing(conditions) ? sentence(conditions) : '',
  ].filter(Boolean);
  return parts.length > 0 ? parts.join('; ') : 'everybody who asks';
}

export default function StartReview({ experiment }: { experiment: Experiment }) {
  const metrics = useMetrics([experiment.success_metrics.primary_metric]);
  const items = useChecklist(experiment, experiment, metrics);
  const { success_metrics: decides, metric_settings: settings } = experiment;
  const measured = useMeasured(decides.primary_metric, experiment.id);
  const size = decides.minimum_sample_size ?? 0;
  const perDay = measured?.perDay ? (measured.perDay * experiment.coverage) / 100 : null;
  const open = items.filter((item) => item.done === false);
  const direction = settings?.[decides.primary_metric]?.direction ?? metrics.get(decides.primary_metric)?.direction ?? 'increase';
  const guards = (decides.guardrail_metrics ?? []).map((name) => `${name}${settings?.[name]?.margin != null ? ` (at most ${settings[name].margin} % worse)` : ''}`);
  const layers = layersOf(experiment);
  const facts: [string, ReactNode, string?][] = [
    ['Split', splitSentence(experiment.traffic_allocation, experiment.coverage), splitPlaces(experiment.traffic_allocation, experiment.coverage)],
    ['Who takes part', `${audience(experiment)}${layers.length > 0 ? `, within ${layers.join(', ')}` : ''}`],
    ['What decides', `${decides.primary_metric} should ${direction}`],
    ['What must not break', guards.join(', ') || 'nothing is watched'],
    ['Size', size > 0 ? <><span data-at="success_metrics/minimum_sample_size">{count(size)}</span> units{perDay && <>, about <span data-at={`^success_metrics/minimum_sample_size*${1 / perDay}`}>{days(size / perDay)}</span> at current traffic</>}</> : 'not planned: every look is judged by the wider interval'],
    ...(experiment.end_date ? [['Ends', when(experiment.end_date)] as [string, ReactNode]] : []),
  ];
  return (
    <>
      <dl className="facts" data-from={`/experiments/${experiment.id}`}>{facts.map(([name, text, at]) => <div key={name} style={{ display: 'contents' }}><dt>{name}</dt><dd className="wrap" data-at={at}>{text}</dd></div>)}</dl>
      {open.length > 0 && (
        <Note tone="warn" title={open.length === 1 ? 'One thing is open' : `${open.length} things are open`}>
          <ul className="plain">{open.map((item) => <li key={item.text}>{item.text}: {item.open}</li>)}</ul>
        </Note>
      )}
    </>
  );
}
