-- The question of results_bench, as an analyst writes it: four metrics with the same metric of the
-- fortnight before the exposure as covariate; by metric and variant n, mean and variance, and what
-- the covariate's adjustment needs.
CREATE TEMP VIEW people AS
SELECT user_id, min(ts) AS first, min(variant) AS variant
FROM exposures GROUP BY user_id HAVING min(variant) = max(variant);

CREATE TEMP VIEW answer AS
WITH per_user AS (
    SELECT min(p.variant) AS variant, p.user_id,
        count(*) FILTER (WHERE e.name = 'view' AND e.ts >= p.first) AS view_after,
        count(*) FILTER (WHERE e.name = 'view' AND e.ts < p.first) AS view_before,
        coalesce(sum(e.value) FILTER (WHERE e.name = 'purchase' AND e.ts >= p.first), 0) AS spent_after,
        coalesce(sum(e.value) FILTER (WHERE e.name = 'purchase' AND e.ts < p.first), 0) AS spent_before,
        (count(*) FILTER (WHERE e.name = 'search' AND e.ts >= p.first) > 0)::int AS found_after,
        (count(*) FILTER (WHERE e.name = 'search' AND e.ts < p.first) > 0)::int AS found_before,
        coalesce(sum(e.ms) FILTER (WHERE e.name = 'load' AND e.ts >= p.first), 0) AS ms_after,
        count(*) FILTER (WHERE e.name = 'load' AND e.ts >= p.first) AS loads_after,
        coalesce(sum(e.ms) FILTER (WHERE e.name = 'load' AND e.ts < p.first), 0) AS ms_before,
        count(*) FILTER (WHERE e.name = 'load' AND e.ts < p.first) AS loads_before
    FROM people p
    LEFT JOIN events e ON e.user_id = p.user_id AND e.ts >= p.first - 1209600000
    GROUP BY p.user_id)
SELECT variant, count(*) AS n,
    avg(view_after) AS m0, var_samp(view_after) AS v0, covar_samp(view_after, view_before) AS c0, var_samp(view_before) AS b0,
    avg(spent_after) AS m1, var_samp(spent_after) AS v1, covar_samp(spent_after, spent_before) AS c1, var_samp(spent_before) AS b1,
    avg(found_after) AS m2, var_samp(found_after) AS v2, covar_samp(found_after, found_before) AS c2, var_samp(found_before) AS b2,
    avg(ms_after) AS m3, var_samp(ms_after) AS v3, avg(loads_after) AS d3, var_samp(loads_after) AS w3,
    covar_samp(ms_after, loads_after) AS c3, covar_samp(ms_before, loads_before) AS b3
FROM per_user GROUP BY variant;

CREATE TEMP TABLE found AS SELECT * FROM answer;
COPY (SELECT m.metric, (f.variant = 'treatment')::int, f.n, m.mean, m.variance
      FROM found f, LATERAL (VALUES (0, m0::float8, v0::float8), (1, m1, v1), (2, m2::float8, v2::float8), (3, m3, v3))
          AS m(metric, mean, variance)
      ORDER BY 1, 2) TO STDOUT (FORMAT csv);
