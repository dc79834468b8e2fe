// How far the units of each variant come, step by step.
import { count, decimalsFor, interval, number, seOf } from '../lib/format';
import type { IntervalShape } from '../api/types';
import { Hint } from './basic';
import { COLORS } from './split-bar';

export interface FunnelArm {
  variant: string;
  units: number;
  steps: { event: string; units: number; share: number | null; conversion: number | null; conversion_ci: IntervalShape | null }[];
}

function percent(share: number | null, range: ReturnType<typeof interval>): string {
  if (share === null) return '–';
  const se = seOf(range);
  return `${number(100 * share, decimalsFor(se === null ? 1 : 100 * se, 2))} %`;
}

export function Funnel({ arms }: { arms: FunnelArm[] }) {
  const steps = arms[0]?.steps ?? [];
  return (
    <div className="scroll">
      <table className="list">
        <caption hidden>Steps of the funnel by variant</caption>
        <thead><tr><th scope="col">Step</th>{arms.map((arm, i) => <th key={arm.variant} scope="col"><span className="swatch" style={{ background: COLORS[i % COLORS.length] }} />{arm.variant}, <span data-at={`/funnel/variant=${arm.variant}/units`}>{count(arm.units)} units</span></th>)}</tr></thead>
        <tbody>
          {steps.map((step, i) => (
            <tr key={i}>
              <td className="strong" data-at={String(i + 1)}>{i + 1}. {step.event}</td>
              {arms.map((arm, a) => {
                const own = arm.steps[i]!;
                const range = interval(own.conversion_ci);
                return (
                  <td key={arm.variant} data-in={`/funnel/variant=${arm.variant}/steps/${i}`}>
                    <div className="funnel-track"><div className="funnel-fill" style={{ width: `${100 * (own.share ?? 0)}%`, background: COLORS[a % COLORS.length] }} /></div>
                    <span className="small"><span className="num" data-at="units">{count(own.units)}</span> <span className="muted" data-at="share*100">· {percent(own.share, range)} of all · </span>
                      <Hint tip={range ? <>95 % interval <span data-at="conversion_ci/lower*100 conversion_ci/upper*100">{percent(range.lower, range)} to {percent(range.upper, range)}</span></> : 'No interval'}><span data-at="conversion*100">{percent(own.conversion, range)}</span> {i === 0 ? 'of the exposed' : 'of the step before'}</Hint></span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
