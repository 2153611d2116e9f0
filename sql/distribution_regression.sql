-- Bounds of effects where outcomes are seen for some rows only, bounds of the distribution of an effect,
-- regression discontinuity with distribution-valued outcomes. Reference values are those of the specification.
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;
CREATE FUNCTION pg_temp.r(x float8, digits int DEFAULT 6) RETURNS numeric LANGUAGE sql AS 'SELECT round(x::numeric, digits) + 0';
CREATE FUNCTION pg_temp.r(x float8[], digits int DEFAULT 6) RETURNS numeric[] LANGUAGE sql AS 'SELECT array_agg(round(v::numeric, digits) + 0 ORDER BY i) FROM unnest(x) WITH ORDINALITY u (v, i)';

-- Lee bounds: 10 treated rows with outcomes 1 .. 8, 10 controls with 1 .. 6
CREATE TABLE trial AS
SELECT arm = 1 AS treated, CASE WHEN i <= 6 + 2 * arm THEN i END AS outcome, i % 2 AS cell, 1 + i % 3 AS weight FROM generate_series(0, 1) arm, generate_series(1, 10) i;
CREATE FUNCTION pg_temp.shown(b measure_bounds) RETURNS text LANGUAGE sql AS $$
SELECT format('[%s, %s] errors %s %s interval [%s, %s] critical %s share %s of %s, seen %s %s, outcomes %s %s', pg_temp.r((b).lower), pg_temp.r((b).upper), pg_temp.r((b).lower_error),
	pg_temp.r((b).upper_error), pg_temp.r((b).interval_lower), pg_temp.r((b).interval_upper), pg_temp.r((b).critical), pg_temp.r((b).share), (b).trimmed, pg_temp.r((b).observed_treated),
	pg_temp.r((b).observed_control), (b).n_treated, (b).n_control) $$;
SELECT pg_temp.shown(b), b.method, b.level, b.details
FROM (SELECT sample(outcome) FILTER (WHERE treated) AS t, sample(outcome) FILTER (WHERE NOT treated) AS c, count(*) FILTER (WHERE treated) AS nt, count(*) FILTER (WHERE NOT treated) AS nc FROM trial) s,
     lee_bounds(t, c, nt, nc) b;
SELECT pg_temp.shown(b) FROM lee_bounds_query('SELECT treated, outcome FROM trial') b;
-- arms that change places
SELECT pg_temp.shown(b) FROM lee_bounds_query('SELECT NOT treated AS treated, outcome FROM trial; -- a comment') b;
-- weights are repeated rows
SELECT pg_temp.shown(a) = pg_temp.shown(b) AS same
FROM lee_bounds_query('SELECT treated, outcome, weight FROM trial') a, lee_bounds_query('SELECT treated, outcome FROM trial, generate_series(1, weight)') b;
-- a cell that holds all changes nothing; a NULL cell is a cell; within cells, other level, numeric columns
SELECT pg_temp.shown(a) = pg_temp.shown(b) AS same, a.details FROM lee_bounds_query('SELECT treated, outcome, ''all'' AS cell FROM trial') a, lee_bounds_query('SELECT treated, outcome FROM trial') b;
SELECT pg_temp.shown(b), b.details FROM lee_bounds_query('SELECT treated, outcome::numeric, nullif(cell, 1) AS cell FROM trial', level => 0.9) b;
-- a row without treated is left out, and so are outcomes of no weight; no order, no plan matters
SELECT pg_temp.shown(b) FROM lee_bounds_query('SELECT treated, outcome FROM (SELECT * FROM trial UNION ALL SELECT NULL, 100, 0, 1) t ORDER BY outcome DESC') b;
-- everybody is seen: the difference in means
SELECT pg_temp.shown(b) FROM lee_bounds_query('SELECT treated, outcome FROM trial WHERE outcome IS NOT NULL') b;
-- by group, through samples
SELECT cell, pg_temp.r(b.lower) AS lower, pg_temp.r(b.upper) AS upper
FROM (SELECT cell, sample(outcome) FILTER (WHERE treated) AS t, sample(outcome) FILTER (WHERE NOT treated) AS c, count(*) FILTER (WHERE treated) AS nt, count(*) FILTER (WHERE NOT treated) AS nc FROM trial GROUP BY cell) s,
     lee_bounds(t, c, nt, nc) b ORDER BY cell;
-- too little
SELECT lee_bounds(NULL, sample(1.0), 3, 3) IS NULL AS no_treated, lee_bounds(sample(1.0), NULL, 3, 3) IS NULL AS no_control;
SELECT lee_bounds_query(NULL) IS NULL AS "null", lee_bounds_query('SELECT true AS treated, 1 AS outcome') IS NULL AS one_arm, lee_bounds_query('SELECT treated, outcome FROM trial WHERE false') IS NULL AS none,
       lee_bounds_query('SELECT treated, NULL::int AS outcome FROM trial') IS NULL AS unseen;

-- difference in differences with sample selection
SELECT pg_temp.r(b.lower) AS lower, pg_temp.r(b.upper) AS upper, b.lower_error BETWEEN 1.2 AND 1.5 AS error, b.trimmed, pg_temp.r(b.share) AS share, b.n_treated, b.n_control, b.method,
       b.details ->> 'selection' AS selection, b.details ->> 'replicates' AS replicates
FROM did_bounds_query('SELECT treated, 0 AS before, outcome AS after FROM trial') b;
SELECT selection, monotone, dominance, pg_temp.r(b.lower) AS lower, pg_temp.r(b.upper) AS upper, b.trimmed, pg_temp.r((b.details ->> 'treated_kept')::float8) AS treated_kept,
       pg_temp.r((b.details ->> 'control_kept')::float8) AS control_kept
FROM (VALUES (1, 'parallel', true, 'greater'), (2, 'parallel', true, 'lesser'), (3, 'independent', true, 'none'), (4, 'parallel', false, 'none')) o (i, selection, monotone, dominance),
     did_bounds_query('SELECT treated, 0 AS before, outcome AS after FROM trial', selection => selection, monotone => monotone, replicates => 20, options => jsonb_build_object('dominance', dominance)) b ORDER BY i;
SELECT a = b AS same_seed, a = c AS other_seed
FROM did_bounds_query('SELECT treated, 0 AS before, outcome AS after FROM trial', replicates => 50) a, did_bounds_query('SELECT treated, 0 AS before, outcome AS after FROM trial ORDER BY after', replicates => 50) b,
     did_bounds_query('SELECT treated, 0 AS before, outcome AS after FROM trial', replicates => 50, seed => 1) c;
-- nobody need be seen either way; no changes; a share above 1
SELECT b.lower, b.upper, b.interval_lower, b.trimmed, b.share
FROM did_bounds_query('SELECT treated, 0 AS before, CASE WHEN outcome <= 4 THEN outcome END AS after FROM trial', monotone => false, replicates => 20) b;
SELECT did_bounds_query('SELECT treated, NULL::float8 AS before, outcome AS after FROM trial') IS NULL AS no_changes, did_bounds_query(NULL) IS NULL AS "null";
SELECT b.trimmed, b.details ->> 'treated_seen_untreated' AS treated_seen_untreated
FROM did_bounds_query('SELECT treated, CASE WHEN treated OR outcome <= 4 THEN 0 END AS before, CASE WHEN treated THEN outcome ELSE least(outcome, 5) END AS after FROM trial', replicates => 20) b;

-- Makarov bounds
CREATE TABLE arms AS SELECT (SELECT sample(x) FROM unnest('{1,2,4,7}'::float8[]) x) AS t, (SELECT sample(x) FROM unnest('{0,1,1.5,3}'::float8[]) x) AS c;
SELECT m.z, m.lower, m.upper, m.interval_lower, m.interval_upper, m.level FROM arms, makarov_bounds(t, c, '{-1,0,1,2,3,5,-infinity,infinity}') m;
-- the share that is harmed: P(D < 0)
SELECT m.* FROM arms, makarov_bounds(t, c, '{0,1}', strict => true) m;
-- near their laws: every outcome off by 1 in all; by .1, .3 on average
SELECT m.z, m.lower, m.upper FROM arms, makarov_bounds(t, c, '{0,1,2}', radius => 1) m;
SELECT d.radius, m.z, pg_temp.r(m.lower) AS lower, pg_temp.r(m.upper) AS upper FROM arms, (VALUES (0.1), (0.3)) d (radius), makarov_bounds(t, c, '{0,1}', radius => d.radius, p => 1) m ORDER BY 1, 2;
SELECT m.* FROM arms, makarov_quantiles(t, c, '{0.1,0.25,0.5,0.75,1}') m;
-- ties of decimals: .1 + .2 is .3
SELECT m.lower, m.upper FROM (SELECT sample(0.3) AS t, sample(0.1) AS c) s, makarov_bounds(t, c, '{0.2}') m;
-- the interval of many rows; weights are rows
SELECT pg_temp.r(m.upper) AS upper, pg_temp.r(m.interval_lower) AS interval_lower, pg_temp.r(m.interval_upper) AS interval_upper
FROM (SELECT sample(x) AS t, sample(x - 500) AS c FROM generate_series(1, 1000) x) s, makarov_bounds(t, c, '{0}', level => 0.9) m;
SELECT a = b AS same FROM (SELECT sample_weighted(2, x) AS w, sample(x) || sample(x) AS s FROM generate_series(1, 50) x) q, makarov_bounds(w, w, '{3}') a, makarov_bounds(s, s, '{3}') b;
SELECT count(*) FROM arms, makarov_bounds(t, NULL, '{0}') m;
SELECT count(*) FROM arms, makarov_bounds(t, c, '{}') m;

-- regression discontinuity: 40 units of 9 outcomes
CREATE TABLE wages AS
SELECT i AS firm, x AS size, 1 + 0.5 * x + 0.3 * x * x + CASE WHEN x >= 0 THEN 0.5 + 0.2 * z ELSE 0 END + z * (1 + 0.2 * x) AS exact, 0.3 * sin(7 * i) AS noise
FROM generate_series(1, 40) i, LATERAL (SELECT -1 + 2 * (i - 0.5::float8) / 40) f (x),
     unnest('{-1.59321881802304628,-0.967421566101701009,-0.589455797497811029,-0.282216147062507729,0,0.282216147062507729,0.589455797497811029,0.967421566101701009,1.59321881802304628}'::float8[]) z;
SELECT pg_temp.r(r.effect) AS effect, r.std_error[3] < 1e-12 AS exact
FROM r3d_query('SELECT firm AS unit, size AS running, exact AS outcome FROM wages', 0, q => '{.1,.25,.5,.75,.9}', bandwidth => 0.6) r;
SELECT pg_temp.r(r.above) AS above, pg_temp.r(r.effect) AS effect, pg_temp.r(r.std_error) AS std_error, r.n, r.n_below, r.n_above, r.at_cutoff, r.n_rows, r.omitted, r.polynomial, r.problems
FROM r3d_query('SELECT firm AS unit, size AS running, exact + noise AS outcome FROM wages', 0, q => '{.1,.25,.5,.75,.9}', bandwidth => 0.6, options => '{"order":1,"residuals":"raw"}') r;
SELECT pg_temp.r(r.effect) AS effect, pg_temp.r(r.std_error[3]) AS std_error, r.band, abs(r.critical - 0.3265) < 0.01 AS critical, r.p_effect < 0.01 AS p_effect, pg_temp.r(r.p_equal) AS p_equal, r.level, r.replicates, r.seed, r.kernel, r.method
FROM r3d_query('SELECT firm AS unit, size AS running, exact + noise AS outcome FROM wages', 0, q => '{.1,.25,.5,.75,.9}', bandwidth => 0.9, replicates => 20000, options => '{"residuals":"raw"}') r;
-- in rows; a chosen bandwidth, the default grid; other units of both columns; rows in another order
SELECT e.q, pg_temp.r(e.effect) AS effect, pg_temp.r(e.below + e.effect - e.above) AS rest, e.lower < e.effect AND e.effect < e.upper AS band
FROM r3d_query('SELECT firm AS unit, size AS running, exact + noise AS outcome FROM wages', 0, q => '{.2,.5,.8}') r, r3d_effects(r) e;
SET client_min_messages = error;
SELECT array_length(r.q, 1) AS k, r.q[1], r.q[99], r.bandwidth BETWEEN 0.5 AND 1.98 AS bandwidth, r.problems,
       abs(r.bandwidth - s.bandwidth / 1000) < 1e-9 AS units_of_x, abs(r.effect[50] - s.effect[50] / 100) < 1e-9 AS units_of_y, pg_temp.r(r.critical - s.critical / 100) AS band
FROM r3d_query('SELECT firm AS unit, size AS running, exact + noise AS outcome FROM wages', 0) r,
     r3d_query('SELECT ''firm '' || firm AS unit, 1000 * size + 5 AS running, 100 * (exact + noise) AS outcome FROM wages ORDER BY noise', 5) s;
RESET client_min_messages;
-- units count alike whatever their rows; exactly at the cutoff is treated; rows with a NULL are left out
SELECT pg_temp.r(r.effect) AS effect, r.n, r.at_cutoff, r.n_rows, r.omitted
FROM r3d_query('SELECT i AS unit, i AS running, CASE WHEN i >= 0 THEN 2 ELSE 1 END + j * 0 AS outcome FROM generate_series(-10, 10) i, generate_series(1, 2 + abs(i) * 10) j
	UNION ALL VALUES (NULL, 1, 5), (1, NULL, 5), (1, 1, NULL), (77, 1, NULL)', 0, q => '{0.5}', bandwidth => 8, kernel => 'uniform') r;
-- one outcome a unit: an ordinary regression discontinuity, with a warning
SELECT pg_temp.r(r.effect) AS effect, r.problems, r.p_equal FROM r3d_query('SELECT i AS unit, i AS running, i + CASE WHEN i >= 0 THEN 3 ELSE 0 END AS outcome FROM generate_series(-20, 20) i', 0, q => '{0.5}', bandwidth => 15) r;
-- not all firms above the cutoff take the treatment: effects are jumps over the jump of the share; a unit counts with its mean, rows without treatment are left out
SELECT pg_temp.r(f.first_stage) AS first_stage, pg_temp.r(f.first_stage_error) AS error, pg_temp.r(f.effect) AS effect, pg_temp.r(f.effect[1] / r.effect[1]) AS times, pg_temp.r(f.critical / r.critical) AS band,
       f.bandwidth = r.bandwidth AS same_bandwidth, r.first_stage AS sharp
FROM r3d_query('SELECT firm AS unit, size AS running, exact + noise AS outcome, CASE WHEN size < 0 THEN 0 ELSE (z % 2)::float8 END AS treatment FROM (SELECT *, row_number() OVER (PARTITION BY firm ORDER BY exact) % 2 AS z FROM
	(SELECT * FROM wages UNION ALL SELECT * FROM wages) t) u', 0, q => '{.2,.5,.8}', bandwidth => 0.8) f,
	r3d_query('SELECT firm AS unit, size AS running, exact + noise AS outcome FROM (SELECT * FROM wages UNION ALL SELECT * FROM wages) t', 0, q => '{.2,.5,.8}', bandwidth => 0.8) r;
SELECT r.n, r.omitted, pg_temp.r(r.first_stage) AS first_stage
FROM r3d_query('SELECT firm AS unit, size AS running, exact AS outcome, CASE WHEN firm > 1 THEN (size >= 0)::int END AS treatment FROM wages', 0, q => '{.2,.5,.8}', bandwidth => 0.8) r;
-- curves are ascending by either method, and the same where they are so already
SELECT a.effect = b.effect AS same FROM r3d_query('SELECT firm AS unit, size AS running, exact + noise AS outcome FROM wages', 0, q => '{.2,.5,.8}') a,
	r3d_query('SELECT firm AS unit, size AS running, exact + noise AS outcome FROM wages', 0, q => '{.2,.5,.8}', method => 'sorted') b;
SELECT r3d_query('SELECT firm AS unit, size AS running, exact AS outcome FROM wages WHERE false', 0) IS NULL AS none, r3d_query(NULL, 0) IS NULL AS "null",
       r3d_query('SELECT firm AS unit, size AS running, NULL::float8 AS outcome FROM wages', 0) IS NULL AS unseen;

-- errors
CREATE TABLE calls (i serial, call text);
INSERT INTO calls (call) VALUES
	('lee_bounds(t, c, 3, 10)'), ('lee_bounds(t, c, ''NaN'', 10)'), ('lee_bounds(t, c, NULL, 10)'), ('lee_bounds(t, c, 10, 10, level => 1)'), ('lee_bounds(t, c, 10, 10, options => ''{"a":1}'')'),
	('lee_bounds((SELECT sample(1.0, 2.0)), c, 10, 10)'),
	('lee_bounds_query(''SELECT treated FROM trial'')'), ('lee_bounds_query(''SELECT treated, outcome, cells FROM trial, unnest(ARRAY[1]) cells'')'), ('lee_bounds_query(''SELECT treated, outcome, outcome FROM trial'')'),
	('lee_bounds_query(''SELECT 1 AS treated, outcome FROM trial'')'), ('lee_bounds_query(''SELECT treated, now() AS outcome FROM trial'')'), ('lee_bounds_query(''SELECT treated, outcome / 0.0::float8 AS outcome FROM trial'')'),
	('lee_bounds_query(''SELECT treated, outcome, nullif(weight, 1) AS weight FROM trial'')'), ('lee_bounds_query(''SELECT treated, outcome, -weight AS weight FROM trial'')'),
	('lee_bounds_query(''SELECT treated, outcome, ''''infinity''''::float8 AS weight FROM trial'')'), ('lee_bounds_query(''SELECT treated, outcome, outcome AS cell FROM trial WHERE outcome IS NOT NULL'')'),
	('lee_bounds_query(''DELETE FROM trial RETURNING treated, outcome'')'), ('lee_bounds_query(''WITH d AS (DELETE FROM trial RETURNING treated, outcome) SELECT * FROM d'')'),
	('lee_bounds_query(''SELECT treated, outcome FROM trial FOR UPDATE'')'), ('lee_bounds_query(''SELECT treated, random() AS outcome FROM trial'')'), ('lee_bounds_query(''SELECT treated, outcome FROM trial; SELECT 1'')'),
	('lee_bounds_query(''SELECT treated, outcome) AS x; DROP TABLE trial; --'')'), ('lee_bounds_query('''')'), ('lee_bounds_query(''SELECT treated, outcome FROM trial'', level => NULL)'),
	('did_bounds_query(''SELECT treated, 0 AS before FROM trial'')'), ('did_bounds_query(''SELECT treated, 0 AS before, outcome AS after FROM trial'', selection => ''none'')'),
	('did_bounds_query(''SELECT treated, 0 AS before, outcome AS after FROM trial'', replicates => 1)'), ('did_bounds_query(''SELECT treated, 0 AS before, outcome AS after FROM trial'', options => ''{"dominance":"more"}'')'),
	('did_bounds_query(''SELECT treated, ''''NaN''''::float8 AS before, outcome AS after FROM trial'')'), ('did_bounds_query(''SELECT treated, -1e308 AS before, 1e308 AS after FROM trial'')'),
	('makarov_bounds(t, c, NULL)'), ('makarov_bounds(t, c, ''{NaN}'')'), ('makarov_bounds(t, c, ''{0,NULL}'')'), ('makarov_bounds(t, c, ''{0}'', radius => -1)'), ('makarov_bounds(t, c, ''{0}'', p => 2)'),
	('makarov_bounds(t, c, ''{0}'', level => 0)'), ('makarov_bounds((SELECT sample(1.0, 2.0)), c, ''{0}'')'), ('makarov_quantiles(t, c, ''{0}'')'), ('makarov_quantiles(t, c, ''{1.5}'')'),
	('r3d_query(''SELECT firm AS unit, size AS running, exact AS outcome, firm % 2 AS treatment FROM wages'', 0, bandwidth => 0.8)'),
	('r3d_query(''SELECT firm AS unit, exact AS outcome FROM wages'', 0)'), ('r3d_query(''SELECT firm AS unit, ''''x'''' AS running, exact AS outcome FROM wages'', 0)'),
	('r3d_query(''SELECT firm AS unit, exact AS running, exact AS outcome FROM wages'', 0)'), ('r3d_query(''SELECT firm AS unit, 1 / nullif(firm - 1, 0)::float8 * ''''infinity'''' AS running, exact AS outcome FROM wages'', 0)'),
	('r3d_query(''SELECT firm AS unit, size AS running, ''''NaN''''::float8 AS outcome FROM wages'', 0)'), ('r3d_query(''SELECT firm AS unit, size AS running, exact AS outcome FROM wages'', 5)'),
	('r3d_query(''SELECT firm AS unit, size AS running, exact AS outcome FROM wages'', 0, bandwidth => 0.1)'), ('r3d_query(''SELECT firm AS unit, sign(size) AS running, exact AS outcome FROM wages'', 0, bandwidth => 2)'),
	('r3d_query(''SELECT firm AS unit, size AS running, exact AS outcome FROM wages'', ''NaN'')'), ('r3d_query(''SELECT firm AS unit, size AS running, exact AS outcome FROM wages'', NULL)'),
	('r3d_query(''SELECT firm AS unit, size AS running, exact AS outcome FROM wages'', 0, bandwidth => 0)'), ('r3d_query(''SELECT firm AS unit, size AS running, exact AS outcome FROM wages'', 0, kernel => ''gaussian'')'),
	('r3d_query(''SELECT firm AS unit, size AS running, exact AS outcome FROM wages'', 0, method => ''simple'')'), ('r3d_query(''SELECT firm AS unit, size AS running, exact AS outcome FROM wages'', 0, replicates => 18)'),
	('r3d_query(''SELECT firm AS unit, size AS running, exact AS outcome FROM wages'', 0, q => ''{0.5,0.5}'')'), ('r3d_query(''SELECT firm AS unit, size AS running, exact AS outcome FROM wages'', 0, q => ''{1}'')'),
	('r3d_query(''SELECT firm AS unit, size AS running, exact AS outcome FROM wages'', 0, q => ''{}'')'), ('r3d_query(''SELECT firm AS unit, size AS running, exact AS outcome FROM wages'', 0, options => ''{"order":4}'')'),
	('r3d_query(''SELECT firm AS unit, size AS running, exact AS outcome FROM wages'', 0, options => ''{"test_range":[0.9,0.1]}'')'), ('r3d_query(''SELECT firm AS unit, size AS running, exact AS outcome FROM wages'', 0, options => ''{"orders":1}'')');
SELECT c.i, f.* FROM calls c, LATERAL pg_temp.failure('SELECT f FROM arms, ' || call || ' f') f ORDER BY c.i;
SELECT count(*) AS still_there FROM trial;
-- memory: what does not fit is refused before it is taken
SET pgmeasure.max_memory = '1MB';
SELECT f.* FROM pg_temp.failure($$SELECT r3d_query('SELECT i AS unit, i AS running, 1 AS outcome FROM generate_series(-9999, 9999) i', 0)$$) f;
SELECT f.* FROM pg_temp.failure($$SELECT did_bounds_query('SELECT i % 2 = 0 AS treated, i AS before, i AS after FROM generate_series(1, 200000) i')$$) f;
SELECT f.* FROM pg_temp.failure($$SELECT lee_bounds_query('SELECT i % 2 = 0 AS treated, i AS outcome, i / 50000 AS cell FROM generate_series(1, 200000) i')$$) f;
SELECT f.* FROM (SELECT sample(x) AS s FROM generate_series(1, 1000) x) a, pg_temp.failure(format('SELECT makarov_bounds(%L, %L, ''{0}'', radius => 1, p => 1)', s, s)) f;
RESET pgmeasure.max_memory;
