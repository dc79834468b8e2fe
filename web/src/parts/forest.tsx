// Effects on one shared axis: the wide pale bar is the interval that stays valid however often one
// looks, the dark bar inside it the fixed-horizon interval, the ring the estimate.
import type { Interval } from '../lib/format';
import { number } from '../lib/format';

export interface Axis {
  from: number;
  to: number;
  ticks: number[];
}

function tickStep(span: number): number {
  const raw = span / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const leading = raw / power;
  return (leading < 1.5 ? 1 : leading < 3.5 ? 2 : leading < 7.5 ? 5 : 10) * power;
}

/**
 * An axis in percent that holds zero and all intervals, save those more than six times as wide as
 * the middle one: these are cut off with an arrow instead of squeezing the rest.
 */
export function axisFor(intervals: Interval[]): Axis {
  const reach = intervals.map((i) => Math.max(Math.abs(i.lower), Math.abs(i.upper), 1e-9)).sort((a, b) => a - b);
  const middle = reach[Math.floor(reach.length / 2)] ?? 1;
  const limit = Math.max(middle * 6, 0.01);
  let from = 0;
  let to = 0;
  for (const { lower, upper } of intervals) {
    from = Math.min(from, Math.max(lower, -limit));
    to = Math.max(to, Math.min(upper, limit));
  }
  const span = to - from || 1;
  from -= span * 0.04;
  to += span * 0.04;
  const step = tickStep(to - from);
  const ticks: number[] = [];
  for (let i = Math.ceil(from / step); i * step <= to; i++) ticks.push(i * step);
  return { from, to, ticks };
}

const WIDTH = 1000;
const x = (axis: Axis, value: number): number => ((value - axis.from) / (axis.to - axis.from)) * WIDTH;
const clamp = (value: number): number => Math.max(0, Math.min(WIDTH, value));

export function ForestAxis({ axis }: { axis: Axis }) {
  const step = (axis.ticks[1] ?? 1) - (axis.ticks[0] ?? 0);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return (
    <div style={{ position: 'relative', height: 20 }} aria-hidden="true">
      {axis.ticks.map((tick) => {
        const at = x(axis, tick) / 10;
        return at < 3 || at > 97 ? null : (
          <span key={tick} className={`num small ${Math.round(tick / step) % 2 === 0 ? '' : 'only-roomy'}`} style={{ position: 'absolute', left: `${at}%`, transform: 'translateX(-50%)', fontWeight: 400 }}>
            {tick > 0 ? '+' : ''}{number(tick, decimals)} %
          </span>
        );
      })}
    </div>
  );
}

export interface ForestMark {
  estimate: number | null;
  outer: Interval | null;
  inner: Interval | null;
  /** A non-inferiority margin to draw, in the units of the axis. */
  margin?: number | null;
  tone: 'good' | 'bad' | 'plain';
  label: string;
  /** Where the numbers of the label stand in the answer. */
  places?: string;
}

function Bar({ axis, range, y, height, kind }: { axis: Axis; range: Interval; y: number; height: number; kind: string }) {
  const left = clamp(x(axis, range.lower));
  const right = clamp(x(axis, range.upper));
  return <rect className={kind} x={left} y={y} width={Math.max(2, right - left)} height={height} rx={2} />;
}

/** The drawing stretches with its cell, so round things are drawn outside of it as HTML. */
export function ForestRow({ axis, mark }: { axis: Axis; mark: ForestMark }) {
  const widest = mark.outer ?? mark.inner;
  const at = mark.estimate === null ? null : x(axis, mark.estimate);
  return (
    <div style={{ position: 'relative' }} role="img" aria-label={mark.label} data-label-at={mark.places}>
      <svg className="forest" viewBox={`0 0 ${WIDTH} 34`} preserveAspectRatio="none" aria-hidden="true">
        {axis.ticks.map((tick) => (
          <line key={tick} className={Math.abs(tick) < 1e-12 ? 'zero' : 'tick'} x1={x(axis, tick)} x2={x(axis, tick)} y1={0} y2={34} vectorEffect="non-scaling-stroke" />
        ))}
        {mark.margin != null && (
          <line className="margin" x1={clamp(x(axis, mark.margin))} x2={clamp(x(axis, mark.margin))} y1={0} y2={34} vectorEffect="non-scaling-stroke" />
        )}
        <g data-tone={mark.tone}>
          {mark.outer && <Bar axis={axis} range={mark.outer} y={9} height={16} kind="ci-outer" />}
          {mark.inner && <Bar axis={axis} range={mark.inner} y={mark.outer ? 13 : 11} height={mark.outer ? 8 : 12} kind="ci-inner" />}
        </g>
      </svg>
      {at !== null && at >= 0 && at <= WIDTH && (
        <svg className="dot-mark" width={12} height={12} style={{ position: 'absolute', left: `calc(${at / 10}% - 6px)`, top: 11 }} aria-hidden="true">
          <circle className="point" cx={6} cy={6} r={4.5} />
        </svg>
      )}
      {widest && x(axis, widest.lower) < 0 && <span className="small muted" style={{ position: 'absolute', left: 0, top: 7 }} aria-hidden="true">◂</span>}
      {widest && x(axis, widest.upper) > WIDTH && <span className="small muted" style={{ position: 'absolute', right: 0, top: 7 }} aria-hidden="true">▸</span>}
    </div>
  );
}
