// Coverage and split as one stacked bar whose borders can be dragged, or moved with the arrow keys.
import { NumberInput } from '@mantine/core';
import { useRef } from 'react';
import { number } from '../lib/format';

export const COLORS = ['#52606f', '#1f5fd6', '#7b3fb5', '#0b7285', '#a34700', '#5c5f15', '#9c2b6e', '#2b6777'];

const round = (value: number): number => Math.round(value * 100) / 100;
const plain = (value: number): string => number(value, Math.abs(value - Math.round(value)) < 0.005 ? 0 : 2);

/** Where the numbers of a split's sentence stand below an experiment or a phase. */
export function splitPlaces(allocation: Record<string, number>, coverage: number): string {
  return [...Object.keys(allocation).map((name) => `traffic_allocation/${name}*coverage*0.01`), ...(coverage < 100 ? ['100+coverage*-1'] : [])].join(' ');
}

/** "10 % control, 10 % treatment, 80 % untouched" */
export function splitSentence(allocation: Record<string, number>, coverage: number): string {
  const parts = Object.entries(allocation).map(([name, weight]) => `${plain((weight * coverage) / 100)} % ${name}`);
  if (coverage < 100) parts.push(`${plain(100 - coverage)} % untouched`);
  return parts.join(', ');
}

export function SplitBar({ names, allocation, coverage, onChange, disabled, error, fixedCoverage, places }: {
  names: string[];
  allocation: Record<string, number>;
  coverage: number;
  onChange: (allocation: Record<string, number>, coverage: number) => void;
  disabled?: boolean;
  error?: string;
  fixedCoverage?: boolean;
  /** Where its numbers are from, while nothing is changed. */
  places?: string;
}) {
  const bar = useRef<HTMLDivElement>(null);
  const weights = names.map((name) => allocation[name] ?? 0);
  const ends: number[] = [];
  weights.reduce((sum, weight) => {
    ends.push(((sum + weight) * coverage) / 100);
    return sum + weight;
  }, 0);

  function move(index: number, to: number) {
    if (index === names.length - 1) {
      onChange(allocation, Math.max(1, Math.min(100, Math.round(to))));
      return;
    }
    const before = index === 0 ? 0 : weights.slice(0, index).reduce((a, b) => a + b, 0);
    const pair = (weights[index] ?? 0) + (weights[index + 1] ?? 0);
    const own = Math.max(0, Math.min(pair, Math.round((100 * to) / coverage) - before));
    onChange({ ...allocation, [names[index]!]: round(own), [names[index + 1]!]: round(pair - own) }, coverage);
  }
  function drag(index: number, event: React.PointerEvent<HTMLButtonElement>) {
    if (disabled) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const handle = event.currentTarget;
    const follow = (moved: PointerEvent) => {
      const box = bar.current!.getBoundingClientRect();
      move(index, (100 * (moved.clientX - box.left)) / box.width);
    };
    handle.onpointermove = follow;
    handle.onpointerup = () => {
      handle.onpointermove = null;
    };
  }
  return (
    <div className="stack">
      <div className="split-bar" ref={bar}>
        {names.map((name, i) => (
          <div key={name} className="piece" style={{ width: `${((weights[i] ?? 0) * coverage) / 100}%`, background: COLORS[i % COLORS.length] }} title={name}>
            {name}
          </div>
        ))}
        {!disabled && names.slice(0, fixedCoverage ? -1 : undefined).map((name, i) => (
          <button key={name} type="button" role="slider" className="handle" style={{ left: `${Math.min(ends[i] ?? 0, 99.3)}%` }}
            aria-label={i === names.length - 1 ? 'Share of all units in the experiment' : `Border between ${name} and ${names[i + 1]}`}
            aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(ends[i] ?? 0)} aria-valuetext={splitSentence(allocation, coverage)}
            onPointerDown={(event) => drag(i, event)}
            onKeyDown={(event) => {
              const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
              if (!by) return;
              event.preventDefault();
              move(i, (ends[i] ?? 0) + by * Math.max(1, coverage / 100));
            }} />
        ))}
      </div>
      <div aria-live="polite" data-at={places}>{splitSentence(allocation, coverage)}</div>
      {error && <div className="bad small" role="alert">{error}</div>}
      <div className="row">
        {names.map((name) => (
          <NumberInput key={name} label={`${name} %`} size="xs" w={110} min={0} max={100} decimalScale={2} value={allocation[name] ?? 0} disabled={disabled}
            onChange={(next) => onChange({ ...allocation, [name]: Number(next) || 0 }, coverage)} />
        ))}
        {!fixedCoverage && <NumberInput label="of all units %" size="xs" w={120} min={0} max={100} decimalScale={2} value={coverage} disabled={disabled}
          onChange={(next) => onChange(allocation, Number(next) || 0)} />}
      </div>
    </div>
  );
}
