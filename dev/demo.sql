-- The queries of dev/demo: tables faithful and package are loaded, the variable packages says
-- whether the second has rows.
\pset null '-'
\echo
\echo '=== Old Faithful: how long an eruption lasted (minutes), how long until the next'
\set ECHO queries

SELECT count(*), round(avg(eruptions)::numeric, 2) AS eruptions, round(avg(waiting)::numeric, 1) AS waiting
FROM faithful;

\echo
\echo '--- The average describes no eruption. Are there two kinds? Fit, keep, read.'
CREATE TABLE models AS
SELECT 'faithful' AS name, m
FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r,
     gmm_fit(r.s, k => 2, names => '{eruptions,waiting}') m;

SELECT summary(m) FROM models WHERE name = 'faithful';

\echo
\echo '--- The same as a table: one row a component.'
SELECT c.component, round(c.weight::numeric, 3) AS weight, round(c.n::numeric, 1) AS n,
       c.mean::numeric(9,3)[] AS mean, c.sd::numeric(9,3)[] AS sd
FROM models, gmm_components(m) c
WHERE name = 'faithful';

\echo
\echo '--- Label every eruption; how sure is each label?'
SELECT l.kind, count(*), min(f.eruptions), max(f.eruptions), round(min(l.p)::numeric, 4) AS least_sure
FROM models, faithful f,
     LATERAL (SELECT gmm_predict(m, f.eruptions, f.waiting) AS kind,
                     (SELECT max(p) FROM unnest(gmm_posterior(m, f.eruptions, f.waiting)) p) AS p) l
WHERE name = 'faithful'
GROUP BY l.kind
ORDER BY l.kind;

\echo
\echo '--- Were two kinds the right number? Every size and shape, best first.'
SELECT c.rank, c.k, c.covariance, round(c.bic::numeric, 1) AS bic, c.parameters, c.problems
FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_select(r.s, k_max => 5) c
WHERE c.rank <= 5;

\echo
\echo '--- After an eruption of 3 minutes, how long will the wait be?'
SELECT round(c.weight::numeric, 2) AS weight, round(c.mean[1]::numeric, 1) AS wait, round(c.sd[1]::numeric, 1) AS sd,
       round(gmm_quantile(g, 0.9)::numeric, 1) AS nine_of_ten_within
FROM models, gmm_condition(m, '{3,NULL}') g, gmm_components(g) c
WHERE name = 'faithful';

\echo
\echo '--- The density curve of the waiting time, as a chart.'
SELECT round(c.x::numeric, 1) AS waiting, round(c.y::numeric, 4) AS density,
       repeat('*', round(50 * c.y / max(c.y) OVER ())::int) AS curve
FROM (SELECT sample(waiting) AS s FROM faithful) r, gmm_fit(r.s, k => 2) m,
     gmm_curve(m, lo => 40, hi => 100, points => 25) c
WHERE c.series = 'total'
ORDER BY c.x;

\set ECHO none
\echo
\echo '=== The licence texts of Debian''s base-files: which are versions of each other?'
\set ECHO queries

CREATE TABLE licence_sketch AS
SELECT name, minhash_of(shingles(lower(regexp_replace(body, '\W+', ' ', 'g')), 5, 'word'), t => 1024) AS words
FROM licence;

SELECT a.name AS a, b.name AS b, round(jaccard(a.words, b.words)::numeric, 2) AS jaccard,
       round(containment(a.words, b.words)::numeric, 2) AS "a in b",
       round(containment(b.words, a.words)::numeric, 2) AS "b in a"
FROM licence_sketch a JOIN licence_sketch b ON a.name < b.name
WHERE jaccard(a.words, b.words) > 0.1
ORDER BY jaccard DESC;

\echo
\echo '--- Groups of texts, as many as the silhouette likes best: which one stands for the others of its group?'
SELECT c.medoid_id AS licence, string_agg(l.id || ' (' || round(l.distance::numeric, 2) || ')', ', ' ORDER BY l.distance) AS stands_for
FROM (SELECT jaccard_matrix(name, words) AS d FROM licence_sketch) r, kmedoids_select(d, k_max => 12) k,
     kmedoids_clusters(k.model) c JOIN LATERAL kmedoids_labels(k.model, d) l USING (cluster)
WHERE k.rank = 1 AND l.id <> c.medoid_id
GROUP BY c.medoid_id;

\set ECHO none
\echo
\echo '=== Iris: are two species one distribution? All four measurements at once'
\set ECHO queries

CREATE TABLE flower AS
SELECT species, sample(sepal_length, sepal_width, petal_length, petal_width) AS s,
       sample(sepal_length, sepal_width, petal_length, petal_width) FILTER (WHERE i % 2 = 0) AS half,
       sample(sepal_length, sepal_width, petal_length, petal_width) FILTER (WHERE i % 2 = 1) AS other_half
FROM (SELECT row_number() OVER () AS i, * FROM iris) i GROUP BY species;

\echo
\echo '--- Pairs of species, and halves of one, which are alike: the distance, what it is by chance, the p-value.'
SELECT q.question, round(t.statistic::numeric, 3) AS mmd, round(t.null_mean::numeric, 3) AS by_chance, t.p_value,
       round((t.details ->> 'bandwidth')::numeric, 2) AS bandwidth
FROM (SELECT x.species || ' and ' || y.species AS question, x.s AS a, y.s AS b FROM flower x JOIN flower y ON x.species < y.species
      UNION ALL
      SELECT 'two halves of ' || species, half, other_half FROM flower) q,
     mmd_test(a, b, scale => 'sd') t
ORDER BY t.p_value, mmd DESC;

\set ECHO none
\echo
\echo '=== A stream of requests, 12 weeks of it: which week drifted?'
\echo '--- In week 9 latency and size, which went together, no longer do. No column shows it.'
\set ECHO queries

DO $$ BEGIN PERFORM setseed(0.5); END $$;
CREATE TABLE request AS
SELECT day, 1 + day / 7 AS week, 100 * exp(0.5 * u) AS ms, 8 * exp(0.8 * (r * u + sqrt(1 - r * r) * v)) AS kb
FROM (SELECT day, CASE WHEN day / 7 = 8 THEN 0 ELSE 0.8 END AS r, sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) AS u,
             sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) AS v
      FROM generate_series(0, 83) day, generate_series(1, 300)) n;

SELECT week, round(avg(ms)) AS ms, round(stddev(ms)) AS sd_ms, round(avg(kb)::numeric, 1) AS kb, round(stddev(kb)::numeric, 1) AS sd_kb
FROM request WHERE week IN (1, 8, 9, 10) GROUP BY week ORDER BY week;

\echo
\echo '--- Each day leaves a kernel mean of 16 kB behind, and the rows go.'
CREATE TABLE daily AS
SELECT week, day, kernel_mean(f, ln(ms), ln(kb)) AS m
FROM request, (SELECT kernel_features(sample(ln(ms), ln(kb))) AS f FROM request WHERE week = 1) features
GROUP BY week, day;
DROP TABLE request;

\echo
\echo '--- Every week against all others, without the rows: their distance, what it is by chance (whole days permuted), the p-value.'
SELECT w.week, round(t.statistic::numeric, 3) AS mmd, round(t.null_mean::numeric, 3) AS by_chance, t.p_value, repeat('*', round(200 * t.statistic)::int) AS chart
FROM generate_series(1, 12) w (week),
     LATERAL (SELECT array_agg(m) FILTER (WHERE week = w.week) AS a, array_agg(m) FILTER (WHERE week <> w.week) AS b FROM daily) q,
     mmd_test(a, b) t
ORDER BY w.week;

\set ECHO none
\if :packages
\echo
\echo '=== Debian''s package table: the sizes of everything one can install'
\set ECHO queries

SELECT count(*), count(DISTINCT section) AS sections, pg_size_pretty(sum(size)) AS download,
       pg_size_pretty(max(size)) AS largest, percentile_disc(0.5) WITHIN GROUP (ORDER BY size) AS median_bytes
FROM package;

\echo
\echo '--- How many kinds of package, by size to fetch and size on disk (natural logarithms of bytes and kB)?'
SELECT c.rank, c.k, c.covariance, round(c.bic::numeric) AS bic, c.problems
FROM (SELECT subsample(name, 10000, ln(size), ln(installed_size)) AS s FROM package WHERE size > 0 AND installed_size > 0) r,
     gmm_select(r.s, k_max => 6, covariance => '{full,tied}', n_init => 3) c
WHERE c.rank <= 5;

\echo
\echo '--- Three tell most of it. The fit starts on 20000 packages, then passes over the table once an iteration: none is held.'
INSERT INTO models
SELECT 'package', m
FROM gmm_fit_query('SELECT name AS id, ln(size) AS ln_size, ln(installed_size) AS ln_installed
                    FROM package WHERE size > 0 AND installed_size > 0', k => 3, options => '{"sample":20000}') m;

SELECT summary(m) FROM models WHERE name = 'package';

\echo
\echo '--- A typical package of each kind.'
SELECT c.component, round(100 * c.weight::numeric, 1) AS percent,
       pg_size_pretty(exp(c.mean[1])::bigint) AS download, pg_size_pretty(1024 * exp(c.mean[2])::bigint) AS installed
FROM models, gmm_components(m) c
WHERE name = 'package';

\echo
\echo '--- Which sections hold which kind?'
SELECT p.section, count(*) AS packages,
       round(100.0 * count(*) FILTER (WHERE l.kind = 1) / count(*)) AS "1 (%)",
       round(100.0 * count(*) FILTER (WHERE l.kind = 2) / count(*)) AS "2 (%)",
       round(100.0 * count(*) FILTER (WHERE l.kind = 3) / count(*)) AS "3 (%)"
FROM models, package p, gmm_predict(m, ln(p.size), ln(p.installed_size)) AS l(kind)
WHERE models.name = 'package' AND p.size > 0 AND p.installed_size > 0
GROUP BY p.section
ORDER BY count(*) DESC
LIMIT 12;

\echo
\echo '--- Some packages one knows: the probability of each kind.'
SELECT p.name, pg_size_pretty(p.size) AS download, pg_size_pretty(1024 * p.installed_size) AS installed,
       gmm_posterior(m, ln(p.size), ln(p.installed_size))::numeric(4,3)[] AS posterior, left(p.description, 40) AS description
FROM models, package p
WHERE models.name = 'package'
  AND p.name IN ('bash', 'coreutils', 'gcc-12', 'postgresql-15', 'libgsl-dev', 'r-base', 'texlive-full')
ORDER BY p.size;

\echo
\echo '--- What stands apart: packages of sizes so rare that fewer than one in a thousand would be rarer.'
SELECT p.name, pg_size_pretty(p.size) AS download, pg_size_pretty(1024 * p.installed_size) AS installed, x.component AS nearest,
       round(x.distance::numeric, 1) AS distance, round(x.tail_p::numeric, 5) AS tail_p
FROM models, package p, gmm_score(m, ln(p.size), ln(p.installed_size)) x
WHERE models.name = 'package' AND p.size > 0 AND p.installed_size > 0 AND x.tail_p < 0.001
ORDER BY x.log_density
LIMIT 10;

\echo
\echo '--- Typical packages, numbers and words together (gower): of the 8 largest sections, drawn by name. How many kinds?'
CREATE TABLE kinds AS
SELECT c.*
FROM (SELECT subsample(name, 1500, mixed(ln(size), ln(installed_size), section, priority)) AS s
      FROM package JOIN (SELECT section FROM package GROUP BY section ORDER BY count(*) DESC LIMIT 8) q USING (section)
      WHERE size > 0 AND installed_size > 0) r,
     kmedoids_select(s, k_max => 12, metric => 'gower') c;

SELECT k, round(silhouette::numeric, 3) AS silhouette, repeat('*', round(50 * silhouette)::int) AS curve FROM kinds ORDER BY k;

\echo
\echo '--- The packages that stand for the rest.'
SELECT c.cluster, c.size AS rows, p.name, p.section, p.priority, pg_size_pretty(p.size) AS download,
       pg_size_pretty(1024 * p.installed_size) AS installed, left(p.description, 40) AS description
FROM kinds, kmedoids_clusters(model) c JOIN package p ON p.name = c.medoid_id
WHERE kinds.rank = 1
ORDER BY c.cluster;

\echo
\echo '--- How far apart are the sizes of packages of two sections? log10 of bytes: 1 is a factor of 10. The ten largest sections.'
CREATE TABLE section_size AS
SELECT section, sample(log(size)) AS s
FROM package JOIN (SELECT section FROM package GROUP BY section ORDER BY count(*) DESC LIMIT 10) q USING (section)
WHERE size > 0
GROUP BY section;

CREATE TABLE section_distance AS SELECT wasserstein_matrix(section, s) AS d FROM section_size;

(SELECT i, j, round(distance::numeric, 2) AS moved FROM section_distance, dissimilarity_pairs(d) ORDER BY distance LIMIT 3)
UNION ALL
(SELECT i, j, round(distance::numeric, 2) FROM section_distance, dissimilarity_pairs(d) ORDER BY distance DESC LIMIT 3)
ORDER BY moved;

\echo
\echo '--- Are the two nearest more than chance apart? What is at each quantile, and the p-value beside what chance does.'
CREATE TABLE nearest AS
SELECT i, j, x.s AS a, y.s AS b
FROM (SELECT i, j FROM section_distance, dissimilarity_pairs(d) ORDER BY distance LIMIT 1) p,
     section_size x, section_size y
WHERE x.section = i AND y.section = j;

SELECT i || ' -> ' || j AS sections, q.p, pg_size_pretty((10 ^ q.a)::bigint) AS a, pg_size_pretty((10 ^ q.b)::bigint) AS b,
       round((10 ^ q.shift)::numeric, 2) AS factor
FROM nearest, wasserstein_quantiles(a, b) q;

SELECT round(t.statistic::numeric, 3) AS distance, round(t.null_mean::numeric, 3) AS by_chance, t.p_value, t.p_min,
       round(e.lower::numeric, 3) AS lower, round(e.upper::numeric, 3) AS upper
FROM nearest, wasserstein_test(a, b) t, wasserstein_interval(a, b) e;

\echo
\echo '--- The section in the middle of all: the barycenter, and how far from it each one is.'
SELECT section, sample_n(s) AS packages, pg_size_pretty((10 ^ sample_quantile(s, 0.5))::bigint) AS median,
       round(wasserstein(s, mean, 2)::numeric, 2) AS from_the_mean
FROM section_size, (SELECT wasserstein_mean(s) AS mean FROM section_size) m
ORDER BY from_the_mean;

\echo
\echo '--- Which sections are alike? Distances of distributions, clustered by k-medoids.'
SELECT l.medoid_id AS like, string_agg(l.id, ', ' ORDER BY l.distance) AS sections, round(avg(l.silhouette)::numeric, 2) AS silhouette
FROM section_distance, kmedoids_fit(d, 3) m, kmedoids_labels(m, d) l
GROUP BY l.medoid_id
ORDER BY count(*) DESC, l.medoid_id;

\echo
\echo '--- Which packages say nearly the same of themselves? Descriptions as sets of 5 letters in a row: section games.'
CREATE TABLE game AS
SELECT name AS id, description, minhash_of(shingles(lower(description), 5)) AS sketch
FROM package WHERE section = 'games' AND description IS NOT NULL;

CREATE TABLE twins AS SELECT * FROM near_duplicates('SELECT id, sketch FROM game', 0.7);

SELECT (SELECT count(*) FROM game) AS descriptions, (SELECT count(*) * (count(*) - 1) / 2 FROM game) AS possible_pairs,
       count(*) AS alike, count(DISTINCT group_id) AS groups
FROM twins;

\echo
\echo '--- The largest groups.'
SELECT count(*) AS packages, min(g.description) AS one_says, max(g.description) AS another_says
FROM (SELECT group_id, a AS id FROM twins UNION SELECT group_id, b FROM twins) m JOIN game g USING (id)
GROUP BY m.group_id
ORDER BY count(*) DESC, m.group_id
LIMIT 8;

\echo
\echo '--- A description of one''s own: what is there already? By index.'
CREATE INDEX ON game USING gin (sketch minhash_lsh_ops (min_jaccard = 0.4));
SET pgmeasure.jaccard_threshold = 0.4;
SELECT g.id, round(jaccard(g.sketch, q.sketch)::numeric, 2) AS jaccard, g.description
FROM game g, minhash_of(shingles('graphics and audio data for my game', 5)) AS q(sketch)
WHERE g.sketch % q.sketch
ORDER BY g.sketch <-> q.sketch, g.id
LIMIT 6;
RESET pgmeasure.jaccard_threshold;

\set ECHO none
\else
\echo '=== The package table is left out: apt has no package lists here (apt-get update fetches them).'
\endif
