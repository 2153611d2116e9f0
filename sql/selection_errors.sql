-- What the functions that choose rows refuse: SQLSTATE, message, detail, hint.
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
CREATE TEMP TABLE s AS SELECT sample_keyed(x, x) AS one, sample_keyed(x, x, x * x) AS two, sample_keyed(x, -x) AS minus, sample_keyed(x, x / 2.0 - 1) AS half, sample_keyed(x, NULLIF(x, 3), x) AS gaps, sample_keyed(x % 3, x) AS twice, sample_keyed(x, mixed(x, x::text)) AS mixed,
	sample_keyed(x, x, 2 * x) AS dependent, sample_keyed_weighted(x, 0, x) AS weightless, sample_keyed_weighted(x, x / 2.0, x, 1) AS halves, sample_keyed(x, 1e308) AS vast FROM generate_series(1, 5) x;
CREATE TEMP TABLE d AS SELECT dissimilarity(a, b, 1) AS d, dissimilarity(a, b, 1) FILTER (WHERE a + b <> 3) AS part FROM generate_series(1, 4) a, generate_series(1, 4) b WHERE a < b;
\x
SELECT a.query, f.* FROM unnest(ARRAY['select_representatives(two, 0)', 'select_representatives(two, NULL)', 'select_representatives(two, 2, ''best'')', 'select_representatives(two, 2, metric => ''taxi'')', 'select_representatives(two, 2, metric => ''gower'', scale => ''sd'')',
	'select_representatives(gaps, 2)', 'select_representatives(mixed, 2)', 'select_representatives(weightless, 2)', 'select_representatives(two, 2, options => ''{"colour":1}'')', 'select_representatives(two, 2, options => ''{"similarity":"cosine"}'')', 'select_representatives(two, 2, options => ''{"similarity":"gaussian"}'')',
	'select_representatives(two, 2, options => ''{"lambda":-1}'')', 'select_representatives(two, 2, options => ''{"epsilon":-1}'')',
	'select_shares(two, 0)', 'select_shares(two, 6)', 'select_shares(halves, 1)', 'select_shares(two, 2, 0)', 'select_shares(two, 2, options => ''{"epsilon":1}'')',
	'select_by_score(two, 2)', 'select_by_score(minus, 2)', 'select_by_score(one, 0)', 'select_by_score(one, 2, ''systematic'')', 'select_by_score(one, 2, seed => NULL)', 'select_by_score(twice, 2)', 'select_by_score(mixed, 2)', 'select_by_score(vast, 2)', 'select_by_score(one, 2, options => ''{"a":1}'')',
	'select_sensitivity(one, 2)', 'select_sensitivity(two, 2, -1)', 'select_sensitivity(two, 2, 1, 0)', 'select_sensitivity(gaps, 2)',
	'select_uncertain(one, 2)', 'select_uncertain(two, 2)', 'select_uncertain(half, 2)', 'select_uncertain(one, 2, ''Infinity'')', 'select_uncertain(one, 2, options => ''{"uncertainty":"margin"}'')',
	'select_volume(two, 1)', 'select_volume(dependent)', 'select_volume(twice)', 'select_leverages(gaps)', 'select_leverages(mixed)',
	'select_total(one)', 'select_total(two)', 'select_total(two, ''top'')', 'select_total(two, level => 1)',
	'select_disagreements(halves)', 'select_disagreements(minus)', 'select_disagreements(two, 0)', 'select_disagreements(two, options => ''{"logits":1}'')']) a (query), pg_temp.failure('SELECT count(*) FROM s, ' || a.query || ' r') f;
SELECT a.query, f.* FROM unnest(ARRAY['select_representatives(part, 2)', 'frechet_medoid(part, ''{1}'', ''{1}'')', 'frechet_medoid(d, ''{9}'', ''{1}'')', 'frechet_medoid(d, ''{1,2}'', ''{1}'')', 'frechet_medoid(d, ''{1,2}'', ''{1,-1}'')', 'frechet_medoid(d, ''{1,2}'', ''{1,NaN}'')', 'frechet_medoid(d, ''{1,2}'', ''{1,NULL}'')', 'frechet_medoid(d, ''{1,NULL}'', ''{1,1}'')',
	'frechet_medoid(d, ''{1}'', ''{1}'', 0)']) a (query), pg_temp.failure('SELECT count(*) FROM d, ' || a.query || ' r') f;
