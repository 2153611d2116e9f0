-- Choosing rows: representatives, draws by a score, regression designs, disagreement, Frechet medoids; references of the literature and of closed forms.
CREATE FUNCTION pg_temp.near(a float8, b float8, tolerance float8 DEFAULT 1e-8) RETURNS boolean LANGUAGE sql AS $$SELECT abs(a - b) <= tolerance * greatest(1, abs(b))$$;
CREATE TEMP TABLE d100 AS SELECT i, 37 * i % 101 AS x, 53 * i * i % 103 AS y FROM generate_series(0, 99) i;

-- representatives: greedy choices of the reference, by a sample and by distances
SELECT v.method, string_agg(r.id, ' ' ORDER BY r.rank) AS ids, bool_and(pg_temp.near(r.gain, v.gains[r.rank], 1e-9)) AS gains, round(max(r.total) FILTER (WHERE r.rank = 6)::numeric, 6) AS total
FROM (SELECT sample_keyed(i, x, y) AS s FROM d100) q, (VALUES ('facility_location', NULL, '{4.452274338,2.143982477,1.863436189,1.713702565,1.555560344,1.482850523}'::float8[]),
	('graph_cut', '{"lambda":0.4}', '{4.052274338,3.984316120,3.857262116,3.732563740,3.671603404,3.613754334}')) v (method, options, gains), select_representatives(s, 6, v.method, options => v.options::jsonb) r GROUP BY 1 ORDER BY 1;
SELECT o.epsilon, string_agg(r.id, ' ' ORDER BY r.rank) AS ids, pg_temp.near(sum(r.gain), o.sum, 1e-8) AS sum FROM (SELECT sample_keyed(i, x, y) AS s FROM d100) q, (VALUES (0, -0.017586885), (1, 4.154507262)) o (epsilon, sum),
	 select_representatives(s, 6, 'log_det', options => jsonb_build_object('similarity', 'gaussian', 'bandwidth', 20, 'epsilon', o.epsilon)) r GROUP BY o.epsilon, o.sum ORDER BY 1;
SELECT string_agg(r.id, ' ' ORDER BY r.rank) AS ids FROM (SELECT dissimilarity(a.i, b.i, sqrt((a.x - b.x)^2 + (a.y - b.y)^2)) AS d FROM d100 a, d100 b WHERE a.i < b.i) q, select_representatives(d, 6) r;
-- any order of rows; weights are repeated rows; ids of text; a budget of all rows; what a duplicate adds
SELECT (SELECT array_agg(r ORDER BY rank) FROM (SELECT sample_keyed(i, x, y ORDER BY md5(i::text)) AS s FROM d100) q, select_representatives(s, 9) r) = (SELECT array_agg(r ORDER BY rank) FROM (SELECT sample_keyed(i, x, y) AS s FROM d100) q, select_representatives(s, 9) r) AS shuffled;
SELECT bool_and(pg_temp.near(a.gain, b.gain) AND a.id = split_part(b.id, '.', 1)) AS weights FROM (SELECT sample_keyed_weighted(lpad(i::text, 2, '0'), 1 + i % 3, x, y) AS w, (SELECT sample_keyed(lpad(i::text, 2, '0') || '.' || c, x, y) FROM d100, generate_series(0, i % 3) c) AS s FROM d100) q, select_representatives(w, 7) a, select_representatives(s, 7) b WHERE a.rank = b.rank;
SELECT r.rank, r.id, r.gain > 1e-12 AS adds FROM (SELECT sample_keyed(i, i / 2) AS s FROM generate_series(1, 5) i) q, select_representatives(s, 10) r;
SELECT count(*) FROM (SELECT sample_keyed(i, i / 2) AS s FROM generate_series(1, 5) i) q, select_representatives(s, 10, options => '{"min_gain":1e-9}') r;
SELECT count(*) AS rank_exhausted FROM (SELECT sample_keyed(i, i / 2) AS s FROM generate_series(1, 5) i) q, select_representatives(s, 10, 'log_det', options => '{"epsilon":0}') r;
SELECT r.rank, r.id FROM (SELECT sample_keyed(id, mixed(a, b)) AS s FROM (VALUES ('p', 1, 'x'), ('q', 2, 'x'), ('r', NULL, 'y'), ('s', 9, 'y')) v (id, a, b)) q, select_representatives(s, 2, metric => 'gower') r;
SELECT r.id, round(r.gain::numeric, 9) AS gain FROM (SELECT sample(x, y) AS s FROM (VALUES (1, 0), (2, 0), (0, 1)) v (x, y)) q, select_representatives(s, 3, metric => 'cosine') r;

-- a budget among groups
SELECT r.rank, r.id, r.gain > 0 AS adds, round(r.share::numeric, 3) AS share, r.rows FROM (SELECT sample_keyed_weighted(task, n, a, b, c) AS s FROM (VALUES ('chat', 1000, 1, 0.1, 0), ('code', 20, 0, 1, 0.1), ('math', 500, 0.1, 1, 0.3), ('poem', 50, 0.9, 0, 0.2)) v (task, n, a, b, c)) q, select_shares(s, 100) r;
SELECT count(*), sum(r.rows), round(sum(r.share)::numeric, 12) AS share FROM (SELECT sample_keyed_weighted(task, n, a, b, c) AS s FROM (VALUES ('chat', 1000, 1, 0.1, 0), ('code', 20, 0, 1, 0.1), ('math', 500, 0.1, 1, 0.3), ('poem', 50, 0.9, 0, 0.2)) v (task, n, a, b, c)) q, select_shares(s, 1200, 2, '{"lambda":0.2}') r;

-- sensitivity sampling: x = 0, 1, 2, 10, 11, 13, 50 with centers 1, 11, 50 and losses 2, 1, 4
CREATE TEMP TABLE seven AS SELECT x, CASE WHEN x < 5 THEN 2 WHEN x < 20 THEN 1 ELSE 4 END AS loss, abs(x - CASE WHEN x < 5 THEN 1 WHEN x < 20 THEN 11 ELSE 50 END) AS distance FROM unnest('{0,1,2,10,11,13,50}'::int[]) x;
SELECT v.lambda, count(*), bool_and(pg_temp.near(r.score, v.scores[n]) AND pg_temp.near(r.probability, v.p[n], 1e-6) AND pg_temp.near(r.weight, r.draws / (5000 * r.probability))) AS agrees, sum(r.draws) AS draws, pg_temp.near(sum(r.weight), 7, 0.05) AS counts_rows
FROM (SELECT sample_keyed(x, loss, distance) AS s FROM seven) q, (VALUES (0.1, '{2.1,2,2.1,1.1,1,1.4,4}'::float8[], '{.153285,.145985,.153285,.080292,.072993,.102190,.291971}'::float8[]), (1, '{3,2,3,2,1,5,4}', '{.15,.1,.15,.1,.05,.25,.2}')) v (lambda, scores, p),
	 select_sensitivity(s, 5000, v.lambda) r, LATERAL (SELECT array_position('{0,1,2,10,11,13,50}'::int[], r.id::int) AS n) n GROUP BY 1 ORDER BY 1;
-- the total of x^2 from 400 draws, and from a poisson sample; the true one is 2895
SELECT e.method, e.n_a > 0 AS some, e.estimate BETWEEN 0.8 * 2895 AND 1.2 * 2895 AS near, e.std_error > 0 AS error, pg_temp.near(e.upper - e.lower, 2 * 1.959963984540054 * e.std_error) AS interval, e.level, e.n_b, e.converged
FROM (SELECT sample_weighted(r.draws, r.id::int ^ 2, r.probability) AS s FROM (SELECT sample_keyed(x, loss, distance) AS s FROM seven) q, select_sensitivity(s, 400) r) g, select_total(g.s) e;
SELECT e.estimate, e.std_error, e.lower, e.upper FROM (SELECT sample(r.id::int ^ 2, r.probability) AS s FROM (SELECT sample_keyed(x, loss, distance) AS s FROM seven) q, select_sensitivity(s, 7, method => 'poisson') r) g, select_total(g.s, 'poisson') e;
SELECT count(*), min(r.weight), max(r.weight) FROM (SELECT sample_keyed(x, x) AS s FROM generate_series(1, 9) x) q, select_by_score(s, 9, 'poisson') r;
SELECT bool_and(pg_temp.near(e.estimate, 45, 0.3)) AS near, avg(e.estimate) BETWEEN 44 AND 46 AS unbiased, count(*) FILTER (WHERE e.lower <= 45 AND 45 <= e.upper) BETWEEN 160 AND 199 AS covers
FROM generate_series(1, 200) seed, LATERAL (SELECT sample_weighted(r.draws, r.id::float8, r.probability) AS s FROM (SELECT sample_keyed(x, 3 + x) AS s FROM generate_series(1, 9) x) q, select_by_score(q.s, 30, seed => seed) r) g, select_total(g.s) e;
SELECT e.estimate, e.std_error, e.lower FROM select_total((SELECT sample(3, 0.5))) e;
-- coins fall by id and seed: more rows leave those of a row as they were
SELECT (SELECT array_agg(r.id ORDER BY r.id) FROM (SELECT sample_keyed(x, 1) AS s FROM generate_series(1, 1000) x) q, select_by_score(s, 100, 'poisson', 5) r WHERE r.id::int <= 500)
	= (SELECT array_agg(r.id ORDER BY r.id) FROM (SELECT sample_keyed(x, 1) AS s FROM generate_series(1, 500) x) q, select_by_score(s, 50, 'poisson', 5) r) AS same_coins;
SELECT (SELECT array_agg(r) FROM (SELECT sample_keyed(i, x + 1) AS s FROM d100) q, select_by_score(s, 20, seed => 3) r) = (SELECT array_agg(r) FROM (SELECT sample_keyed(i, x + 1 ORDER BY md5(i::text)) AS s FROM d100) q, select_by_score(s, 20, seed => 3) r) AS shuffled;
SELECT id, score, probability, draws, weight FROM (SELECT sample_keyed(i, x) AS s FROM d100) q, select_by_score(s, 3, 'top');
-- rows of a weighted sample hand their weight on; equal rows; one row
SELECT a.id = b.id AS same, pg_temp.near(a.weight, (1 + a.id::int % 3) * b.weight) AS weight FROM (SELECT sample_keyed_weighted(i, 1 + i % 3, x + 1) AS w, sample_keyed(i, x + 1) AS s FROM d100) q, select_by_score(w, 3, 'poisson') a, select_by_score(s, 3, 'poisson') b WHERE a.id = b.id;
SELECT string_agg(r.id || ' ' || r.gain, ', ' ORDER BY r.rank) AS equal_rows FROM (SELECT sample_keyed(x, 7, 7) AS s FROM generate_series(1, 3) x) q, select_representatives(s, 3) r;
SELECT t.estimate, t.std_error FROM (SELECT sample(5, r.probability) AS v FROM (SELECT sample_keyed(1, 4) AS s) q, select_by_score(s, 1, 'poisson') r) g, select_total(v, 'poisson') t;
SELECT r.* FROM (SELECT sample_keyed(1, 4) AS s) q, select_volume(s) r;
SELECT r.rank, r.id, r.gain, r.rows FROM (SELECT sample_keyed_weighted('only', 9, 1, 2) AS s) q, select_shares(s, 5) r;
SELECT count(DISTINCT r.id) > 1 AS uniform, min(r.probability), max(r.probability) FROM (SELECT sample_keyed(x, 0) AS s FROM generate_series(1, 4) x) q, select_by_score(s, 20) r;

-- uncertainty: probabilities of inclusion of the reference, seen through the rows that were drawn
SELECT v.exponent, v.size, count(DISTINCT r.id) AS rows, bool_and(pg_temp.near(r.probability, v.pi[r.id::int])) AS agrees, bool_and(pg_temp.near(r.weight, 1 / r.probability)) AS weights
FROM (SELECT sample_keyed(i, p) AS s FROM unnest('{.5,.7,.9,.99,.2}'::float8[]) WITH ORDINALITY u (p, i)) q, (VALUES (1, 2, '{.694540908,.583414363,.250034727,.027503820,.444506181}'::float8[]), (1, 3, '{1,.893807193,.383060226,.042136625,.680995957}'), (-.5, 2, '{.199690236,.217879915,.332817063,1,.249612795}'), (0, 2, '{.4,.4,.4,.4,.4}')) v (exponent, size, pi),
	 generate_series(1, 300) seed, select_uncertain(s, v.size, v.exponent, seed => seed) r GROUP BY 1, 2 ORDER BY 1, 2;
SELECT string_agg(id, ' ') AS hard FROM (SELECT sample_keyed(i, p) AS s FROM unnest('{.5,.7,.9,.99,.2}'::float8[]) WITH ORDINALITY u (p, i)) q, select_uncertain(s, 2, method => 'top');
SELECT string_agg(id, ' ') AS easy FROM (SELECT sample_keyed(i, p) AS s FROM unnest('{.5,.7,.9,.99,.2}'::float8[]) WITH ORDINALITY u (p, i)) q, select_uncertain(s, 2, -1, 'top');
SELECT r.id, round(r.score::numeric, 9) AS score FROM (SELECT sample_keyed(id, a, b, c) AS s FROM (VALUES ('x', .5, .25, .25), ('y', .9, .1, 0)) v (id, a, b, c)) q, unnest('{gini,entropy}'::text[]) u, select_uncertain(s, 2, options => jsonb_build_object('uncertainty', u)) r;

-- regression designs
CREATE TEMP TABLE design AS SELECT i, x, y FROM unnest('{0,1,2,4,8}'::int[], '{1,3,2,5,4}'::int[]) WITH ORDINALITY u (x, y, i);
SELECT l.id, round(l.leverage::numeric, 12) AS leverage FROM (SELECT sample_keyed(i, 1, x) AS s FROM design) q, select_leverages(s) l;
SELECT r.draws, count(*) = 2000 AS rows, bool_and(pg_temp.near(r.probability, r.score / 2) AND pg_temp.near(r.weight, 1 / r.score)) AS weights, abs(count(*) FILTER (WHERE r.id = '5') / 1000.0 - .825) < 0.05 AS last FROM (SELECT sample_keyed(i, 1, x) AS s FROM design) q, generate_series(1, 1000) seed, select_volume(s, seed => seed) r GROUP BY 1;
-- least squares of what was drawn is unbiased: 1.95 + 0.35 x
SELECT abs(avg((c * u - b * v) / (a * c - b * b)) - 1.95) < 0.1 AS intercept, abs(avg((a * v - b * u) / (a * c - b * b)) - 0.35) < 0.03 AS slope
FROM (SELECT seed, sum(w) AS a, sum(w * x) AS b, sum(w * x * x) AS c, sum(w * y) AS u, sum(w * x * y) AS v FROM (SELECT seed, r.weight AS w, x, y FROM (SELECT sample_keyed(i, 1, x) AS s FROM design) q, generate_series(1, 2000) seed, select_volume(s, 3, seed) r JOIN design ON i = r.id::int) d GROUP BY seed) f;

-- models that disagree
SELECT r.rank, r.id, round(r.pds::numeric, 9) AS pds, round(r.jsd::numeric, 8) AS jsd, r.models FROM (SELECT sample_keyed(item, a, b, c) AS s FROM (VALUES (1, .7, .2, .1), (1, .1, .8, .1), (2, .5, .5, 0), (2, .5, .5, 0), (3, .9, .05, .05), (3, .8, .1, .1)) v (item, a, b, c)) q, select_disagreements(s) r;
SELECT r.id, round(r.pds::numeric, 9) AS pds FROM (SELECT sample_keyed(item, ln(a), ln(b)) AS s FROM (VALUES (1, 7, 3), (1, 2, 8), (2, 1, 1)) v (item, a, b)) q, select_disagreements(s, 1, '{"logits":true}') r;
SELECT r.id, round(r.pds::numeric, 9) AS pds FROM (SELECT sample_keyed(item, a, b) AS s FROM (VALUES (1, 7, 3), (1, 2, 8)) v (item, a, b)) q, select_disagreements(s) r;

-- the label nearest to the votes
CREATE TEMP TABLE line AS SELECT dissimilarity(a::text, b::text, abs(a - b)) AS d FROM unnest('{0,1,2,4,7}'::int[]) a, unnest('{0,1,2,4,7}'::int[]) b;
SELECT e.exponent, f.label, round(f.value::numeric, 9) AS value, f.second, round(f.second_value::numeric, 9) AS second_value, round(f.margin::numeric, 9) AS margin, f.ties FROM line, (VALUES (2), (1), (3)) e (exponent), frechet_medoid(d, '{0,2,7}', '{.5,.2,.3}', e.exponent) f;
SELECT f.* FROM (SELECT dissimilarity(a, b, (a <> b)::int) AS d FROM unnest('{cat,dog,owl}'::text[]) a, unnest('{cat,dog,owl}'::text[]) b) r, frechet_medoid(d, '{owl,cat,owl}', '{.3,.5,.3}') f;
SELECT g.item, f.label FROM (SELECT item, array_agg(label) AS l, array_agg(p) AS p FROM (VALUES (1, '0', .5), (1, '7', .6), (2, '4', 1), (3, '0', 0)) v (item, label, p) GROUP BY item) g, line, frechet_medoid(d, l, p) f ORDER BY 1;
SELECT f.* FROM (SELECT dissimilarity('a', 'a', 0) AS d) r, frechet_medoid(d, '{a}', '{2}') f;

-- NULL in, nothing out
SELECT (SELECT count(*) FROM select_representatives(NULL::measure_sample, 2)), (SELECT count(*) FROM select_representatives(NULL::measure_dissimilarity, 2)), (SELECT count(*) FROM select_by_score(NULL, 2)), (SELECT count(*) FROM select_sensitivity(NULL, 2)), (SELECT count(*) FROM select_uncertain(NULL, 2)),
	(SELECT count(*) FROM select_volume(NULL)), (SELECT count(*) FROM select_leverages(NULL)), (SELECT count(*) FROM select_shares(NULL, 2)), (SELECT count(*) FROM select_disagreements(NULL)), select_total(NULL) IS NULL, frechet_medoid(NULL, '{}', '{}') IS NULL;
