# Choosing rows: medoids within bounds against medoids without; representatives; draws of a million rows against the
# canonical order of the sample; labels of 100,000 items by 50 labels of one metric.
sql "
SELECT setseed(0.5);
CREATE TABLE points AS SELECT sample_keyed(i, random(), random(), random()) AS s, jsonb_object_agg(i, i % 4) AS g FROM generate_series(1, 5000) i;
CREATE TABLE million AS SELECT i AS id, random() AS p FROM generate_series(1, 1000000) i;
CREATE TABLE metric AS SELECT dissimilarity('l' || a, 'l' || b, abs(a - b)) AS d FROM generate_series(1, 50) a, generate_series(1, 50) b;
CREATE TABLE votes AS SELECT i AS item, ARRAY['l' || 1 + i % 50, 'l' || 1 + i * 7 % 50, 'l' || 1 + i * 13 % 50] AS l, ARRAY[0.5, 0.3, 0.2]::float8[] AS p FROM generate_series(1, 100000) i"
for table in points million metric votes; do sql "VACUUM ANALYZE $table"; done
export PGOPTIONS="-c max_parallel_workers_per_gather=0"
fit="SELECT m IS NULL FROM points, kmedoids_fit(s, 10, options => '{\"silhouette\":false}') m"
fair() { echo "SELECT f IS NULL FROM points, kmedoids_fair(s, 10, g, '[2,4]'${1-}, options => '{\"silhouette\":false,\"price\":false${2-}}') f"; }

bench "kmedoids_fair, no pairs / kmedoids_fit" 5 "$(fair '' ',"pairs":false')" "$fit"
bench "kmedoids_fair / kmedoids_fit" 5 "$(fair)" "$fit"
bench "kmedoids_fair, p = 2 / kmedoids_fit" 5 "$(fair ', 2')" "$fit"
bench "k-center / kmedoids_fit" 5 "$(fair ", 'Infinity'")" "$fit"
bench "100 facilities / by graph cut" 5 "SELECT count(*) FROM points, select_representatives(s, 100)" "SELECT count(*) FROM points, select_representatives(s, 100, 'graph_cut')"
bench "100 by log det / by graph cut" 5 "SELECT count(*) FROM points, select_representatives(s, 100, 'log_det')" "SELECT count(*) FROM points, select_representatives(s, 100, 'graph_cut')"
sample="SELECT (sample_info(sample_keyed(id, p))).distinct_rows FROM million"
bench "1000 of a million, replacement / sample" 5 "SELECT count(*) FROM (SELECT sample_keyed(id, p) AS s FROM million) q, select_by_score(s, 1000)" "$sample"
bench "1000 of a million, poisson / sample" 5 "SELECT count(*) FROM (SELECT sample_keyed(id, p) AS s FROM million) q, select_uncertain(s, 1000)" "$sample"
bench "frechet_medoid / sum of arrays' lengths" 5 "SELECT count((frechet_medoid(d, l, p)).label) FROM votes, metric" "SELECT sum(cardinality(l) + cardinality(p)) FROM votes, metric"
unset PGOPTIONS
