-- subsample(id, size, ...): the `size` rows whose ids have the least hash.
CREATE TABLE subsample_rows AS SELECT x, 'id ' || x AS id, sin(x) AS a, x % 10 AS b FROM generate_series(1, 20000) x;
SELECT i.n, i.weight, i.keyed, (SELECT count(DISTINCT weight) FROM sample_rows(s)) AS weights FROM (SELECT subsample(x, 300, a, b) AS s FROM subsample_rows) q, sample_info(s) i;
-- these rows, here and on every machine and in every release
SELECT x.id, x.weight FROM (SELECT subsample(x, 4, x) AS s FROM subsample_rows) q, sample_rows(s) x;
SELECT x.id, x.weight FROM (SELECT subsample(id, 4, x) AS s FROM subsample_rows) q, sample_rows(s) x;
-- fewer rows than wanted: all of them, weight 1
SELECT i.n, i.weight FROM (SELECT subsample(x, 100, a) AS s FROM subsample_rows WHERE x <= 10) q, sample_info(s) i;
SELECT subsample(x, 100, a) IS NULL AS nothing, subsample(x, 100, NULL::float8) IS NULL AS "null" FROM subsample_rows WHERE x < 0;
-- NULL rows are neither kept nor counted
SELECT i.n, i.weight FROM (SELECT subsample(x, 10, nullif(x % 2, 0)::float8) AS s FROM subsample_rows) q, sample_info(s) i;
-- the order of rows and the size of what is held beside do not matter; a larger subsample holds the smaller one
SELECT count(DISTINCT s) FROM (SELECT subsample(x, 100, a ORDER BY x) AS s FROM subsample_rows UNION ALL SELECT subsample(x, 100, a ORDER BY -x) FROM subsample_rows
	UNION ALL SELECT subsample(x, 100, a ORDER BY a) FROM subsample_rows UNION ALL SELECT subsample(x, 100, a ORDER BY md5(id)) FROM subsample_rows) q;
SELECT count(*) FROM (SELECT r.id FROM (SELECT subsample(x, 100, a) AS s FROM subsample_rows) q, sample_rows(s) r EXCEPT SELECT r.id FROM (SELECT subsample(x, 200, a) AS s FROM subsample_rows) q, sample_rows(s) r) e;
-- an id that was drawn in one table is drawn in another: samples of a group of users stay together
SELECT count(*) FROM (SELECT r.id FROM (SELECT subsample(x, 100, a) AS s FROM subsample_rows) q, sample_rows(s) r INTERSECT SELECT r.id FROM (SELECT subsample(x, 100, b) AS s FROM subsample_rows) q, sample_rows(s) r) i;
-- rows of one id: all of it at once, or cut among its rows in canonical order
SELECT i.n, i.distinct_rows, i.weight FROM (SELECT subsample(7, 5, x) AS s FROM subsample_rows) q, sample_info(s) i;
SELECT x.x FROM (SELECT subsample(7, 3, x ORDER BY -x) AS s FROM subsample_rows) q, sample_rows(s) x;
-- mixed, arrays, size 1
SELECT i.n, i.kinds FROM (SELECT subsample(id, 50, mixed(a, id, b > 3, NULL)) AS s FROM subsample_rows) q, sample_info(s) i;
SELECT (SELECT subsample(x, 50, a, b) FROM subsample_rows) = (SELECT subsample(x, 50, ARRAY[a, b]) FROM subsample_rows) AS array, (SELECT subsample(x, 50, a, b) FROM subsample_rows) = (SELECT subsample(x, 50, a, VARIADIC ARRAY[b]::float8[]) FROM subsample_rows) AS variadic;
SELECT i.n, i.weight FROM (SELECT subsample(x, 1, a) AS s FROM subsample_rows) q, sample_info(s) i;
-- a subsample of groups: memory is that of 2 size rows each
SELECT count(*), sum(sample_n(s)), sum((sample_info(s)).weight) FROM (SELECT b, subsample(x, 7, a) AS s FROM subsample_rows GROUP BY b) q;
SELECT sample_n(subsample(x, 1000000, a)) FROM subsample_rows;
-- the rows of subsamples put together weigh what all rows do
SELECT i.n, i.weight FROM (SELECT sample_union(s) AS s FROM (SELECT subsample(x, 7, a) AS s FROM subsample_rows GROUP BY b) q) r, sample_info(s) i;
-- whole weights or not, a subsample is as many rows as were drawn: n of an interval, bins, bic, errors; in a union and a marginal, too
SELECT size, (sample_quantile_interval(s, 0.5)).n_a, (SELECT count(*) FROM sample_histogram(s)) AS bins, i.n, round(i.weight) AS weight, round(i.bic::numeric, 1) AS bic, round(e.std_error::numeric, 3) AS std_error,
       (gmm_info(gmm_fit(s, 1, options => '{"weights":"frequency"}'))).weight AS frequency
FROM (SELECT 400 AS size, subsample(x, 400, x) AS s FROM subsample_rows UNION ALL SELECT 399, subsample(x, 399, x) FROM subsample_rows) q, gmm_fit(s, 1) m, gmm_info(m) i, gmm_intervals(m, s) e WHERE e.parameter = 'mean';
SELECT (sample_quantile_interval(s || s, 0.5)).n_a AS union, (sample_quantile_interval(sample_marginal(t, '{2}'), 0.5)).n_a AS marginal,
       (sample_quantile_interval(s || sample_keyed_weighted, 0.5)).n_a AS with_whole, (sample_quantile_interval(s::text::measure_sample, 0.5)).n_a AS text, s = s::text::measure_sample AS equal
FROM (SELECT subsample(x, 200, x) AS s, subsample(x, 50, a, b) AS t FROM subsample_rows) q, (SELECT sample_keyed_weighted(x, 100, x) FROM generate_series(1, 10) x) w;

-- unbiased: means over many disjoint sets of ids are normal around the mean of all (4.5, sd 2.872), each row is drawn equally often
SELECT count(*), abs(avg(z)) < 3 / sqrt(1000) AS mean, abs(stddev(z) - 1) < 0.1 AS sd
FROM (SELECT (c.mean - 4.5) / (2.8722813 / sqrt(20) * sqrt(1 - 20 / 200.0)) AS z
      FROM (SELECT k, subsample(1000 * k + x, 20, x % 10) AS s FROM generate_series(1, 1000) k, generate_series(0, 199) x GROUP BY k) q, sample_columns(s) c) r;
SELECT min(n) > 400 - 4.5 * sqrt(400 * 0.8) AS least, max(n) < 400 + 4.5 * sqrt(400 * 0.8) AS most, sum(n)
FROM (SELECT r.x[1] AS x, count(*) AS n FROM (SELECT subsample('set ' || k || ' row ' || x, 20, x) AS s FROM generate_series(1, 2000) k, generate_series(0, 99) x GROUP BY k) q, sample_rows(s) r GROUP BY r.x[1]) c;
