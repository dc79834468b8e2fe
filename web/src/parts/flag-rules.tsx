// Ordered rules of a flag as cards: whom, how many of them, what they get. The first that matches
// decides. What a card has no field for stays in the rule and can be edited as JSON.
import { ActionIcon, Button, NumberInput, SegmentedControl, Select, Slider, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useGet } from '../api/queries';
import type { Experiment, Flag, Json, JsonObject } from '../api/types';
import { useQueryValue } from '../app/router';
import { readConditions, saysNothing, sentence } from '../lib/conditions';
import { shown } from '../lib/draft';
import { number } from '../lib/format';
import { progressAt, readProgress } from '../lib/progress';
import { say } from './basic';
import { Conditions } from './conditions';
import { moved, placeAfter, useDragOrder } from './drag-order';
import { JsonField } from './json-field';
import { Match } from './match';
import { Rollout } from './moments';
import { ExperimentPicker, SegmentsPicker } from './pickers';
import { SplitBar } from './split-bar';
import { ValueField } from './value-field';
import { WhenField } from './when-field';

type Rule = JsonObject;
type Serves = 'value' | 'split' | 'experiment' | 'variant';

const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

function servesOf(rule: Rule): Serves {
  return rule.experiment !== undefined ? 'experiment' : rule.split !== undefined ? 'split' : rule.variant !== undefined ? 'variant' : 'value';
}

/** From 0 to 100 % between now and a week from now. */
function growing(): JsonObject {
  const now = Date.now();
  const step = (day: number, percentage: number): JsonObject => ({ at: new Date(now + day * 86_400_000).toISOString(), percentage });
  return { steps: [step(0, 1), step(1, 5), step(3, 25), step(5, 50), step(7, 100)] };
}

/** One line that says what the rule does. */
export function ruleSentence(rule: Rule): string {
  const named = (list: Json | undefined) => (Array.isArray(list) && list.length > 0 ? list.map(shown).join(' or ') : '');
  const tree = readConditions(rule.attributes ?? rule.conditions);
  const where = tree === null ? 'a condition holds' : saysNothing(tree) ? '' : sentence(tree);
  const whom = [named(rule.segments) && `in ${named(rule.segments)}`, named(rule.exclude_segments) && `not in ${named(rule.exclude_segments)}`, where && `where ${where}`].filter(Boolean).join(' ');
  const percentage = typeof rule.percentage === 'number' ? rule.percentage : 100;
  const share = isObject(rule.rollout) ? 'a growing share of ' : percentage < 100 ? `${number(percentage, percentage % 1 ? 2 : 0)} % of ` : '';
  const what = { value: `get ${shown(rule.value)}`, variant: `get variant ${shown(rule.variant)}`, split: 'are split', experiment: `take part in ${shown(rule.experiment)}` }[servesOf(rule)];
  return `${share}${whom ? `users ${whom}` : share ? 'users' : 'all users'} ${what}`;
}

function Serves({ flag, rule, set, at, pointer }: { flag: Flag; rule: Rule; set: (patch: Rule, drop?: string[]) => void; at: (pointer: string) => string | undefined; pointer: string }) {
  const kind = servesOf(rule);
  const variants = isObject(flag.variants) ? Object.keys(flag.variants) : [];
  const chosen = useGet<Experiment>(kind === 'experiment' && rule.experiment ? `/experiments/${encodeURIComponent(String(rule.experiment))}` : null).data;
  const values = isObject(rule.values) ? rule.values : {};
  const split = isObject(rule.split) ? (rule.split as Record<string, number>) : null;
  function choose(next: string) {
    const first: Record<string, Rule> = {
      value: { value: flag.value ?? flag.default_value ?? null },
      variant: { variant: variants[0] ?? '' },
      split: { split: Object.fromEntries(variants.map((name) => [name, Math.round(10_000 / variants.length) / 100])) },
      experiment: { experiment: '' },
    };
    set(first[next] ?? {}, ['value', 'variant', 'split', 'experiment', 'values']);
  }
  return (
    <div className="stack tight">
      <SegmentedControl size="xs" aria-label="What they get" value={kind} onChange={choose} transitionDuration={0} style={{ alignSelf: 'flex-start' }}
        data={[{ value: 'value', label: 'A value' }, ...(variants.length > 0 ? [{ value: 'variant', label: 'A variant' }, { value: 'split', label: 'A split' }] : []), { value: 'experiment', label: 'An experiment' }]} />
      {kind === 'value' && <ValueField label="Value" flag={flag} value={rule.value} error={at(`${pointer}/value`)} onChange={(value) => set({ value })} />}
      {kind === 'variant' && <Select label="Variant" w={220} data={variants} value={String(rule.variant ?? '')} error={at(`${pointer}/variant`)} onChange={(variant) => set({ variant: variant ?? '' })} />}
      {kind === 'split' && split && <SplitBar names={Object.keys(split)} allocation={split} coverage={100} error={at(`${pointer}/split`)} fixedCoverage onChange={(next) => set({ split: next })} />}
      {kind === 'split' && !split && <JsonField label="Split" value={rule.split} error={at(`${pointer}/split`)} onChange={(next) => set({ split: next })} />}
      {kind === 'experiment' && (
        <>
          <ExperimentPicker label="Experiment" value={chosen?.name ?? String(rule.experiment ?? '')} error={at(`${pointer}/experiment`)} onChange={(experiment) => set({ experiment }, ['values'])} />
          {chosen?.variants.map((variant) => (
            <ValueField key={variant.name} label={`Value of ${variant.name}`} flag={flag} value={values[variant.name] ?? null} error={at(`${pointer}/values/${variant.name}`)}
              onChange={(value) => set({ values: { ...values, [variant.name]: value } })} />
          ))}
          {chosen?.variants.some((variant) => values[variant.name] === undefined) && <p className="muted small">A variant without a value here gets what its configuration in the experiment says, else the flag’s own.</p>}
        </>
      )}
    </div>
  );
}

function Card({ flag, rule, pointer, onChange, at }: { flag: Flag; rule: Rule; pointer: string; onChange: (rule: Rule) => void; at: (pointer: string) => string | undefined }) {
  const set = (patch: Rule, drop: string[] = []) => {
    const next: Rule = Object.fromEntries(Object.entries(rule).filter(([name]) => !drop.includes(name)));
    onChange({ ...next, ...patch });
  };
  const put = (name: string, time: string | undefined) => (time ? set({ [name]: time }) : set({}, [name]));
  const member = rule.conditions !== undefined ? 'conditions' : 'attributes';
  const percentage = typeof rule.percentage === 'number' ? rule.percentage : 100;
  return (
    <div className="stack">
      <TextInput label="Name" placeholder="optional" value={typeof rule.name === 'string' ? rule.name : ''} error={at(`${pointer}/name`)} onChange={(event) => (event.currentTarget.value ? set({ name: event.currentTarget.value }) : set({}, ['name']))} />
      <SegmentsPicker label="For users in any of" description="None: everybody." value={Array.isArray(rule.segments) ? rule.segments.map(String) : []} error={at(`${pointer}/segments`)} onChange={(segments) => (segments.length ? set({ segments }) : set({}, ['segments']))} />
      <Conditions label="With these attributes" value={rule[member]} error={(inner) => at(`${pointer}/${member}${inner}`)} onChange={(value) => set({ [member]: value })} />
      <Match targeting={{ segments: rule.segments, exclude_segments: rule.exclude_segments, conditions: rule.conditions, attributes: rule.attributes }} who="match this rule, before its share" />
      {isObject(rule.rollout) ? <Rollout value={rule.rollout} pointer={`${pointer}/rollout`} at={at} onChange={(rollout) => set({ rollout })} /> : (
        <div className="row" style={{ alignItems: 'flex-end' }}>
          <NumberInput label="Share of them" suffix=" %" w={120} min={0} max={100} decimalScale={3} value={percentage} error={at(`${pointer}/percentage`)} onChange={(next) => set({ percentage: Number(next) || 0 })} />
          <Slider className="grow" style={{ minWidth: 140, marginBottom: 12 }} value={percentage} label={null} thumbLabel="Share in percent" onChange={(next) => set({ percentage: next })} />
        </div>
      )}
      <Serves flag={flag} rule={rule} set={set} at={at} pointer={pointer} />
      <div className="row" style={{ alignItems: 'flex-start' }}>
        <WhenField label="From" description="Empty: at once" value={rule.start} error={at(`${pointer}/start`)} onChange={(time) => put('start', time)} />
        <WhenField label="Until" description="Empty: for good" value={rule.end} error={at(`${pointer}/end`)} onChange={(time) => put('end', time)} />
        {isObject(rule.rollout)
          ? <Button size="xs" variant="subtle" mt={42} onClick={() => set({ percentage: Math.round(progressAt(readProgress(rule.rollout), Date.now()) * 1000) / 1000 }, ['rollout'])}>Keep the share of now</Button>
          : <Button size="xs" variant="subtle" mt={42} onClick={() => set({ rollout: growing() }, ['percentage'])}>Grow the share over a week</Button>}
      </div>
    </div>
  );
}

export function FlagRules({ flag, rules, onChange, at }: { flag: Flag; rules: Json[]; onChange: (rules: Json[] | undefined) => void; at: (pointer: string) => string | undefined }) {
  const [open, setOpen] = useState<number | null>(null);
  const [text, setText] = useState(false);
  const put = (index: number, rule: Json) => onChange(rules.map((old, i) => (i === index ? rule : old)));
  function move(from: number, to: number) {
    onChange(moved(rules, from, to));
    setOpen((was) => (was === null ? null : placeAfter(was, from, to)));
    say(`Rule ${from + 1} is rule ${to + 1} now.`);
  }
  const order = useDragOrder(move);
  // What a link asks for, such as that of a warning, is opened and brought into view.
  const [asked] = useQueryValue('rule');
  useEffect(() => {
    const index = Number(asked) - 1;
    if (!asked || !rules[index]) return;
    setOpen(index);
    document.getElementById(`rule-${asked}`)?.scrollIntoView({ block: 'center' });
  }, [asked]);
  function add() {
    setOpen(rules.length);
    onChange([...rules, { segments: [], attributes: {}, percentage: 100, value: flag.value ?? (flag.type === 'Boolean' ? true : (flag.default_value ?? null)) }]);
  }
  return (
    <div className="stack">
      {rules.length > 0 && <h3>Rules, in order: the first that matches decides</h3>}
      {rules.map((rule, i) => {
        const error = at(`/rules/${i}`);
        const isOpen = open === i || error !== undefined;
        return (
          <div className="rule stack tight" key={i} id={`rule-${i + 1}`} {...order.item(i)}>
            <div className="row" style={{ flexWrap: 'nowrap' }}>
              {rules.length > 1 && <span {...order.grip(i)} title="Drag to another place">⠿</span>}
              <span className="badge num" data-at={String(i + 1)}>{i + 1}</span>
              <button type="button" className="rule-name grow wrap" aria-expanded={isOpen} onClick={() => setOpen(open === i ? null : i)}>
                {isObject(rule) ? (typeof rule.name === 'string' && rule.name ? `${rule.name}: ${ruleSentence(rule)}` : ruleSentence(rule)) : 'not a rule'}
              </button>
              <ActionIcon variant="subtle" color="gray" aria-label={`Move rule ${i + 1} up`} disabled={i === 0} onClick={() => move(i, i - 1)}>↑</ActionIcon>
              <ActionIcon variant="subtle" color="gray" aria-label={`Move rule ${i + 1} down`} disabled={i === rules.length - 1} onClick={() => move(i, i + 1)}>↓</ActionIcon>
              <ActionIcon variant="subtle" color="gray" aria-label={`Remove rule ${i + 1}`} onClick={() => onChange(rules.length === 1 ? undefined : rules.filter((_, at) => at !== i))}>✕</ActionIcon>
            </div>
            {isOpen && (
              <>
                {isObject(rule) && !text ? <Card flag={flag} rule={rule} pointer={`/rules/${i}`} at={at} onChange={(next) => put(i, next)} />
                  : <JsonField label={`Rule ${i + 1}`} value={rule} rows={4} onChange={(next) => put(i, next)} />}
                {error && <div className="bad small" role="alert">{error}</div>}
                <div><Button size="compact-xs" variant="subtle" onClick={() => setText(!text)}>{text ? 'Show as fields' : 'Show as JSON'}</Button></div>
              </>
            )}
          </div>
        );
      })}
      {rules.length > 0 && <p className="muted small">Nobody of these: the default, <span className="mono">{shown(flag.default_value)}</span>.</p>}
      <div><Button size="xs" variant="default" onClick={add}>{rules.length === 0 ? 'Use ordered rules instead' : 'Add a rule'}</Button></div>
    </div>
  );
}
