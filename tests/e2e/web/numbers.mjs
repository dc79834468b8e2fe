// Numbers of a page against the answers they were taken from.
//
// A page says beside each number where it is from: `data-from` is what was asked ("/experiments/ID/
// results", or "POST /calc/mde {...}"), `data-in` a place in the answer, and `data-at` the number
// below it: "lift", "/health/units", "mean_value*100", "a%b" (a in percent of b), "a+b", "^days"
// (rounded up), "a@/other/answer"; several stand in the order of the text. A list counts its items; a
// segment "metric_name=x,variant=y" picks one of them. `data-label-at` is the same for the name of a drawing. Tooltips and whatever is folded are
// opened; a time must be one of an answer. Everything else on a page that holds a digit must be a text of some answer.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { program } from './server.mjs';

const ROOT = '/api/v1';

function run(args) {
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 64 << 20 }, (error, stdout, stderr) => (error ? reject(new Error(`gosset ${args.join(' ')}: ${stderr || error.message}`)) : resolve(stdout)));
  });
}

const BREAKDOWNS = { results: [], slices: ['--by', 'by'], interactions: ['--with', 'with'], timeseries: ['--series'], novelty: ['--novelty'], distribution: ['--distribution'] };
const LIST = { status: '--status', advice: '--advice', owner: '--owner', tag: '--tag', layer: '--layer', q: '--search', limit: '--limit' };

/** The command that answers the same question; what has none of its own is asked with `gosset api`. */
function commandFor(method, path, query, body) {
  const [, noun, name, what] = path.split('/');
  const given = Object.fromEntries(query);
  if (noun === 'experiments' && name && what in BREAKDOWNS && given.stored === undefined && given.refresh === undefined && !(what === 'slices' && !given.by)) {
    const [flag, value] = BREAKDOWNS[what];
    return ['results', name, '--json', ...(flag ? [flag] : []), ...(value ? [given[value]] : []), ...(given.metric ? ['--metric', given.metric] : [])];
  }
  if (noun === 'experiments' && !name && !given.sort && Object.keys(given).every((one) => one in LIST)) return ['experiments', 'list', '--json', ...Object.entries(given).flatMap(([one, value]) => [LIST[one], value])];
  if (noun === 'experiments' && what === 'bandit') return ['bandit', name, '--json'];
  if (path === '/reports/stale-flags') return ['flags', 'stale', '--json', ...(given.days ? ['--days', given.days] : [])];
  if (path === '/match') return ['match', body, '--json'];
  return ['api', method, `${ROOT}${path}${query.size ? `?${query}` : ''}`, ...(body ? ['--data', body] : [])];
}

/** What the command line answers to the same question. */
async function calculated(path, body) {
  const words = Object.entries(JSON.parse(body)).map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') : value}`);
  return JSON.parse(await run(['calc', path.split('/')[2], '--format', 'jsonl', ...words]));
}

const timeless = (value) => JSON.parse(JSON.stringify(value, (key, one) => (/(_at|as_of|end|start)$/.test(key) || key === 'rows_read' ? undefined : one)));

/** Both answers, taken until they speak of one moment: the demo goes on meanwhile. */
async function agreed(server, method, path, query, body) {
  const given = body === undefined || body === null ? undefined : JSON.parse(body);
  const ask = () => server.call(method, `${ROOT}${path}${query.size ? `?${query}` : ''}`, given);
  if (path.startsWith('/calc/')) {
    const [api, printed] = await Promise.all([ask(), calculated(path, body)]);
    assert.deepEqual(printed, api, `${path}: the command line and the API differ`);
    return { json: api, both: api };
  }
  let api;
  let printed;
  for (let i = 0; i < 8; i++) {
    api = await ask();
    printed = JSON.parse(await run([...commandFor(method, path, query, body), '--url', server.url, '--key', server.key]));
    const [a, b] = i < 4 ? [api, printed] : [timeless(api), timeless(printed)];
    if (isDeepStrictEqual(a, b)) return { json: api, both: api };
  }
  assert.deepEqual(timeless(printed), timeless(api), `${method} ${path}: the command line and the API differ`);
}

const isReading = (method, path, body) => method === 'GET' || (method === 'POST' && (/^\/(calc\/|match$|what-if$|metrics\/preview$|flags\/evaluate)/.test(path) || (path === '/promote' && JSON.parse(body).dry_run === true)));
const LIVE = /^\/(events|computations|session|whoami)/;

/**
 * Gives the page, for everything it reads, what the API and the command line both say, and the same
 * to every later question, so that all numbers of the page are of one moment.
 */
export async function freeze(page, server) {
  const answers = new Map();
  let pending = 0;
  let changedAt = 0;
  const counted = (by) => {
    pending += by;
    changedAt = Date.now();
  };
  page.on('request', () => counted(1));
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, () => counted(-1));
  /** Until nothing has been on its way for a moment. */
  const still = async (ms) => {
    changedAt = Date.now();
    const end = Date.now() + 20_000;
    while (Date.now() < end && (pending > 0 || Date.now() - changedAt < ms)) await page.waitForTimeout(40);
  };
  // The counters go on at every look: the page shows those of its own.
  await page.route((url) => url.pathname === '/metrics', async (route) => {
    const response = await route.fetch();
    const counters = {};
    for (const [, name, value] of (await response.text()).matchAll(/^([a-zA-Z_:][\w:]*)(?:\{[^}]*\})? (\S+)/gm)) counters[name] = (counters[name] ?? 0) + Number(value);
    answers.set('/metrics', Promise.resolve({ both: counters }));
    return route.fulfill({ response });
  });
  await page.route((url) => url.pathname.startsWith(ROOT), async (route) => {
    const request = route.request();
    const url = new URL(request.url());
    const path = url.pathname.slice(ROOT.length);
    const body = request.postData();
    if (!isReading(request.method(), path, body)) return route.continue();
    const key = `${request.method() === 'GET' ? '' : `${request.method()} `}${path}${url.search}${body ? ` ${body}` : ''}`;
    if (LIVE.test(path)) {
      const response = await route.fetch();
      if (response.ok()) {
        const json = await response.json();
        answers.set(key, Promise.resolve({ json, both: json }));
      }
      return route.fulfill({ response });
    }
    if (!answers.has(key)) answers.set(key, agreed(server, request.method(), path, url.searchParams, body).catch((cause) => cause));
    const answer = await answers.get(key);
    if (!(answer instanceof Error)) return route.fulfill({ json: answer.json });
    // A refusal is no answer: the page gets it as it is; a difference of the two is found by `compare`.
    if (answer instanceof assert.AssertionError) return route.abort();
    return route.continue();
  });
  return { answers, still };
}

/** Opens all that is folded, and all tooltips at once. */
async function openAll() {
  const enter = (hint, types) => types.forEach((type) => hint.dispatchEvent(new (type.startsWith('pointer') ? PointerEvent : MouseEvent)(type, { bubbles: !type.endsWith('enter'), pointerType: 'mouse' })));
  for (const details of document.querySelectorAll('main details, [role=dialog] details')) details.open = true;
  // A page that draws itself anew meanwhile has new ones.
  const closed = () => [...document.querySelectorAll('main .hint, [role=dialog] .hint')].filter((hint) => hint.getClientRects().length > 0 && !document.getElementById(hint.getAttribute('aria-describedby')));
  for (let tries = 0; tries < 8 && closed().length > 0; tries++) {
    for (const hint of closed()) enter(hint, ['pointerover', 'pointerenter', 'mouseover', 'mouseenter', 'mousemove']);
    for (const end = performance.now() + 600; closed().length > 0 && performance.now() < end;) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return closed().length === 0;
}

function closeAll() {
  for (const hint of document.querySelectorAll('main .hint, [role=dialog] .hint'))
    for (const type of ['pointerout', 'pointerleave', 'mouseout', 'mouseleave']) hint.dispatchEvent(new (type.startsWith('pointer') ? PointerEvent : MouseEvent)(type, { bubbles: !type.endsWith('leave'), pointerType: 'mouse' }));
}

/** Everything on the page that has a digit: with its place in an answer, or without one; and all times. */
function collect() {
  const shown = (node) => node.getClientRects().length > 0;
  const roots = [document.querySelector('main'), ...document.querySelectorAll('[role=dialog], [role=tooltip]')];
  const all = (selector) => roots.flatMap((root) => [...root.querySelectorAll(selector)]).filter(shown);
  // A tooltip speaks of what it hangs on.
  const above = (node) => (node.parentElement?.getAttribute('role') === 'tooltip' ? document.querySelector(`[aria-describedby~="${node.parentElement.id}"]`) : node.parentElement);
  const place = (node, text, places) => {
    let base = '';
    let at = node;
    const take = () => {
      const own = at.getAttribute('data-in');
      if (own && !base.startsWith('/')) base = base ? `${own}/${base}` : own;
    };
    for (; at && !at.hasAttribute('data-from'); at = above(at)) take();
    if (at) take();
    return { text, at: places, base, from: at?.dataset.from ?? '' };
  };
  const placed = [...all('[data-at]').map((node) => place(node, node.textContent, node.dataset.at)), ...all('[data-label-at]').map((node) => place(node, node.getAttribute('aria-label'), node.dataset.labelAt))];
  const times = all('time[datetime]').map((node) => ({ text: node.textContent, at: node.getAttribute('datetime') }));
  const SKIPPED = '[data-at], time, input, textarea, select, code, pre, svg, .mono, [aria-hidden=true], .mantine-Pill-root, style, script';
  const free = [];
  for (const root of roots) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement: parent, data } = walker.currentNode;
      if (/\d/.test(data) && !parent.closest(SKIPPED) && shown(parent)) free.push({ text: data, within: (parent.parentElement ?? parent).textContent.slice(0, 120) });
    }
  }
  for (const node of all('[role=img][aria-label]:not([data-label-at])')) if (/\d/.test(node.getAttribute('aria-label'))) free.push({ text: node.getAttribute('aria-label'), within: 'the name of a drawing' });
  return { placed, times, free };
}

function step(value, segment) {
  if (value === null || value === undefined) return undefined;
  if (!Array.isArray(value) || /^\d+$/.test(segment)) return value[segment];
  const wanted = segment.split(',').map((pair) => pair.split('='));
  return value.find((one) => wanted.every(([name, text]) => String(one[name]) === text));
}

function find(answer, base, path) {
  const whole = path.startsWith('/') ? path : `${base}/${path}`;
  const segments = whole.split('/').filter(Boolean);
  const last = segments.pop();
  const holder = segments.reduce(step, answer);
  assert.ok(holder !== undefined && holder !== null, `there is no ${whole}`);
  return step(holder, last) ?? null;
}

/** The number that a term stands for; `ask` gives the answer of a place in another one. */
function valueOf(ask, own, base, term) {
  const factor = (place) => {
    if (/^-?\d+(\.\d+)?$/.test(place)) return Number(place);
    const [path, from] = place.split('@');
    const value = find(ask(from ?? own), from === undefined ? base : '', path);
    return value === null ? null : Array.isArray(value) ? value.length : Number(value);
  };
  const number = (text) => text.split('*').map(factor).reduce((a, b) => (a === null || b === null ? null : a * b));
  const sum = (text) => text.split('+').map(number).reduce((a, b) => (a === null || b === null ? null : a + b));
  const [part, whole] = term.replace(/^\^/, '').split('%').map(sum);
  const value = whole === undefined ? part : part === null || whole === null ? null : (100 * part) / whole;
  return term.startsWith('^') && value !== null ? Math.ceil(value) : value;
}

const TOKEN = /[<>] ?\d[\d.,]*|(?<![\w-])[+−-]?\d[\d,]*(?:\.\d+)?(?![\w-])|–|…/g;
const WORDS = [[/^(none|nobody|no interval|nothing)/i, (value) => value === 0 || value === null], [/^all\b/i, (value) => value === 100], [/less than a day/, (value) => value <= 1]];

/** What is wrong with a number as it stands there; null when it is the value, rounded where it ends. */
function wrong(text, value) {
  if (text === '–' || text === '…') return value === null ? null : `${value} is not shown`;
  if (value === null) return 'the answer has none';
  const bound = /^([<>]) ?(.*)$/.exec(text);
  const plain = (bound ? bound[2] : text).replaceAll(',', '').replace('−', '-').replace('+', '');
  const shown = Number(plain);
  if (bound) return (bound[1] === '<' ? value < shown : value > shown) ? null : `the answer has ${value}`;
  const decimals = (plain.split('.')[1] ?? '').length;
  const room = 0.5 * 10 ** -decimals * (1 + 1e-6) + Math.abs(value) * 1e-12;
  return Math.abs(shown - value) <= room ? null : `the answer has ${value}`;
}

function judge({ text, at, base, from }, answers) {
  const ask = (what) => {
    const answer = what === '' ? {} : answers.get(what);
    assert.ok(answer !== undefined, `nothing was asked as "${what}"`);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const values = at.split(' ').map((term) => valueOf(ask, from, base, term));
  const word = WORDS.find(([pattern]) => pattern.test(text.trim()));
  const tokens = text.match(TOKEN) ?? [];
  if (word && tokens.length < values.length) return assert.ok(word[1](values[0]), `the answer has ${values}`);
  assert.equal(tokens.length, values.length, `${values.length} numbers are in the answer: ${values}`);
  tokens.forEach((token, i) => {
    const said = wrong(token, values[i]);
    assert.ok(said === null, `${token}: ${said}`);
  });
}

function texts(value, out) {
  if (typeof value === 'string' && /\d/.test(value) && (/\p{L}/u.test(value) || /^\d{4}-\d\d-\d\d$/.test(value))) out.add(value.toLowerCase());
  else if (value && typeof value === 'object') for (const [name, one] of Object.entries(value)) {
    if (!Array.isArray(value) && /\d/.test(name) && /\p{L}/u.test(name)) out.add(name.toLowerCase());
    texts(one, out);
  }
  return out;
}

const DATE = /\d{1,2} (?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)(?: \d{4}, \d\d:\d\d)?/g;
const dateTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const clockTime = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const UNITS = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

function timesOf(value, out) {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)) out.add(Date.parse(value));
  else if (value && typeof value === 'object') for (const one of Object.values(value)) timesOf(one, out);
  return out;
}

/** What is wrong with a time on the page: it must be one of an answer, and be said as it is. */
function wrongTime({ text, at }, known) {
  const time = Date.parse(at);
  if (!known.has(time)) return `"${text}": no answer has the time ${at}`;
  const far = Math.abs(Date.now() - time);
  const said = /^(?:in )?(\d+) (s|min|h|d)(?: ago)?$/.exec(text.trim());
  if (said) return Math.abs(far - said[1] * UNITS[said[2]]) <= 1.1 * UNITS[said[2]] + 20_000 ? null : `"${text}" is ${at}`;
  if (text.trim() === 'just now') return far < 25_000 ? null : `"${text}" is ${at}`;
  if (/^\d\d:\d\d:\d\d$/.test(text.trim())) return text.trim() === clockTime.format(time) ? null : `"${text}" is ${at}`;
  return text.trim() === dateTime.format(time) ? null : `"${text}" is ${at}`;
}

/** Findings on the page as it stands: numbers that are not those of the answers, or come from nowhere. */
export async function compare(page, { answers: frozen, still }, allowed, stillMs) {
  await still(stillMs);
  const found = [];
  if (!(await page.evaluate(openAll))) found.push('a tooltip did not open');
  const { placed, times, free } = await page.evaluate(collect);
  await page.evaluate(closeAll);
  const answers = new Map(await Promise.all([...frozen].map(async ([key, answer]) => [key, (await answer).both ?? (await answer)])));
  for (const one of placed) {
    try {
      judge(one, answers);
    } catch (cause) {
      found.push(`"${one.text}" at ${one.base} ${one.at} of ${one.from.slice(0, 90)}: ${cause.message.split('\n')[0]}`);
    }
  }
  const known = [...answers.values()].reduce((out, answer) => timesOf(answer, out), new Set());
  const dates = new Set([...known].map((time) => dateTime.format(time)));
  const isNow = (text) => Math.abs(Date.parse(`${text.replace(',', '')}`) - Date.now()) < 3 * 60_000;
  found.push(...times.flatMap((one) => wrongTime(one, known) ?? []));
  const said = [...answers.values()].reduce((out, answer) => texts(answer, out), new Set());
  const longest = [...said].sort((a, b) => b.length - a.length);
  for (const { text, within } of free) {
    const dated = text.replace(DATE, (date) => (!date.includes(',') || dates.has(date) || isNow(date) ? '' : date));
    let rest = allowed.reduce((left, pattern) => left.replace(pattern, ''), dated).toLowerCase();
    if (/\d/.test(rest)) for (const one of longest) rest = rest.replaceAll(one, '');
    if (/\d/.test(rest)) found.push(`"${text}" says not where it is from, in "${within}"`);
  }
  return { found, count: placed.length, times: times.length };
}
