// The nouns of the REST API as the pages read them: definitions from the API's own description, the
// rest as the handlers write it.
import type * as schema from './schema';

export type Json = schema.Json;
export type AdviceKind = 'no_data' | 'unhealthy' | 'running' | 'ship' | 'roll_back' | 'inconclusive' | 'draft' | 'shipped' | 'ended' | 'archived';

/** What lists know of an experiment's newest computation; without one only the kind. */
export interface Advice {
  kind: AdviceKind;
  reason?: string;
  days_left?: number | null;
  variant?: string;
  health?: 'ok' | 'warning' | 'alarm';
  units?: number;
  planned_units?: number | null;
  as_of?: string;
  primary?: ResultRow | null;
}

export type Experiment = schema.Experiment & { advice?: Advice };
export type Variant = Experiment['variants'][number];
export type MetricSetting = NonNullable<Experiment['metric_settings']>[string];
export type Flag = schema.FeatureFlag;
export type Metric = schema.ExperimentMetric;
/** Read with ids_max, longer lists are only counted. */
export type Segment = schema.SegmentDefinition & { include_count?: number; exclude_count?: number };
export type SegmentIds = schema.SegmentIds;
export type SegmentIdsChange = schema.SegmentIdsChange;
export type Layer = schema.Layer;
export type Assignment = schema.ExperimentAssignment & { user_id: string; experiment_id: string; assignment_reason: string };

export type JsonObject = { [name: string]: Json };

export type Status = 'Draft' | 'Running' | 'Paused' | 'Completed' | 'Archived';
export type Direction = 'increase' | 'decrease';
export type Role = 'primary' | 'secondary' | 'guardrail';

export interface Versioned {
  id: string;
  environment?: string;
  version: number;
  created_by?: string;
  created_at: string;
  updated_at: string;
}

export type IntervalShape = { lower: number | null; upper: number | null } | [number | null, number | null];

export interface Inference {
  method: string;
  diff: number | null;
  se: number | null;
  p_value: number | null;
  lift_ci: IntervalShape | null;
}

export interface ResultRow {
  id: string;
  experiment_id: string;
  variant: string;
  metric_name: string;
  sample_size: number;
  conversions: number;
  mean_value: number | null;
  variance: number | null;
  confidence_interval: IntervalShape | null;
  p_value: number | null;
  lift: number | null;
  statistical_power: number | null;
  computed_at: string;
  data_window?: { start: string; end: string };
  diff?: number | null;
  diff_ci?: IntervalShape | null;
  lift_ci?: IntervalShape | null;
  se?: number | null;
  status?: string;
  method?: string;
  alpha?: number | null;
  adjusted_p?: number | null;
  significant?: boolean;
  role?: Role;
  kind?: string;
  direction?: Direction;
  unit?: string;
  is_control?: boolean;
  lift_kind?: string;
  chance_to_win?: number | null;
  variance_reduction?: number | null;
  guardrail?: 'pass' | 'breach' | 'inconclusive';
  margin?: number | null;
  /** What one look at the planned size would say; there when the shown interval is another one. */
  fixed?: Inference;
  /** Without variance reduction; there when one was applied. */
  raw?: Inference;
  [name: string]: unknown;
}

export type Severity = 'note' | 'warning' | 'alarm';

/** What the doctor found, with its evidence and a next step. */
export interface Finding {
  name: string;
  severity: Severity;
  message: string;
  next_step?: string;
  metric?: string;
  variant?: string;
  value?: number | null;
}

export interface Health {
  status: 'ok' | 'warning' | 'alarm';
  sample_ratio?: {
    p_value: number | null;
    chi_square?: number | null;
    alarm: boolean;
    status: string;
    variants: { variant: string; units: number; weight: number }[];
  };
  units?: number;
  /** New ones, over the last week in which some came. */
  units_per_day?: number | null;
  crossovers?: number;
  excluded?: number;
  unknown_variants?: number;
  merged?: number;
  facts_behind?: number;
  findings?: Finding[];
}

export interface Verdict {
  verdict: 'keep_running' | 'ship' | 'roll_back' | 'inconclusive' | 'broken';
  sentence: string;
  reasons?: string[];
  days_left?: number | null;
  variant?: string | null;
}

export interface Results {
  results: ResultRow[];
  health?: Health | null;
  verdict?: Verdict | null;
  as_of?: string | null;
  computation?: { refresh: 'incremental' | 'full'; rows_read: number; took_ms: number };
  [name: string]: unknown;
}

export interface Override {
  user_id: string;
  value?: Json;
  [name: string]: unknown;
}

export interface ApiKey {
  id: string;
  name?: string;
  scope: string;
  environment?: string;
  key?: string;
  created_at?: string;
  last_used_at?: string | null;
  [name: string]: unknown;
}

export interface AuditEntry {
  id: string;
  at: string;
  actor: string;
  action: string;
  kind?: string;
  target_id?: string;
  name?: string;
  before?: Json;
  after?: Json;
  environment?: string;
}

export interface Page<T> {
  items: T[];
  next: string | null;
  total: number;
}
