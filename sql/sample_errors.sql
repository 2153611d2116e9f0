-- What samples refuse: SQLSTATE, message, detail, hint.
CREATE FUNCTION pg_temp.failure(query text) RETURNS TABLE (state text, message text, detail text, hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	state := 'none'; message := query;
	RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT;
END $$;
CREATE TABLE refused (id serial, query text);
COPY refused (query) FROM stdin;
sample(x) FROM (VALUES ('{1,2}'::float8[]), ('{1}')) v (x)
sample(x) FROM (VALUES ('{1}'::numeric[]), ('{1,2,3}')) v (x)
sample(m) FROM (VALUES (mixed(1)), (mixed(1, 2))) v (m)
sample('{}'::int[])
sample('{{1,2},{3,4}}'::int[])
sample('{1,NaN}'::real[])
sample('NaN'::float8)
sample(1, 'Infinity'::numeric)
sample(1, 2, 3, 4, 5, 6, 7, 8, 9, '-Infinity')
sample(array_fill(1::float8, '{16385}'))
sample_weighted(-1, 2)
sample_weighted('NaN', 2)
sample_weighted(1e308, 2)
sample_weighted('Infinity', ARRAY[1, 2])
sample_weighted(NULL, 2)
sample_keyed(NULL::bigint, 2)
sample_keyed_weighted(NULL::text, 1, 2)
sample_keyed(repeat('x', 16777216), 1)
mixed(1, now())
mixed('NaN'::float8)
mixed(1, 'Infinity'::numeric)
mixed(VARIADIC '{}'::int[])
mixed(1, '{1}'::int[])
mixed(repeat('x', 16777216))
sample(m) FROM (VALUES (mixed(1, 'a')), (mixed(1, 2))) v (m)
sample(mixed('a')) || sample(mixed(true))
sample_curve(sample(mixed(1, 'a')))
subsample(1, 0, 2)
subsample(1, NULL, 2)
subsample(x, x, 2) FROM generate_series(1, 3) x
sample(1) || sample(1, 2)
sample_union(s) FROM (SELECT sample(1, 2, 3) AS s UNION ALL SELECT sample(1, 2)) q
sample(1) || sample_keyed(1, 1)
sample_keyed(1, 1) || sample_keyed('a', 1)
sample(mixed(1)) || sample(1)
sample_append(NULL, 1)
sample_append(NULL, NULL::float8)
sample_merge(sample(1), sample(1))
sample_final(sample(1))
subsample_final(sample(1))
sample_quantile(sample(1), 1.5)
sample_quantile(sample(1), '{0.5,-0.1}'::float8[])
sample_quantile(sample(1), '{0.5,NaN}'::float8[])
sample_quantile(sample(1), '{0.5,NULL}'::float8[])
sample_quantile(sample(1), '{{0.5}}'::float8[])
sample_quantile(sample(1, 2), 0.5)
sample_quantile_interval(sample(1), 0.5, 1)
sample_cdf(sample(1), 'NaN')
sample_histogram(sample(1, 2))
sample_histogram(sample(1), 0)
sample_histogram(sample(1), 10000000)
sample_histogram(sample(1), 2, 5, 4)
sample_histogram(sample(1), 2, 5)
sample_histogram(sample(1), 2, 'NaN')
sample_histogram(sample(1), 2, 1, 'Infinity')
sample_curve(sample(1), 'pdf')
sample_curve(sample(1), NULL)
sample_curve(sample(1), 'cdf', 0)
sample_columns(sample(1), '{a,b}')
sample_columns(sample(1), '{NULL}')
sample_marginal(sample(1, 2), '{3}')
sample_marginal(sample(1, 2), '{0}')
sample_marginal(sample(1, 2), '{1,1}')
sample_marginal(sample(1, 2), '{}')
sample_marginal(sample(1, 2), '{NULL}')
\.
\x
SELECT query, f.state, f.message, nullif(f.detail, '') AS detail, nullif(f.hint, '') AS hint FROM refused, pg_temp.failure('SELECT ' || query) f ORDER BY id;
-- a size that differs between parts is found when they meet
CREATE TABLE refused_parts (id bigint, size int) PARTITION BY LIST (size);
CREATE TABLE refused_parts_5 PARTITION OF refused_parts FOR VALUES IN (5);
CREATE TABLE refused_parts_6 PARTITION OF refused_parts FOR VALUES IN (6);
INSERT INTO refused_parts SELECT x, 5 + x % 2 FROM generate_series(1, 100) x;
SET enable_partitionwise_aggregate = on;
SELECT f.state, f.message, f.hint FROM pg_temp.failure('SELECT subsample(id, size, id) FROM refused_parts') f;
RESET enable_partitionwise_aggregate;
-- memory: need, limit, ways out; a subsample of the same rows is within it
SET pgmeasure.max_memory = '1MB';
SELECT f.state, f.message, f.hint FROM pg_temp.failure('SELECT sample(x) FROM generate_series(1, 200000) x') f;
SELECT f.state, f.message, f.hint FROM pg_temp.failure('SELECT sample_keyed(''a long text id, number '' || x, x) FROM generate_series(1, 50000) x') f;
SELECT f.state, f.message, f.hint FROM pg_temp.failure('SELECT s || s FROM (SELECT sample(x) AS s FROM generate_series(1, 100000) x) q') f;
SELECT sample_n(sample(x)) FROM generate_series(1, 131000) x;
SELECT sample_n(subsample(x, 1000, x)) FROM generate_series(1, 200000) x;
RESET pgmeasure.max_memory;
SELECT f.state, f.message ~ 'outside the valid range for parameter "pgmeasure.max_memory"' AS told FROM pg_temp.failure('SET pgmeasure.max_memory = ''1kB''') f;
SELECT f.state, f.message FROM pg_temp.failure('SET pgmeasure.no_such = 1') f;
\x
-- calls that PostgreSQL refuses before we see them
SELECT sample('a'::text);
SELECT sample('{t}'::boolean[]);
SELECT sample();
SELECT mixed();
SELECT sample_quantile(sample(1), '{0.1,0.9}');
