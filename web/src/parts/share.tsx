// Passing results on: a link to what is seen, the table for documents, a spreadsheet, a report.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { readText, type ApiError } from '../api/client';
import type { Experiment, Metric, ResultRow } from '../api/types';
import { copyAs, saveAs, tableTexts } from '../lib/file';
import { interval, intervalPercent, metricValue, pValue, seOf, signedPercent } from '../lib/format';
import { effectsByRole, type Effect } from '../lib/results';
import { ErrorNote, say } from './basic';

function cellsOf({ row, control, metric, role, lift, fixed, anytime, adjustedP, direction }: Effect): string[] {
  const mean = (one: ResultRow | undefined) => (one ? metricValue(one.mean_value, metric, interval(one.confidence_interval)) : '–');
  return [
    row.metric_name, role, `should ${direction}`, row.variant, mean(control), mean(row), signedPercent(lift, seOf(fixed ?? anytime)),
    intervalPercent(anytime ?? fixed), pValue(adjustedP ?? row.p_value),
  ];
}

const HEAD = ['Metric', 'Role', 'Wanted', 'Variant', 'Control', 'Value', 'Change', 'Interval', 'p-value'];

export function Share({ experiment, metrics, rows, isPart, warning }: { experiment: Experiment; metrics: Map<string, Metric>; rows: ResultRow[]; isPart: boolean; warning?: string }) {
  const [failed, setFailed] = useState<ApiError | null>(null);
  const path = `/experiments/${experiment.id}/results`;
  const told = (done: boolean, what: string) => say(done ? `${what} is copied.` : 'The browser does not allow copying here.');
  function copyTable() {
    const cells = effectsByRole(experiment, metrics, rows).flatMap((group) => group.effects.map(cellsOf));
    const { html, plain } = tableTexts([HEAD, ...cells]);
    const before = warning ? `${experiment.name}: ${warning}` : experiment.name;
    told(copyAs({ 'text/html': `<p>${before.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`)}</p>${html}`, 'text/plain': `${before}\n${plain}` }), 'The table');
  }
  async function save(format: string) {
    setFailed(null);
    try {
      saveAs(await readText(path, { format }, '*/*'), `${experiment.name.replace(/[^\w.-]+/g, '-')}.${format}`);
    } catch (cause) {
      setFailed(cause as ApiError);
    }
  }
  const act = (text: string, run: () => void) => <Button size="compact-xs" variant="default" onClick={run}>{text}</Button>;
  return (
    <div className="row share" role="group" aria-label="Pass it on">
      <span className="muted small">Pass it on:</span>
      {act('Copy link', () => told(copyAs({ 'text/plain': location.href }), 'The link'))}
      {!isPart && act('Copy table', copyTable)}
      {!isPart && act('CSV file', () => void save('csv'))}
      {!isPart && act('Report', () => void save('html'))}
      {act('Print', () => window.print())}
      <ErrorNote error={failed} />
    </div>
  );
}
