// A stand-in for the server while pages are written: a few definitions in memory, answers in the
// shapes of the REST API. For development only; nothing of it is in the bundle.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';

type Row = Record<string, unknown>;
const now = () => new Date().toISOString();
const before = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
let serial = 0;
const id = () => `01930000-0000-7000-8000-${String(++serial).padStart(12, '0')}`;

const entity = (fields: Row): Row => ({ id: id(), environment: 'production', version: 1, created_by: 'demo', created_at: before(20), updated_at: before(serial / 10), ...fields });

const metrics = [
  entity({ name: 'purchase', type: 'Rate', calculation: 'exists(purchase)', unit: '', aggregation: 'Average', direction: 'increase', description: 'Bought something' }),
  entity({ name: 'revenue', type: 'Revenue', calculation: 'sum(purchase.amount)', unit: '€', aggregation: 'Sum', direction: 'increase' }),
  entity({ name: 'page_load', type: 'Duration', calculation: 'avg(page_load.ms)', unit: 'ms', aggregation: 'Average', direction: 'decrease' }),
];
const segments = [entity({ name: 'beta-users', conditions: { plan: { in: ['beta'] } }, size_estimate: 1234, is_active: true })];

function experiment(name: string, status: string, extra: Row = {}): Row {
  return entity({
    name, status, type: 'AB', description: '', hypothesis: `If we change ${name.toLowerCase()}, then more people buy.`, owner: 'demo', tags: ['shop'],
    variants: [{ name: 'control', description: 'as today', configuration: {} }, { name: 'treatment', description: 'new', configuration: { new: true } }],
    traffic_allocation: { control: 50, treatment: 50 }, coverage: 100, sticky: true, unit: 'user_id',
    success_metrics: { primary_metric: 'purchase', secondary_metrics: ['revenue'], guardrail_metrics: ['page_load'], minimum_sample_size: 20000 },
    metric_settings: { page_load: { margin: 2 } }, targeting_rules: { include_segments: [], exclude_segments: [], user_attributes: {} },
    start_date: status === 'Draft' ? null : before(9), end_date: null,
    phases: status === 'Draft' ? [] : [{ start: before(9), traffic_allocation: { control: 50, treatment: 50 }, coverage: 100 }], ...extra,
  });
}
const experiments = [
  experiment('One-page checkout', 'Running'),
  experiment('Blue button', 'Running'),
  experiment('Broken split', 'Running'),
  experiment('Slow recommendations', 'Running'),
  experiment('Free shipping banner', 'Draft'),
];
const flags = [
  entity({ key: 'new-checkout', name: 'New checkout', type: 'Boolean', default_value: false, value: true, enabled: true, rollout_percentage: 25, targeting_rules: { segments: [], attributes: {} }, dependencies: [], tags: ['shop'] }),
  entity({ key: 'banner-text', type: 'String', default_value: '', value: 'Hello', enabled: true, rollout_percentage: 100, dependencies: ['new-checkout'] }),
  entity({ key: 'max-items', type: 'Number', default_value: 10, value: 20, enabled: false, rollout_percentage: 100, dependencies: [] }),
];
const all: Record<string, Row[]> = { experiments, flags, metrics, segments };
const effects: Record<string, number> = { 'One-page checkout': 0.09, 'Blue button': 0.004, 'Broken split': 0.05, 'Slow recommendations': -0.07 };

function resultsOf(one: Row): Row {
  const effect = effects[String(one.name)];
  if (effect === undefined) return { results: [], health: { status: 'ok', findings: [] }, as_of: null };
  const broken = one.name === 'Broken split';
  const n = [12_031, broken ? 10_871 : 11_988];
  const rows = metrics.flatMap((metric, m) => {
    const base = [0.118, 4.31, 412][m]!;
    const sd = [0.32, 14.2, 160][m]!;
    const lift = m === 2 ? 0.006 : effect * (m === 0 ? 1 : 0.8);
    return ['control', 'treatment'].map((variant, v) => {
      const mean = base * (v ? 1 + lift : 1);
      const se = (sd * Math.SQRT2) / Math.sqrt(n[0]!);
      const z = (base * lift) / se;
      const p = v ? Math.min(1, 2 * (1 - phi(Math.abs(z)))) : 1;
      const half = 1.96 * (sd / Math.sqrt(n[v]!));
      const liftSe = (100 * se) / base;
      return {
        id: id(), experiment_id: one.id, variant, metric_name: metric.name, sample_size: n[v], conversions: Math.round(n[v]! * (m === 2 ? 1 : mean > 1 ? 0.12 : mean)), mean_value: mean, variance: sd * sd,
        confidence_interval: { lower: mean - half, upper: mean + half }, p_value: p, lift: v ? 100 * lift : 0, statistical_power: v ? 0.83 : null, computed_at: now(),
        data_window: { start: before(9), end: now() }, diff: v ? base * lift : 0, se, status: 'ok', method: m === 0 ? 'score' : 'welch', adjusted_p: v ? Math.min(1, p * 1.5) : null,
        diff_ci: v ? { lower: base * lift - 1.96 * se, upper: base * lift + 1.96 * se } : null,
        lift_ci: v ? { lower: 100 * lift - 2.7 * liftSe, upper: 100 * lift + 2.7 * liftSe } : null,
        fixed: v ? { method: 'score', diff: base * lift, se, p_value: p, lift_ci: { lower: 100 * lift - 1.96 * liftSe, upper: 100 * lift + 1.96 * liftSe } } : undefined,
      };
    });
  });
  const decision = broken
    ? { verdict: 'broken', sentence: 'Do not decide on these numbers: the split is broken.', reasons: ['Sample ratio: 12,031 to 10,871 where 50 to 50 was planned (p < 0.0001).'] }
    : effect > 0.05 ? { verdict: 'ship', variant: 'treatment', sentence: 'Ship treatment: purchase is up 9.0 % (4.1 to 13.9 %), and no guardrail is worse.', reasons: ['Primary metric significant in the wanted direction.', 'Guardrail page_load within its margin of 2 %.'] }
      : effect < 0 ? { verdict: 'roll_back', sentence: 'Roll back: purchase is down 7.0 % (−12.1 to −2.3 %).', reasons: ['Primary metric significantly worse.'] }
        : { verdict: 'keep_running', days_left: 8, sentence: 'Keep running about 8 days: no effect is visible yet, and the planned size is not reached.', reasons: ['12,000 of 20,000 planned units.'] };
  const variants = ['control', 'treatment'].map((variant, v) => ({ variant, units: n[v], weight: 50 }));
  const findings = broken ? [{ name: 'sample_ratio', severity: 'alarm', message: 'Units are split 12,031 to 10,871 where 50 to 50 was planned.', next_step: 'Do not read the results before the cause is found' }] : [{ name: 'less_than_a_week', severity: 'note', message: 'It runs for 3 days.', next_step: 'Wait for whole weeks' }];
  return { results: rows, verdict: decision, as_of: now(), health: { status: broken ? 'alarm' : 'ok', sample_ratio: { p_value: broken ? 1e-14 : 0.78, alarm: broken, status: 'ok', variants }, units: n[0]! + n[1]!, crossovers: 0, findings } };
}

function phi(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  return 1 - Math.exp((-z * z) / 2) * 0.3989422804 * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
}

const VERBS: Record<string, string> = { start: 'Running', pause: 'Paused', resume: 'Running', complete: 'Completed', archive: 'Archived' };
type Answer = [number, unknown];
const missing: Answer = [404, { code: 'NOT_FOUND', message: 'there is no such thing', pointer: '' }];

function list(items: Row[], query: URLSearchParams): Answer {
  const q = (query.get('q') ?? '').toLowerCase();
  const status = query.get('status');
  const found = items.filter((item) => String(item.name ?? item.key).toLowerCase().includes(q) && (!status || item.status === status));
  return [200, { items: found, next: null, total: found.length }];
}

function change(item: Row, body: Row): Answer {
  if (typeof body.version === 'number' && body.version !== item.version)
    return [409, { code: 'CONFLICT', message: `version ${body.version} is not the stored ${String(item.version)}`, pointer: '/version' }];
  const allocation = body.traffic_allocation as Record<string, number> | undefined;
  const sum = allocation ? Object.values(allocation).reduce((a, b) => a + b, 0) : 100;
  if (sum !== 100) return [400, { code: 'BAD_INPUT', message: `the allocation adds up to ${sum}, not 100`, pointer: '/traffic_allocation' }];
  Object.assign(item, body, { version: Number(item.version) + 1, updated_at: now() });
  return [200, item];
}

function answer(method: string, path: string[], query: URLSearchParams, body: Row): Answer {
  const [root = '', key, action] = path;
  const items = all[root];
  if (root === 'explain') return [200, { value: true, variant: 'on', reason: 'SPLIT', steps: [{ step: 'enabled', result: true }, { step: 'percentage', point: 0.1832, result: true }], context: body }];
  if (root === 'audit') return [200, { items: [{ id: '1', at: before(0.1), actor: 'demo', action: 'update', kind: 'flag', name: 'new-checkout', before: { rollout_percentage: 10 }, after: { rollout_percentage: 25 } }], next: null, total: 1 }];
  if (root === 'calc') return [200, { n1_pooled_ceil: Math.round(20000 / ((Number(body.p2) / Number(body.p1) - 1) * 20) ** 2), n_c_ceil: 5000, rr: 1.125, koopman_low: 1.001, koopman_high: 1.264, p_pooled: 0.048, p_value: 0.115, p_two_sided: 0.04, lift: 0.14, fieller_low: 0.01, fieller_high: 0.28 }];
  if (root === 'users') return [200, { user_id: key, attributes: { country: 'DE', plan: 'pro' }, assignments: [{ experiment_id: experiments[0]!.id, user_id: key, variant: 'treatment', assignment_reason: 'split', assigned_at: before(1) }], flags: [{ key: 'new-checkout', value: true, reason: 'SPLIT' }] }];
  if (root === 'events') return [200, { items: key ? [{ name: 'purchase', count: 2041, first_at: before(9), last_at: now(), properties: [{ name: 'amount', types: ['number'] }] }] : Array.from({ length: 12 }, (_, i) => ({ event_id: id(), user_id: `u${i * 7}`, name: i % 3 ? 'page_view' : 'purchase', value: null, properties: i % 3 ? { ms: 120 + i } : { amount: 19.9 }, timestamp: before(i / 86400) })), next: null, total: 12 }];
  if (root === 'keys') return method === 'POST' ? [201, { id: id(), ...body, key: 'gsk_demo_1234567890abcdef' }] : [200, { items: [{ id: id(), name: 'first admin key', scope: 'admin', environment: 'production', prefix: 'gsk_ab', created_at: before(3), last_used_at: now() }], next: null, total: 1 }];
  if (root === 'whoami') return [200, { kind: 'key', name: 'first admin key', scope: 'admin', environment: 'production', version: 'mock' }];
  if (root === 'session' && key === 'methods') return [200, { password: true, oidc: '/api/v1/session/oidc' }];
  if (root === 'session') return method === 'GET' || method === 'POST' ? [200, { member: { email: String(body.email ?? 'ada@example.org'), role: 'editor' }, csrf: 'mock', expires_at: before(-1) }] : [204, undefined];
  if (root === 'environments') return [200, { items: ['production', 'staging'].map((name, i) => ({ name, created_at: before(30), requires_approval: i === 0, is_yours: i === 0 })), next: null, total: 2 }];
  if (root === 'reports' || ['members', 'webhooks', 'proposals', 'overrides'].includes(root)) return [200, { items: [], next: null, total: 0 }];
  if (!items) return missing;
  if (!key) {
    if (method !== 'POST') return list(items, query);
    const made = entity({ status: root === 'experiments' ? 'Draft' : undefined, ...body });
    items.unshift(made);
    return [201, made];
  }
  const item = items.find((one) => one.id === key || one.key === key || one.name === key);
  if (!item) return missing;
  if (action === 'results') return [200, resultsOf(item)];
  if (action === 'overrides' || action === 'assignments') return [200, { items: [], next: null, total: 0 }];
  if (action && VERBS[action]) return change(item, { status: VERBS[action], ...body, ...(action === 'start' ? { start_date: now() } : {}) });
  if (action) return missing;
  if (method === 'DELETE') {
    items.splice(items.indexOf(item), 1);
    return [204, undefined];
  }
  return method === 'GET' ? [200, item] : change(item, body);
}

async function serve(request: IncomingMessage, response: ServerResponse, next: () => void): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://x');
  if (!url.pathname.startsWith('/api/v1/')) return next();
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const path = url.pathname.slice('/api/v1/'.length).split('/').map(decodeURIComponent);
  const refused: Answer = [401, { code: 'UNAUTHORIZED', message: 'this key is not known', pointer: '' }];
  const [status, body] = request.headers.authorization === 'Bearer bad' ? refused : answer(request.method ?? 'GET', path, url.searchParams, text ? (JSON.parse(text) as Row) : {});
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function mock(): Plugin {
  return {
    name: 'gosset-mock',
    configureServer: (server) => void server.middlewares.use((request, response, next) => void serve(request, response, next)),
    configurePreviewServer: (server) =>
      void server.middlewares.use((request, response, next) => {
        response.setHeader('Content-Security-Policy', POLICY);
        void serve(request, response, next);
      }),
  };
}
