-- p_adjust beside R 4.2.2's p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05, 0.001, 0.8, NA, 0.04), method).
SELECT method, array_agg(round(p::numeric, 9) ORDER BY o) AS adjusted
FROM unnest('{holm,hochberg,hommel,bonferroni,BH,BY,none}'::text[]) WITH ORDINALITY m (method, k),
     unnest(p_adjust('{0.01,0.02,0.03,0.04,0.05,0.001,0.8,NULL,0.04}', method)) WITH ORDINALITY a (p, o)
GROUP BY method, k ORDER BY k;
SELECT p_adjust('{0.01,0.02}') AS "default", p_adjust('{0.5}', 'BY') AS one, p_adjust('{0,1}', 'holm') AS bounds, p_adjust('{NULL,NULL}') AS nulls,
       p_adjust('{}') AS empty, p_adjust(NULL) AS "null", p_adjust(ARRAY[0.01, 0.04, 0.03], method => 'bonferroni') AS numeric;
-- an array of any shape keeps it
SELECT p_adjust('{{0.01,0.02},{0.03,NULL}}', 'bonferroni'), array_lower(p_adjust('[5:6]={0.1,0.2}'), 1);
-- from rows to rows
SELECT id, p, round(q::numeric, 6) AS q
FROM (SELECT array_agg(id ORDER BY id) AS ids, array_agg(p ORDER BY id) AS ps FROM (VALUES (1, 0.003), (2, 0.2), (3, 0.04)) t (id, p)) a, unnest(ids, ps, p_adjust(ps)) u (id, p, q)
ORDER BY id;

-- errors
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;
SELECT f.*
FROM (VALUES (1, '''{0.1,1.5}'''), (2, '''{-0.25}'''), (3, '''{0.1,NaN}'''), (4, '''{0.1}'', ''fdr'''), (5, '''{0.1}'', NULL')) q (id, arguments),
     LATERAL pg_temp.failure('SELECT p_adjust(' || arguments || ')') f ORDER BY q.id;
