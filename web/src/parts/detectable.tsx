// What a metric can show at the traffic there is, by weeks.
import { useQueries } from '@tanstack/react-query';
import type { Metric } from '../api/types';
import { calcQuery, num } from '../lib/calc';
import { count, metricValue, number } from '../lib/format';
import { Link } from '../app/router';
import { Hint } from './basic';
import { useMeasured } from './planner';

const WEEKS = [1, 2, 4, 8];

export function Detectable({ metric }: { metric: Metric }) {
  const measured = useMeasured(metric.name, '');
  const perDay = measured?.perDay ?? null;
  const wanted = measured && perDay ? WEEKS.map((weeks) => {
    const n = Math.floor((perDay * 7 * weeks) / 2);
    return { metric: measured.isRate ? 'binary' : 'mean', mean: measured.mean, var: measured.sd ** 2, n_c: n, n_t: n, alpha: 0.05, power: 0.8 };
  }) : [];
  const answers = useQueries({ queries: wanted.map((input) => calcQuery('mde', input)) });
  if (!measured) return <p className="muted small">No running experiment has measured it yet. <Link to="/calculator?tab=detectable">The calculator</Link> answers for numbers you give.</p>;
  return (
    <>
      <dl className="facts">
        {wanted.map((input, i) => {
          const share = num(answers[i]?.data, measured.isRate ? 'mde_rel_pooled' : 'mde_rel');
          return (
            <div key={WEEKS[i]} style={{ display: 'contents' }}>
              <dt>{`${WEEKS[i]} week${WEEKS[i] === 1 ? '' : 's'}`}</dt>
              <dd className="num"><span data-from={`POST /calc/mde ${JSON.stringify(input)}`} data-at={`${measured.isRate ? 'mde_rel_pooled' : 'mde_rel'}*100`}>{answers[i]?.isPending ? '…' : share === null ? 'nothing' : `${number(100 * share, share < 0.1 ? 1 : 0)} %`}</span> <span className="muted small">with <span data-from={measured.asked} data-at={`${measured.perDayPlace}*${7 * WEEKS[i]!}`}>{count(perDay! * 7 * WEEKS[i]!)}</span> units</span></dd>
            </div>
          );
        })}
      </dl>
      <Hint tip="80 % power at 5 % significance, two-sided, two variants of equal size; the same as gosset calc mde." className="small muted">
        From the control of {measured.from}: <span data-from={measured.asked} data-in={measured.place} data-at={metric.type === 'Rate' ? 'mean_value*100' : 'mean_value'}>{metricValue(measured.mean, metric)}</span>{perDay !== null && <>, <span data-from={measured.asked} data-at={measured.perDayPlace}>{count(perDay)}</span> units a day</>}.
      </Hint>
    </>
  );
}
