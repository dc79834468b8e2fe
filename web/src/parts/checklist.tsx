// What a draft should have before it starts: it ticks itself, from the draft and from what arrives.
import { useList } from '../api/queries';
import type { Experiment, Flag, Metric } from '../api/types';
import { namesIn } from '../lib/event-names';
import { useTaken } from './reach';

export interface Item {
  /** Undefined: not known yet. */
  done: boolean | undefined;
  text: string;
  /** Said when it is open. */
  open: string;
  /** The card on which it is mended, by its title. */
  card: string;
}

interface Rule {
  experiment?: string;
}

/** Flags whose rules, or whose old field, serve the experiment. */
export function flagsOf(flags: Flag[], experiment: Experiment): Flag[] {
  const is = (rule: Rule) => rule.experiment === experiment.name || rule.experiment === experiment.id;
  return flags.filter((flag) => flag.experiment_id === experiment.id || ((flag.rules ?? []) as Rule[]).some(is));
}

export function useChecklist(stored: Experiment, value: Experiment, metrics: Map<string, Metric>): Item[] {
  const { success_metrics: decides, targeting_rules, coverage, layer } = value;
  const names = useList<{ name: string }>('/events/names', {}, 10_000);
  const flags = useList<Flag>('/flags', { limit: 500 });
  const taking = useTaken(stored, { targeting_rules, coverage, layer: layer ?? null });
  const sum = Object.values(value.traffic_allocation).reduce((a, b) => a + b, 0);
  const metric = metrics.get(decides.primary_metric);
  const arrived = names.data && metric ? namesIn(metric.calculation, names.data.items.map((one) => one.name)).length > 0 : undefined;
  const served = flags.data ? flagsOf(flags.data.items, stored).length > 0 : undefined;
  return [
    { done: Boolean(value.hypothesis || value.description), text: 'It says what it is for', open: 'write the hypothesis', card: 'What and why' },
    { done: value.variants.length >= 2, text: 'It has at least two variants', open: 'add one', card: 'Variants and split' },
    { done: Math.abs(sum - 100) < 1e-9, text: 'The split adds up to 100 %', open: 'mend the split', card: 'Variants and split' },
    { done: taking.contexts ? taking.taken > 0 : undefined, text: 'Recent users would take part', open: 'nobody of them would', card: 'Who takes part' },
    { done: Boolean(decides.primary_metric), text: 'One metric decides it', open: 'choose it', card: 'What decides' },
    { done: arrived, text: 'Events of that metric arrive', open: 'none has arrived', card: 'What decides' },
    { done: (decides.guardrail_metrics ?? []).length > 0, text: 'A guardrail watches what must not break', open: 'choose one', card: 'What decides' },
    { done: (decides.minimum_sample_size ?? 0) > 0, text: 'Its size is planned', open: 'plan it', card: 'What decides' },
    { done: served, text: 'A flag serves it', open: 'or code asks for assignments', card: 'In code' },
  ];
}

function show(card: string) {
  const found = [...document.querySelectorAll('main section')].find((one) => one.getAttribute('aria-label') === card);
  found?.scrollIntoView({ behavior: 'smooth', block: 'start' });
  found?.querySelector<HTMLElement>('input, textarea, button')?.focus({ preventScroll: true });
}

export function Checklist({ items }: { items: Item[] }) {
  return (
    <ul className="checklist">
      {items.map(({ done, text, open, card }) => (
        <li key={text}>
          <span className={done ? 'good' : 'muted'} aria-hidden="true">{done ? '✓' : done === undefined ? '·' : '○'}</span>
          <span>{text}{done === false && <span className="muted">: <button type="button" className="plain-link" onClick={() => show(card)}>{open}</button></span>}{done === undefined && <span className="muted">: not known yet</span>}</span>
        </li>
      ))}
    </ul>
  );
}
