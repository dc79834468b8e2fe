// Numbers as people read them. A number is rounded by its uncertainty: an effect whose standard
// error is 0.4 has no third decimal.

const NONE = '–';

/** Decimals that keep two digits of the uncertainty `se` (one when it starts with 3 or more). */
export function decimalsFor(se: number | null | undefined, most = 6): number {
  if (se === null || se === undefined || !Number.isFinite(se) || se <= 0) return 2;
  const exponent = Math.floor(Math.log10(se));
  const leading = se / 10 ** exponent;
  const digits = leading < 3 ? 2 : 1;
  return Math.min(most, Math.max(0, digits - 1 - exponent));
}

const fixed = new Map<number, Intl.NumberFormat>();
export function number(value: number | null | undefined, decimals = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  let format = fixed.get(decimals);
  if (!format) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    fixed.set(decimals, format);
  }
  const text = format.format(value).replace(/^-/, '−');
  return /^−[0.,]*$/.test(text) ? text.slice(1) : text;
}

/** Sentences of the server begin with a capital where they stand alone; names stay as they are. */
export const capital = (text: string): string => (/^[a-z]+['’]?[a-z]*([ ,.:;]|$)/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text);

export const count = (value: number | null | undefined): string => number(value, 0);

/** A signed percentage such as "+3.2 %", rounded by the standard error of the percentage. */
export function signedPercent(percent: number | null | undefined, se?: number | null): string {
  if (percent === null || percent === undefined || !Number.isFinite(percent)) return NONE;
  const text = number(percent, decimalsFor(se ?? Math.abs(percent) / 20, 4));
  return `${percent > 0 && !/^[0.,]*$/.test(text) ? '+' : ''}${text} %`;
}

export interface Interval {
  lower: number;
  upper: number;
}

/** An interval from the API in any of its shapes; null when a bound is missing. */
export function interval(shape: unknown): Interval | null {
  const [lower, upper] = Array.isArray(shape)
    ? shape
    : shape && typeof shape === 'object'
      ? [(shape as Partial<Interval>).lower, (shape as Partial<Interval>).upper]
      : [];
  return typeof lower === 'number' && typeof upper === 'number' && Number.isFinite(lower) && Number.isFinite(upper)
    ? { lower, upper }
    : null;
}

/** Half the width of a 95 % interval is about two standard errors. */
export function seOf(range: Interval | null): number | null {
  return range ? (range.upper - range.lower) / 3.92 : null;
}

export function intervalPercent(range: Interval | null): string {
  if (!range) return 'no interval';
  const decimals = decimalsFor(seOf(range), 4);
  return `${number(range.lower, decimals)} to ${number(range.upper, decimals)} %`;
}

/** p-values: two digits, never "0". */
export function pValue(p: number | null | undefined): string {
  if (p === null || p === undefined || !Number.isFinite(p)) return NONE;
  if (p < 0.0001) return '< 0.0001';
  if (p >= 0.995) return p === 1 ? '1' : '> 0.99';
  return p < 0.001 ? p.toFixed(4) : p < 0.1 ? p.toFixed(3) : p.toFixed(2);
}

/** A metric's mean in its own unit: rates as percent, money with its sign, durations readable. */
export function metricValue(
  value: number | null | undefined,
  metric: { type?: string; unit?: string } | undefined,
  range?: Interval | null,
): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  if (metric?.type === 'Rate' && (value === 0 || value === 1)) return `${100 * value} %`;
  const se = range ? seOf(range) : Math.abs(value) / 100;
  if (metric?.type === 'Rate') return `${number(value * 100, decimalsFor(se === null ? null : se * 100, 4))} %`;
  const text = number(value, decimalsFor(se));
  return metric?.unit ? `${text} ${metric.unit}` : text;
}

/** A difference of two means: of rates in points, so that it is not taken for a relative change. */
export function differenceValue(value: number | null | undefined, metric: { type?: string; unit?: string } | undefined, range?: Interval | null): string {
  return metricValue(value, metric, range).replace(/ %$/, metric?.type === 'Rate' ? ' points' : ' %');
}

/** A probability in percent, never "0" or "100". */
export function chance(p: number | null | undefined): string {
  if (p === null || p === undefined || !Number.isFinite(p)) return NONE;
  return p > 0.9995 ? '> 99.9 %' : p < 0.0005 ? '< 0.1 %' : `${number(100 * p, 1)} %`;
}

export function share(part: number, whole: number): string {
  if (!(whole > 0)) return NONE;
  return part === whole ? '100 %' : `${number((100 * part) / whole, 1)} %`;
}

const UNITS: [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

export function ago(iso: string | null | undefined, now = Date.now()): string {
  if (!iso) return 'never';
  const ms = now - Date.parse(iso);
  if (!Number.isFinite(ms)) return NONE;
  const size = Math.abs(ms);
  if (size < 1_500) return 'just now';
  const [unit, word] = UNITS.find(([unitMs]) => size >= unitMs) ?? [1_000, 's'];
  const text = `${Math.floor(size / unit)} ${word}`;
  return ms >= 0 ? `${text} ago` : `in ${text}`;
}

const dateTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
export function when(iso: string | null | undefined): string {
  if (!iso) return NONE;
  const time = Date.parse(iso);
  return Number.isFinite(time) ? dateTime.format(time) : iso;
}

const clockTime = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
/** The time of day, for what has come just now. */
export function clock(iso: string | null | undefined): string {
  const time = iso ? Date.parse(iso) : NaN;
  return Number.isFinite(time) ? clockTime.format(time) : NONE;
}

export function days(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  if (value < 1) return 'less than a day';
  const whole = Math.ceil(value);
  return whole === 1 ? '1 day' : `${count(whole)} days`;
}

/** A time as a field of type datetime-local wants it; empty when there is none. */
export function localTime(iso: unknown): string {
  const time = typeof iso === 'string' ? new Date(iso) : null;
  if (!time || !Number.isFinite(time.getTime())) return '';
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
