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

test('a difference of rates is in points, and no probability is certain', () => {
  assert.equal(format.differenceValue(0.035, { type: 'Rate' }, { lower: 0.023, upper: 0.047 }), '3.5 points');
  assert.equal(format.differenceValue(2.5, { type: 'Average', unit: 'USD' }, { lower: 2, upper: 3 }), '2.50 USD');
  assert.equal(format.chance(0.99999), '> 99.9 %');
  assert.equal(format.chance(0.00001), '< 0.1 %');
  assert.equal(format.chance(0.9512), '95.1 %');
  assert.equal(format.chance(null), '–');
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

const randomly = (seed) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

/** Conditions of every form, at most `depth` deep. */
function anyCondition(random, depth) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const many = (most, make) => Array.from({ length: Math.floor(random() * (most + 1)) }, make);
  const attribute = () => pick(['plan', 'age', 'country', 'all', 'segment', 'address.city', '__proto__', 'é']);
  const value = () => pick(['pro', 'DE', '', '18', 18, -0.5, true, false, ['a', 'b'], [1, 2], [], '1.2.0', 'now-7d']);
  const operator = () => pick(conditions.OPERATORS.map((one) => one.name).filter((name) => !name.includes(' ')));
  const operand = (name) => (name === 'exists' ? random() < 0.5 : value());
  const short = () => Object.fromEntries(many(3, attribute).filter((name) => !['all', 'any', 'not', 'segment', 'segments', 'attribute'].includes(name)).map((name) => [name, pick([value(), null, operators()])]));
  const operators = () => ({ ...Object.fromEntries([operator(), ...many(1, operator)].map((name) => [name, operand(name)])), ...(random() < 0.2 ? { ignore_case: random() < 0.5 } : {}) });
  const long = () => {
    const name = operator();
    return { attribute: attribute(), operator: name, value: operand(name), ...(random() < 0.3 ? { ignore_case: true } : {}) };
  };
  const leaf = () => pick([short, short, long, () => ({ segment: 'europe' }), () => ({ segments: ['a', 'b'] }), () => ({ segments: ['a'] }), () => ({ segments: 'a' })])();
  if (depth <= 1 || random() < 0.3) return leaf();
  const inner = () => anyCondition(random, depth - 1);
  return pick([() => ({ all: many(3, inner) }), () => ({ any: many(3, inner) }), () => ({ not: inner() }), () => many(3, inner)])();
}

test('random conditions go through the form and come back the same', () => {
  const random = randomly(20261123);
  for (let i = 0; i < 20_000; i++) {
    const one = anyCondition(random, 1 + (i % 8));
    const tree = conditions.readConditions(one);
    assert.ok(tree, JSON.stringify(one));
    assert.deepEqual(conditions.writeConditions(tree), one);
  }
});

/** Whether it holds when tests hold by the number in their attribute, bit by bit. */
function holds(json, bits) {
  if (Array.isArray(json)) return json.every((one) => holds(one, bits));
  if (json.all) return holds(json.all, bits);
  if (json.any) return json.any.some((one) => holds(one, bits));
  if (json.not) return !holds(json.not, bits);
  return Object.keys(json).every((name) => (bits >> Number(name.slice(1))) & 1);
}
function treeHolds(tree, bits) {
  if (tree.kind === 'test') return Boolean((bits >> Number(tree.attribute.slice(1))) & 1);
  const each = tree.items.map((item) => treeHolds(item, bits));
  return (tree.kind === 'all' ? each.every(Boolean) : each.some(Boolean)) !== tree.negated;
}

test('whatever is built in the form is written as what it means', () => {
  const random = randomly(7);
  const made = (depth) => {
    if (depth === 0 || random() < 0.4) return { ...conditions.emptyTest(), attribute: `a${Math.floor(random() * 4)}`, operator: random() < 0.5 ? 'in' : 'at_least', form: random() < 0.3 ? 'operators' : 'bare' };
    return { ...conditions.emptyGroup(random() < 0.5 ? 'all' : 'any'), negated: random() < 0.4, items: Array.from({ length: 1 + Math.floor(random() * 3) }, () => made(depth - 1)) };
  };
  for (let i = 0; i < 5_000; i++) {
    const tree = { ...conditions.emptyGroup(), negated: i % 3 === 0, items: [made(3), made(2)] };
    const json = conditions.writeConditions(tree);
    for (let bits = 0; bits < 16; bits++) assert.equal(holds(json, bits), treeHolds(tree, bits), JSON.stringify([tree, json, bits]));
    assert.ok(conditions.readConditions(json), 'what is written can be read');
  }
});

test('rows that are still empty change nothing, and so does a group of only such rows', () => {
  const { emptyGroup, emptyTest, readConditions, writeConditions } = conditions;
  const root = readConditions({ plan: 'pro' });
  assert.deepEqual(writeConditions({ ...root, items: [...root.items, emptyTest()] }), { plan: 'pro' });
  assert.deepEqual(writeConditions({ ...root, items: [...root.items, { ...emptyGroup('any'), items: [emptyTest()] }] }), { plan: 'pro' });
  assert.deepEqual(writeConditions({ ...emptyGroup(), negated: true, items: [emptyTest()] }), {});
  assert.deepEqual(writeConditions(readConditions({ any: [] })), { any: [] }, 'nobody stays nobody');
});

test('conditions that a form cannot show stay JSON', () => {
  const deep = (levels) => Array.from({ length: levels }).reduce((inner) => ({ any: [inner] }), { a: 1 });
  for (const one of [[1], 'x', { a: { unheard_of: 1 } }, { a: {} }, { '': 1 }, { all: [], any: [] }, { not: null }, { attribute: 'a', operator: 'in' }, { segments: [] }, deep(21)]) assert.equal(conditions.readConditions(one), null, JSON.stringify(one));
  assert.ok(conditions.readConditions(deep(20)));
  assert.equal(conditions.heightOf(conditions.readConditions(deep(20))), 20);
});

test('a row of the form is found by the pointer of what it is written as', () => {
  const random = randomly(99);
  const at = (json, where) => pointer.pointerParts(where).reduce((value, part) => value?.[part], json);
  for (let i = 0; i < 3_000; i++) {
    const one = anyCondition(random, 1 + (i % 5));
    for (const where of conditions.rowPointers(conditions.readConditions(one))) assert.notEqual(at(one, where), undefined, JSON.stringify([one, where]));
  }
  const tree = conditions.readConditions({ all: [{ 'a/b': 1 }, { not: { any: [{ age: { at_least: 1, at_most: 5 } }, { segment: 'x' }] } }] });
  assert.deepEqual(conditions.rowPointers(tree), ['/all/0', '/all/1/not/any/0/age/at_least', '/all/1/not/any/0/age/at_most', '/all/1/not/any/1']);
});

test('conditions read as a sentence', () => {
  const words = (json) => conditions.sentence(conditions.readConditions(json));
  assert.equal(words({ country: ['DE', 'FR'], age: { at_least: 18 } }), 'country is one of DE, FR and age ≥ 18');
  assert.equal(words({ all: [{ plan: 'pro' }, { any: [{ beta: true }, { not: { segment: 'staff' } }] }] }), 'plan equals pro and (beta equals true or not (is in staff))');
  assert.equal(words({ not: { any: [] } }), 'everybody');
  assert.equal(words({ any: [] }), 'nobody');
  assert.equal(words({ email: { ends_with: '@A.org', ignore_case: true } }), 'email ends with @A.org in any case');
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
