// Live rates from the counters that the server exposes for Prometheus.
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { address } from '../api/client';
import { number } from '../lib/format';
import { Hint } from './basic';

/** Sums of the counters and gauges by name, labels left out. */
export function readMetrics(text: string): Map<string, number> {
  const out = new Map<string, number>();
  for (const line of text.split('\n')) {
    const found = /^([a-zA-Z_:][\w:]*)(?:\{[^}]*\})? ([^ ]+)/.exec(line);
    if (found?.[1]) out.set(found[1], (out.get(found[1]) ?? 0) + Number(found[2]));
  }
  return out;
}

export function useCounters(everyMs = 3_000) {
  return useQuery({
    queryKey: ['system', 'metrics'],
    queryFn: async ({ signal }) => {
      const response = await fetch(address('/metrics'), { signal });
      if (!response.ok) throw new Error(`metrics: ${response.status}`);
      return { at: Date.now(), values: readMetrics(await response.text()) };
    },
    refetchInterval: everyMs,
    retry: false,
  });
}

const RATES: [string, string, string][] = [
  ['gosset_decisions_total', 'decisions/s', 'Flags and experiments decided per second, over the last seconds.'],
  ['gosset_events_accepted_total', 'events/s', 'Events made durable per second, over the last seconds.'],
  ['gosset_assignments_created_total', 'new assignments/s', 'Units that got a variant for the first time, per second.'],
];

export function SystemStrip() {
  const counters = useCounters();
  const before = useRef<{ at: number; values: Map<string, number> } | null>(null);
  const rates = useRef(new Map<string, number>());
  const now = counters.data;
  if (now && now.at !== before.current?.at) {
    const old = before.current;
    if (old && now.at > old.at)
      for (const [name] of RATES) rates.current.set(name, Math.max(0, ((now.values.get(name) ?? 0) - (old.values.get(name) ?? 0)) / ((now.at - old.at) / 1000)));
    before.current = now;
  }
  if (!now) return null;
  return (
    <div className="strip" aria-label="Live rates">
      {RATES.map(([name, word, tip]) => {
        const rate = rates.current.get(name);
        return (
          <span className="badge" key={name}>
            <Hint tip={<>{tip}<br />{`${number(now.values.get(name) ?? 0)} since the server started.`}</>}>
              <span className="num">{`${rate === undefined ? '…' : number(rate, rate < 10 ? 1 : 0)} ${word}`}</span>
            </Hint>
          </span>
        );
      })}
    </div>
  );
}
