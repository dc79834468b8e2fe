// What pages compute themselves: rounding, edits, conditions, the axis of the forest.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { require, sourceDir } from './browser.mjs';

const { runnerImport } = await import(pathToFileURL(require.resolve('vite')).href.replace(/index\.cjs$/, 'dist/node/index.js'));
const load = async (path) => (await runnerImport(`${sourceDir}web/src/${path}`, { configFile: false, logLevel: 'error' })).module;
const format = await load('lib/format.ts');
const draft = await load('lib/draft.ts');
const conditions = await load('lib/conditions.ts');
const forest = await load('parts/forest.tsx');
const results = await load('lib/results.ts');
const pointer = await load('lib/pointer.ts');
const nearby = await load('lib/nearest.ts');
const graphs = await load('lib/graph.ts');
const dragging = await load('parts/drag-order.ts');

test('a number keeps two digits of its uncertainty, or one from 3 on', () => {
  assert.equal(format.decimalsFor(0.12), 2);
  assert.equal(format.decimalsFor(0.029), 3);
  assert.equal(format.decimalsFor(0.31), 1);
  assert.equal(format.decimalsFor(14), 0);
  assert.equal(format.signedPercent(3.14159, 0.21), '+3.14 %');
  assert.equal(format.signedPercent(-3.14159, 0.5), '−3.1 %');
  assert.equal(format.signedPercent(12.345, 40), '+12 %');
});

test('a rounded zero has no sign', () => {
  assert.equal(format.signedPercent(0.0004, 0.5), '0.0 %');
  assert.equal(format.signedPercent(-0.0004, 0.5), '0.0 %');
  assert.equal(format.number(-0.2), '0');
});

test('a p-value is never 0', () => {
  assert.equal(format.pValue(0), '< 0.0001');
  assert.equal(format.pValue(3e-42), '< 0.0001');
  assert.equal(format.pValue(0.00034), '0.0003');
  assert.equal(format.pValue(0.0123), '0.012');
  assert.equal(format.pValue(0.123), '0.12');
  assert.equal(format.pValue(0.9987), '> 0.99');
  assert.equal(format.pValue(1), '1');
});

test('what is not known is a dash, not NaN', () => {
  for (const nothing of [null, undefined, NaN, Infinity]) {
    assert.equal(format.number(nothing), '–');
    assert.equal(format.pValue(nothing), '–');
    assert.equal(format.signedPercent(nothing), '–');
    assert.equal(format.metricValue(nothing, undefined), '–');
  }
  assert.equal(format.interval({ lower: null, upper: 3 }), null);
  assert.equal(format.interval(undefined), null);
});

test('rates are shown in percent, other metrics in their unit', () => {
  assert.equal(format.metricValue(0.1234, { type: 'Rate' }, { lower: 0.12, upper: 0.127 }), '12.34 %');
  assert.equal(format.metricValue(412.3, { type: 'Duration', unit: 'ms' }, { lower: 402, upper: 422 }), '412 ms');
});

test('only changed fields are sent, a removed one as null, given ones never', () => {
  const stored = { id: 'a', version: 3, name: 'x', owner: 'me', tags: ['a'], variants: [{ name: 'c' }] };
  assert.deepEqual(draft.changes(stored, { ...stored, version: 4, tags: ['a'], variants: [{ name: 'c' }] }), {});
  assert.deepEqual(draft.changes(stored, { ...stored, owner: undefined, name: 'y' }), { owner: null, name: 'y' });
});

test('two editors: who changed what, and what both did', () => {
  const base = { name: 'x', owner: 'a', tags: [] };
  const met = draft.meeting(base, { ...base, name: 'mine', owner: 'b' }, { ...base, name: 'theirs', tags: ['t'] });
  assert.deepEqual(met, { theirs: ['tags'], mine: ['owner'], both: ['name'] });
  assert.deepEqual(draft.meeting(base, { ...base, name: 'same' }, { ...base, name: 'same' }), { theirs: [], mine: [], both: [] });
});

test('differences name the leaf', () => {
  assert.deepEqual(draft.differences({ a: { b: 1, c: [1] }, version: 1 }, { a: { b: 2, c: [1] }, version: 2 }), [{ path: '/a/b', before: 1, after: 2 }]);
});

test('conditions go through rows and come back the same', () => {
  for (const one of [{}, { country: ['DE', 'FR'] }, { plan: 'pro' }, { email: { ends_with: '@example.org' } }, { age: { at_least: 18, less_than: 65 } }, { beta: true }, { email: { exists: true } }]) {
    const rows = conditions.toRows(one);
    assert.ok(rows, JSON.stringify(one));
    assert.deepEqual(conditions.fromRows(rows), one);
  }
});

test('conditions that rows cannot say stay JSON', () => {
  assert.equal(conditions.toRows({ any: [{ a: 1 }] }), null);
  assert.equal(conditions.toRows([1]), null);
  assert.equal(conditions.toRows({ a: { unheard_of: 1 } }), null);
  assert.equal(conditions.toRows({ a: { exists: false } }), null);
  assert.equal(conditions.toRows({ segment: 'x' }), null);
  assert.equal(conditions.toRows({ attribute: 'a', operator: 'in', value: [1] }), null);
});

test('typed values become numbers and truth values unless quoted', () => {
  assert.equal(conditions.readValue('18', 'value'), 18);
  assert.equal(conditions.readValue('"18"', 'value'), '18');
  assert.equal(conditions.readValue('true', 'value'), true);
  assert.equal(conditions.readValue('1.2.0', 'text'), '1.2.0');
  for (const value of ['18', 18, true, 'DE']) assert.deepEqual(conditions.readValue(conditions.writeValue(value), 'value'), value);
});

test('the axis holds zero and every interval, save one that would squeeze the others', () => {
  const axis = forest.axisFor([{ lower: 1, upper: 3 }, { lower: -2, upper: 4 }, { lower: -900, upper: 900 }]);
  assert.ok(axis.from < -2 && axis.to > 4 && axis.from <= 0 && axis.to < 900);
  assert.ok(axis.ticks.includes(0) && axis.ticks.length >= 3 && axis.ticks.length <= 9);
  assert.ok(forest.axisFor([]).ticks.length > 0);
});

test('an effect is coloured only when significant, and by the wanted direction', () => {
  const experiment = { variants: [{ name: 'control' }, { name: 't' }], success_metrics: { primary_metric: 'm' }, traffic_allocation: { control: 50, t: 50 } };
  const row = (p, lift, extra = {}) => ({ variant: 't', metric_name: 'm', p_value: p, lift, diff: lift, status: 'ok', sample_size: 10, ...extra });
  const tone = (one, metric) => results.effectOf(experiment, new Map(metric ? [['m', metric]] : []), [one], one).tone;
  assert.equal(tone(row(0.01, 5)), 'good');
  assert.equal(tone(row(0.01, -5)), 'bad');
  assert.equal(tone(row(0.01, -5), { direction: 'decrease' }), 'good');
  assert.equal(tone(row(0.06, 5)), 'plain');
  assert.equal(tone(row(0.01, 5, { adjusted_p: 0.2 })), 'plain');
  assert.equal(tone(row(0.01, 5, { status: 'burn_in' })), 'plain');
  assert.equal(tone(row(0.01, 5, { significant: false })), 'plain');
  const [broken] = results.effectsByRole(experiment, new Map(), [row(0.01, 5)], false);
  assert.equal(broken.effects[0].tone, 'plain', 'numbers that nobody may trust have no colour');
});

test('an error belongs to the field at its pointer and to those around it', () => {
  assert.ok(pointer.isAt('/variants/2/name', '/variants'));
  assert.ok(!pointer.isAt('/variants2', '/variants'));
  assert.deepEqual(pointer.pointerParts('/a~1b/c~0d'), ['a/b', 'c~d']);
});

test('a misspelt key finds the one that was meant, and nothing that is far', () => {
  const keys = ['new-checkout', 'old-checkout', 'dark-mode'];
  assert.equal(nearby.nearest('new-chekout', keys), 'new-checkout');
  assert.equal(nearby.nearest('NEW_CHECKOUT', keys), 'new-checkout');
  assert.equal(nearby.nearest('darkmode', keys), 'dark-mode');
  assert.equal(nearby.nearest('light', keys), null);
  assert.equal(nearby.distance('kitten', 'sitting', 3), 3);
  assert.equal(nearby.distance('kitten', 'sitting', 2), 3, 'beyond the most that counts');
});

const needs = (sides, edges) => ({ nodes: Object.entries(sides).map(([id, side]) => ({ id, side, name: id, kind: 'flag', status: 'enabled' })), edges: edges.map((pair) => ({ from: pair[0], to: pair[1], pointer: '' })), needed_by_total: 0, is_cut: false });

test('a graph of needs puts each as far away as the longest way to it', () => {
  const graph = needs({ m: 'self', a: 'needs', b: 'needs', x: 'needed_by', y: 'needed_by' }, ['mb', 'ma', 'ba', 'ym', 'xm', 'yx']);
  assert.deepEqual(Object.fromEntries(graphs.levels(graph)), { m: 0, b: -1, a: -2, x: 1, y: 2 });
  const drawing = graphs.draw(graph, 1000);
  assert.deepEqual(drawing.boxes.map((box) => box.node.id), ['a', 'b', 'm', 'x', 'y']);
  assert.equal(drawing.edges.length, 6);
});

test('a graph is as wide as there is room, and leaves out what nobody could read', () => {
  const names = Array.from({ length: 80 }, (_, i) => `n${i}`);
  const graph = needs({ m: 'self', ...Object.fromEntries(names.map((name) => [name, 'needed_by'])) }, []);
  graph.edges = names.map((name) => ({ from: name, to: 'm', pointer: '' }));
  const drawing = graphs.draw(graph, 340);
  assert.ok(drawing.width <= 340);
  assert.equal(drawing.left, 21);
  assert.equal(Math.max(...drawing.boxes.filter((box) => box.y > 0).map((box) => box.x)), 168);
  assert.equal(graphs.draw(graph, 10).width, 152, 'one box always has room');
});

test('what is dragged lands among the middles of the others', () => {
  const slots = [0, 50, 100].map((top) => ({ top, height: 40 }));
  assert.equal(dragging.target(slots, 0, 49), 0);
  assert.equal(dragging.target(slots, 0, 51), 1);
  assert.equal(dragging.target(slots, 0, 500), 2);
  assert.equal(dragging.target(slots, 2, -51), 1);
  assert.deepEqual(dragging.moved(['a', 'b', 'c'], 0, 2), ['b', 'c', 'a']);
  assert.deepEqual(['a', 'b', 'c'].map((_, i) => dragging.placeAfter(i, 0, 2)), [2, 0, 1]);
  assert.deepEqual(['a', 'b', 'c'].map((_, i) => dragging.placeAfter(i, 2, 0)), [1, 2, 0]);
});
