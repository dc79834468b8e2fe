// Written by dev/api-types.mjs from /api/openapi.json. Do not edit.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export type Assignments = {
  assignments?: ExperimentAssignment[];
};

export type Caller = {
  kind: 'key' | 'member';
  name: string;
  scope?: 'client' | 'server' | 'admin';
  role?: 'viewer' | 'editor' | 'approver' | 'admin';
  environment: string;
  version?: string;
};

export type Computations = {
  items: ({
    id?: number;
    experiment_id?: string;
    experiment?: string;
    state?: 'waiting' | 'running' | 'cancelled' | 'done' | 'failed';
    asked_at?: string | null;
    started_at?: string | null;
    ended_at?: string;
    took_ms?: number;
    refresh?: 'incremental' | 'full';
    progress?: number;
    rows_read?: number;
    rows?: number;
  })[];
  total?: number;
  next?: string | null;
};

export type Decision = {
  reason?: string;
  bypass?: boolean;
};

export type Definitions = {
  flags?: FeatureFlag[];
  experiments?: Experiment[];
  segments?: SegmentDefinition[];
  metrics?: ExperimentMetric[];
  overrides?: Override[];
};

export type Error = {
  code: string;
  message: string;
  pointer: string;
};

export type Events = {
  exposures?: ({
    experiment_id: string;
    user_id?: string;
    device_id?: string;
    variant: string;
    attributes?: Json;
    ruleset?: string;
    assignment_reason?: 'identity' | 'override' | 'shipped' | 'split' | 'sticky';
    timestamp?: string;
  })[];
  events?: {
    event_id?: string;
    user_id?: string;
    device_id?: string;
    name: string;
    value?: number;
    properties?: Json;
    timestamp?: string;
  }[];
};

export type Experiment = {
  id: string;
  environment: string;
  name: string;
  description: string;
  hypothesis?: string;
  owner?: string;
  tags?: string[];
  type: 'AB' | 'Feature';
  status: 'Draft' | 'Running' | 'Paused' | 'Completed' | 'Archived';
  variants: {
    name: string;
    description: string;
    configuration: Json;
  }[];
  traffic_allocation: Record<string, number>;
  success_metrics: {
    primary_metric: string;
    secondary_metrics: string[];
    guardrail_metrics?: string[];
    minimum_sample_size: number;
  };
  metric_settings?: Record<string, {
    direction?: 'increase' | 'decrease';
    minimum_effect?: number;
    margin?: number;
  }>;
  bandit?: {
    method: 'thompson' | 'top_two';
    floor: number;
    interval_hours: number;
    minimum_units: number;
  };
  targeting_rules?: {
    include_segments: string[];
    exclude_segments: string[];
    user_attributes: Json;
  };
  start_date?: string | null;
  end_date?: string | null;
  sticky: boolean;
  unit: string;
  coverage: number;
  layer?: Json;
  salt?: string;
  hash?: string;
  forced_variants?: Record<string, string>;
  shipped_variant?: string;
  conclusion?: string;
  phases: {
    start: string;
    traffic_allocation: Record<string, number>;
    coverage: number;
    decision?: Json;
  }[];
  version: number;
  created_by: string;
  created_at: string;
  updated_at: string;
};

export type ExperimentAssignment = {
  id?: string | null;
  experiment_id?: string;
  user_id?: string;
  variant?: string | null;
  assignment_reason?: string;
  assigned_at?: string;
  sticky?: boolean;
  device_id?: string | null;
  session_id?: string | null;
};

export type ExperimentMetric = {
  id: string;
  environment: string;
  name: string;
  description: string;
  owner?: string;
  tags?: string[];
  type: 'Count' | 'Rate' | 'Duration' | 'Revenue';
  calculation: string;
  unit: string;
  aggregation: 'Sum' | 'Average' | 'Percentile';
  percentile?: number;
  delay?: string;
  window?: string;
  lookback?: string;
  cap?: number;
  cap_quantile?: number;
  direction: 'increase' | 'decrease';
  minimum_effect: number;
  version: number;
  created_by: string;
  created_at: string;
  updated_at: string;
};

export type FeatureFlag = {
  id: string;
  environment: string;
  key: string;
  name: string;
  description: string;
  owner?: string;
  tags?: string[];
  type: 'Boolean' | 'String' | 'Number' | 'JSON';
  default_value?: Json;
  value?: Json;
  value_schema?: Json;
  variants?: Json;
  default_variant?: string;
  enabled: boolean;
  schedule?: {
    at: string;
    enabled: boolean;
  }[];
  rollout_percentage: number;
  targeting_rules?: {
    segments: string[];
    attributes: Json;
  };
  rules?: Json[];
  dependencies: Json[];
  experiment_id?: string | null;
  client_visible: boolean;
  unit?: string;
  salt?: string;
  hash?: string;
  metadata?: Json;
  version: number;
  created_by: string;
  created_at: string;
  updated_at: string;
  last_evaluated_at: string;
  stale: string[];
  environments: Json[];
};

export type Graph = {
  nodes: ({
    kind: 'flag' | 'segment' | 'experiment';
    name: string;
    id: string;
    status: string;
    side: 'self' | 'needs' | 'needed_by';
  })[];
  edges: {
    from: string;
    to: string;
    pointer: string;
  }[];
  needed_by_total: number;
  is_cut: boolean;
};

export type Holdout = {
  id: string;
  environment: string;
  name: string;
  description: string;
  owner?: string;
  tags?: string[];
  percentage: number;
  layer?: string;
  unit: string;
  salt?: string;
  version: number;
  created_by: string;
  created_at: string;
  updated_at: string;
};

export type ImportReport = {
  dry_run?: boolean;
  created?: number;
  updated?: number;
  unchanged?: number;
  changes?: {
    kind?: string;
    name?: string;
    action?: string;
  }[];
  only_here?: {
    kind: string;
    name: string;
  }[];
};

export type Key = {
  id?: string;
  environment?: string;
  name: string;
  scope: 'admin' | 'server' | 'client';
  key?: string;
  prefix?: string;
  origins?: string[] | null;
  created_by?: string;
  created_at?: string;
  last_used_at?: string | null;
  revoked_at?: string | null;
};

export type Layer = {
  id: string;
  environment: string;
  name: string;
  description: string;
  owner?: string;
  tags?: string[];
  unit: string;
  salt?: string;
  version: number;
  created_by: string;
  created_at: string;
  updated_at: string;
};

export type List = {
  items?: Json[];
  next?: string | null;
  total?: number;
};

export type Login = {
  email: string;
  password: string;
};

export type Member = {
  id?: string;
  email: string;
  name?: string;
  role: 'viewer' | 'editor' | 'approver' | 'admin';
  password?: string;
  disabled?: boolean;
  has_password?: boolean;
  created_by?: string;
  created_at?: string;
  last_login_at?: string | null;
};

export type Override = {
  flag_key?: string;
  user_id?: string;
  value?: Json;
  created_by?: string;
  created_at?: string;
};

export type PasswordChange = {
  current: string;
  password: string;
};

export type Promotion = {
  from: string;
  at?: number;
  dry_run?: boolean;
  definitions?: {
    kind: string;
    name: string;
    version?: number;
  }[];
};

export type Proposal = {
  id?: string;
  environment?: string;
  status?: 'pending' | 'approved' | 'rejected' | 'withdrawn';
  summary?: string;
  author?: string;
  created_at?: string;
  decided_by?: string | null;
  decided_at?: string | null;
  reason?: string | null;
  changes?: ({
    operation?: string;
    action?: string;
    kind?: string;
    id?: string;
    name?: string;
    user_id?: string;
    base_version?: number | null;
    before?: Json;
    after?: Json;
  })[];
};

export type Results = {
  results?: ({
    id?: string;
    experiment_id?: string;
    variant?: string;
    metric_name?: string;
    sample_size?: number;
    conversions?: number;
    mean_value?: number | null;
    variance?: number | null;
    confidence_interval?: Json;
    p_value?: number | null;
    lift?: number | null;
    statistical_power?: number | null;
    computed_at?: string;
    data_window?: Json;
  })[];
  health?: Json | null;
  as_of?: string;
  computed_at?: string;
  computation?: {
    refresh?: 'incremental' | 'full';
    rows_read?: number;
    took_ms?: number;
  };
};

export type Revert = {
  to: number;
  version?: number;
};

export type SegmentDefinition = {
  id: string;
  environment: string;
  name: string;
  description: string;
  owner?: string;
  tags?: string[];
  conditions: Json;
  include?: Json[];
  exclude?: Json[];
  size_estimate?: number | null;
  is_active: boolean;
  version: number;
  created_by: string;
  created_at: string;
  updated_at: string;
};

export type SegmentIds = {
  count: number;
  items: string[];
  has?: boolean;
  version: number;
};

export type SegmentIdsChange = {
  segment: string;
  list: 'include' | 'exclude';
  count: number;
  before: number;
  sent: number;
  version: number;
};

export type Session = {
  member?: Member;
  csrf?: string;
  expires_at?: string;
};

export type StaleFlags = {
  days?: number;
  items?: ({
    key?: string;
    name?: string;
    owner?: string | null;
    enabled?: boolean;
    created_at?: string;
    last_evaluated_at?: string | null;
    reasons?: ({
      code?: 'not_evaluated' | 'one_value' | 'experiment_completed' | 'expired';
      message?: string;
    })[];
  })[];
  next?: null;
  total?: number;
};

export type UnknownFlags = {
  items?: ({
    key?: string;
    count?: number;
    first_seen_at?: string;
    last_seen_at?: string;
    nearest?: string | null;
  })[];
  next?: null;
  total?: number;
};

export type ValueSchemaCheck = {
  schema: Json;
  values?: Json;
};

export type ValueSchemaFaults = {
  values?: number;
  faults?: {
    name: string;
    pointer: string;
    message: string;
  }[];
};

export type Webhook = {
  id?: string;
  environment?: string;
  name: string;
  url: string;
  events?: string[];
  enabled?: boolean;
  secret?: string;
  created_by?: string;
  created_at?: string;
};
