// Planning and judging without an experiment; every number is computed by the server's methods.
import { NumberInput, SegmentedControl, Tabs, TextInput } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { Suspense, lazy, useState, type ReactNode } from 'react';
import { useQueryValue } from '../app/router';
import { calcQuery, num, sizeInput, useCalc, type CalcRow } from '../lib/calc';
import { axisFor, ForestAxis, ForestRow } from '../parts/forest';
import { count, days, intervalPercent, number, pValue, signedPercent, seOf, type Interval } from '../lib/format';
import { Card, ErrorNote, Hint, Page, Rows, useSettled } from '../parts/basic';
import { TabStrip } from '../parts/tab-strip';

const PowerCurve = lazy(() => import('../parts/power-curve'));

function Field({ label, value, onChange, suffix, min = 0, max, decimals = 4, hint }: { label: string; value: number; onChange: (value: number) => void; suffix?: string; min?: number; max?: number; decimals?: number; hint?: string }) {
  return <NumberInput label={label} description={hint} value={value} suffix={suffix} min={min} max={max} decimalScale={decimals} thousandSeparator="," w={190} onChange={(next) => next !== '' && onChange(Number(next))} />;
}

function Answer({ children, from }: { children: ReactNode; from?: string }) {
  return <div data-from={from} style={{ fontSize: 18 }} className="strong" aria-live="polite">{children}</div>;
}

const EFFECTS = [0.5, 0.7, 1, 1.4, 2, 2.8, 4];

function Size() {
  const [kind, setKind] = useState('rate');
  const [rate, setRate] = useState(10);
  const [mean, setMean] = useState(25);
  const [sd, setSd] = useState(60);
  const [effect, setEffect] = useState(5);
  const [alpha, setAlpha] = useState(5);
  const [power, setPower] = useState(80);
  const [perDay, setPerDay] = useState(2000);
  const baseline = kind === 'rate' ? { isRate: true, mean: rate / 100, sd: 0 } : { isRate: false, mean, sd };
  const at = (percent: number) => (alpha > 0 && power > alpha ? sizeInput(baseline, percent, alpha / 100, power / 100) : null);
  const perArm = (row: CalcRow | undefined) => num(row, 'n_c');
  const now = at(effect);
  const answer = useCalc(now?.method ?? 'size_mean', now?.input ?? null);
  const n = perArm(answer.data);
  const settled = useSettled(JSON.stringify([kind, rate, mean, sd, effect, alpha, power]));
  const wanted = EFFECTS.flatMap((times) => {
    const size = settled ? at(effect * times) : null;
    return size ? [{ ...size, effect: effect * times }] : [];
  });
  const curve = useQueries({ queries: wanted.map((one) => calcQuery(one.method, one.input)) });
  const points = curve.flatMap((one, i) => {
    const units = perArm(one.data);
    return units === null ? [] : [{ effect: wanted[i]!.effect, units: 2 * units, days: perDay > 0 ? (2 * units) / perDay : null, asked: wanted[i]!, arms: 2 }];
  });
  return (
    <div className="split">
      <Card title="How many units does it take?">
        <div className="stack">
          <SegmentedControl aria-label="Kind of metric" value={kind} onChange={setKind} transitionDuration={0} data={[{ value: 'rate', label: 'A rate' }, { value: 'mean', label: 'A mean' }]} />
          <div className="fields">
            {kind === 'rate' ? <Field label="Rate of control" suffix=" %" value={rate} onChange={setRate} max={100} /> : <><Field label="Mean of control" value={mean} onChange={setMean} min={-1e12} /><Field label="Standard deviation" value={sd} onChange={setSd} /></>}
            <Field label="Change to detect" hint="relative to control" suffix=" %" value={effect} onChange={setEffect} />
          </div>
          <div className="fields">
            <Field label="Significance level" suffix=" %" value={alpha} onChange={setAlpha} max={50} />
            <Field label="Power" suffix=" %" value={power} onChange={setPower} max={99.9} />
            <Field label="Units per day" hint="all variants" value={perDay} onChange={setPerDay} decimals={0} />
          </div>
          {answer.error ? <ErrorNote error={answer.error} /> : n === null || !now ? <p className="muted">{now ? '…' : 'Fill in the fields above.'}</p> : (
            <Answer from={`POST /calc/${now.method} ${JSON.stringify(now.input)}`}>
              <Hint tip={kind === 'rate' ? 'Pooled score test, two-sided; the same as gosset calc size_prop.' : 'Two-sided test of means; the same as gosset calc size_mean.'}><span data-at="n_c">{count(n)} units per variant</span></Hint>
              {perDay > 0 && <>, <span data-at={`n_c+n_c ^n_c*${2 / perDay}`}>{count(2 * n)} in two variants: about {days((2 * n) / perDay)}</span>.</>}
            </Answer>
          )}
        </div>
      </Card>
      <Card title="Smaller changes take longer">
        {points.length > 2 ? <Suspense fallback={<Rows count={1} height={200} />}><PowerCurve points={points} chosen={effect} /></Suspense> : <p className="muted">The curve appears with the answer.</p>}
      </Card>
    </div>
  );
}

function Detectable() {
  const [kind, setKind] = useState('rate');
  const [rate, setRate] = useState(10);
  const [mean, setMean] = useState(25);
  const [sd, setSd] = useState(60);
  const [units, setUnits] = useState(20000);
  const [alpha, setAlpha] = useState(5);
  const [power, setPower] = useState(80);
  const isRate = kind === 'rate';
  const ok = units > 3 && alpha > 0 && power > alpha && (isRate ? rate > 0 && rate < 100 : sd > 0);
  const n = Math.floor(units / 2);
  const input = { metric: isRate ? 'binary' : 'mean', mean: isRate ? rate / 100 : mean, var: isRate ? (rate / 100) * (1 - rate / 100) : sd ** 2, n_c: n, n_t: n, alpha: alpha / 100, power: power / 100 };
  const answer = useCalc('mde', ok ? input : null);
  const share = num(answer.data, isRate ? 'mde_rel_pooled' : 'mde_rel');
  const to = num(answer.data, 'p2_pooled');
  const absolute = num(answer.data, 'mde_abs');
  return (
    <Card title="What can so many units show?">
      <div className="stack">
        <SegmentedControl aria-label="Kind of metric" value={kind} onChange={setKind} transitionDuration={0} data={[{ value: 'rate', label: 'A rate' }, { value: 'mean', label: 'A mean' }]} />
        <div className="fields">
          {isRate ? <Field label="Rate of control" suffix=" %" value={rate} onChange={setRate} max={100} /> : <><Field label="Mean of control" value={mean} onChange={setMean} min={-1e12} /><Field label="Standard deviation" value={sd} onChange={setSd} /></>}
          <Field label="Units" hint="in two variants together" value={units} onChange={setUnits} decimals={0} />
        </div>
        <div className="fields">
          <Field label="Significance level" suffix=" %" value={alpha} onChange={setAlpha} max={50} />
          <Field label="Power" suffix=" %" value={power} onChange={setPower} max={99.9} />
        </div>
        {answer.error ? <ErrorNote error={answer.error} /> : share === null ? <p className="muted">{ok ? 'No change can be told with so few units, or the mean is 0.' : 'Fill in the fields above.'}</p> : (
          <Answer from={`POST /calc/mde ${JSON.stringify(input)}`}>
            <Hint tip="Two-sided, equal shares; the same as gosset calc mde."><span data-at={isRate ? 'mde_rel_pooled*100' : 'mde_rel*100'}>A change of {number(100 * share, share < 0.1 ? 2 : 1)} %</span></Hint>
            {isRate && to !== null ? <> or more: {`from ${number(rate, 2)} %`} to <span data-at="p2_pooled*100">{number(100 * to, 2)} %</span>.</> : absolute !== null && <> or more, that is <span data-at="mde_abs">{number(absolute, absolute < 1 ? 3 : 2)}</span>.</>}
          </Answer>
        )}
      </div>
    </Card>
  );
}

function Effect({ answer, method, from }: { answer: CalcRow; method: string; from: string }) {
  const share = num(answer, 'lift');
  const low = num(answer, 'lift_low');
  const high = num(answer, 'lift_high');
  const p = num(answer, 'p_value');
  const lift = share === null ? null : 100 * share;
  const range: Interval | null = low !== null && high !== null ? { lower: 100 * low, upper: 100 * high } : null;
  const axis = axisFor(range ? [range] : []);
  const tone = p !== null && p < 0.05 ? ((lift ?? 0) > 0 ? 'good' : 'bad') : 'plain';
  return (
    <div className="stack">
      <Answer from={from}>
        <span className={tone === 'plain' ? '' : tone} data-at="lift*100">{signedPercent(lift, seOf(range))}</span>, 95 % interval <span data-at={range ? 'lift_low*100 lift_high*100' : undefined}>{intervalPercent(range)}</span>, p <span data-at="p_value">{pValue(p)}</span>
      </Answer>
      {range && <div data-from={from}><ForestAxis axis={axis} /><ForestRow axis={axis} mark={{ estimate: lift, outer: null, inner: range, tone, label: `Change ${signedPercent(lift, seOf(range))}`, places: 'lift*100' }} /></div>}
      <p className="muted small">{p !== null && p < 0.05 ? 'Significant at 5 %, if this is the only look.' : 'Not significant at 5 %.'} {method}</p>
    </div>
  );
}

function Rates() {
  const [xc, setXc] = useState(480);
  const [nc, setNc] = useState(5000);
  const [xt, setXt] = useState(540);
  const [nt, setNt] = useState(5000);
  const input = { x_c: xc, n_c: nc, x_t: xt, n_t: nt, alpha: 0.05 };
  const answer = useCalc('proportions', nc > 0 && nt > 0 && xc <= nc && xt <= nt ? input : null);
  return (
    <Card title="Do two rates differ?">
      <div className="stack">
        <div className="fields"><Field label="Control: conversions" value={xc} onChange={setXc} decimals={0} /><Field label="of units" value={nc} onChange={setNc} decimals={0} /><span className="num muted" data-at={`${xc}%${nc}`}>{number((100 * xc) / nc, 2)} %</span></div>
        <div className="fields"><Field label="Treatment: conversions" value={xt} onChange={setXt} decimals={0} /><Field label="of units" value={nt} onChange={setNt} decimals={0} /><span className="num muted" data-at={`${xt}%${nt}`}>{number((100 * xt) / nt, 2)} %</span></div>
        {xc > nc || xt > nt ? <p className="bad">More conversions than units.</p> : answer.error ? <ErrorNote error={answer.error} /> : answer.data && (
          <Effect answer={answer.data} from={`POST /calc/proportions ${JSON.stringify(input)}`} method="Pooled score test with Koopman's interval; the same as gosset calc proportions." />
        )}
      </div>
    </Card>
  );
}

function Means() {
  const [c, setC] = useState({ n: 3400, mean: 41, sd: 120 });
  const [t, setT] = useState({ n: 3460, mean: 47, sd: 125 });
  const ok = c.n > 1 && t.n > 1 && c.sd > 0 && t.sd > 0;
  const input = { n_c: c.n, mean_c: c.mean, var_c: c.sd ** 2, n_t: t.n, mean_t: t.mean, var_t: t.sd ** 2, alpha: 0.05 };
  const answer = useCalc('welch', ok ? input : null);
  const arm = (name: string, value: typeof c, set: (value: typeof c) => void) => (
    <div className="fields"><Field label={`${name}: units`} value={value.n} onChange={(n) => set({ ...value, n })} decimals={0} /><Field label="Mean" value={value.mean} min={-1e12} onChange={(mean) => set({ ...value, mean })} /><Field label="Standard deviation" value={value.sd} onChange={(sd) => set({ ...value, sd })} /></div>
  );
  return (
    <Card title="Do two means differ?">
      <div className="stack">
        {arm('Control', c, setC)}{arm('Treatment', t, setT)}
        {answer.error ? <ErrorNote error={answer.error} /> : answer.data && <Effect answer={answer.data} from={`POST /calc/welch ${JSON.stringify(input)}`} method="Welch's test with Fieller's interval; the same as gosset calc welch and lift_ci." />}
      </div>
    </Card>
  );
}

function Ratio() {
  const [counts, setCounts] = useState('9463, 9681');
  const [weights, setWeights] = useState('50, 50');
  const list = (text: string) => text.split(/[,;\s]+/).filter(Boolean).map(Number);
  const a = list(counts);
  const b = list(weights);
  const total = b.reduce((x, y) => x + y, 0);
  const ok = a.length > 1 && a.length === b.length && total > 0 && [...a, ...b].every((one) => Number.isFinite(one) && one >= 0);
  const answer = useCalc('srm', ok ? { counts: a, weights: b } : null);
  const p = num(answer.data, 'p_value');
  return (
    <Card title="Is the split as planned?">
      <div className="stack">
        <div className="row" style={{ alignItems: 'flex-start' }}>
          <TextInput label="Units per variant" value={counts} onChange={(event) => setCounts(event.currentTarget.value)} />
          <TextInput label="Planned shares" value={weights} error={a.length !== b.length ? 'one share for each variant' : undefined} onChange={(event) => setWeights(event.currentTarget.value)} />
        </div>
        {answer.error ? <ErrorNote error={answer.error} /> : p !== null && (
          <>
            <Answer from={`POST /calc/srm ${JSON.stringify({ counts: a, weights: b })}`}><span className={p < 0.001 ? 'bad' : ''}>{p < 0.001 ? 'The split is broken' : 'The split fits the plan'}</span>, p <span data-at="p_value">{pValue(p)}</span></Answer>
            <p className="muted small">Chi-square test; below 0.001 something removes or adds units of one variant, and no result can be trusted. The same as gosset calc srm.</p>
          </>
        )}
      </div>
    </Card>
  );
}

export default function Calculator() {
  const [tab, setTab] = useQueryValue('tab', 'size');
  return (
    <Page title="Calculator">
      <Tabs value={tab} onChange={(value) => setTab(value ?? 'size')} keepMounted={false}>
        <TabStrip mb="md">
          <Tabs.Tab value="size">Size and duration</Tabs.Tab><Tabs.Tab value="detectable">Detectable change</Tabs.Tab><Tabs.Tab value="rates">Two rates</Tabs.Tab><Tabs.Tab value="means">Two means</Tabs.Tab><Tabs.Tab value="split">Split</Tabs.Tab>
        </TabStrip>
        <Tabs.Panel value="size"><Size /></Tabs.Panel>
        <Tabs.Panel value="detectable"><Detectable /></Tabs.Panel>
        <Tabs.Panel value="rates"><Rates /></Tabs.Panel>
        <Tabs.Panel value="means"><Means /></Tabs.Panel>
        <Tabs.Panel value="split"><Ratio /></Tabs.Panel>
      </Tabs>
    </Page>
  );
}
