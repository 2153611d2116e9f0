-- The catalogue: what every object of the extension must have. From the first comment on, a query that prints a
-- row names a violation, but where its comment says what it lists.
CREATE TEMP TABLE ours AS
SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid WHERE e.extname = 'pgmeasure' AND d.deptype = 'e';
CREATE TEMP TABLE our_functions AS SELECT p.* FROM pg_proc p JOIN ours ON classid = 'pg_proc'::regclass AND objid = p.oid;
CREATE TEMP TABLE our_types AS SELECT t.* FROM pg_type t JOIN ours ON classid = 'pg_type'::regclass AND objid = t.oid;
CREATE TEMP TABLE our_values AS SELECT * FROM our_types WHERE typtype = 'b' AND typcategory <> 'A';
-- lists: the stored types
SELECT count(*) > 200 AS functions FROM our_functions;
SELECT typname FROM our_values ORDER BY typname;
-- every object has a comment, and that is a phrase
SELECT pg_describe_object(classid, objid, 0) AS without_comment FROM ours
WHERE obj_description(objid, (SELECT relname FROM pg_class WHERE oid = classid)) IS NULL
	AND NOT (classid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type t WHERE t.oid = objid AND t.typcategory = 'A'))
	AND classid <> 'pg_opfamily'::regclass ORDER BY 1;
SELECT objid::regprocedure AS poor_comment, obj_description(objid, 'pg_proc') FROM ours
WHERE classid = 'pg_proc'::regclass AND (length(obj_description(objid, 'pg_proc')) < 10 OR obj_description(objid, 'pg_proc') ~ '[^.][.]$|TODO|XXX');
-- every argument has a name that is no reserved word; but for mixed(VARIADIC "any") and input and output
SELECT oid::regprocedure AS without_argument_names FROM our_functions
WHERE pronargs > 0 AND proargnames IS NULL AND provariadic <> '"any"'::regtype AND proname !~ '^measure_\w+_(in|out|recv|send)$' ORDER BY 1;
SELECT f.oid::regprocedure AS function, name AS reserved FROM our_functions f, unnest(f.proargnames) name, pg_get_keywords() k
WHERE k.word = name AND k.catcode IN ('R', 'T') ORDER BY 1;
SELECT oid::regprocedure AS unnamed_argument FROM our_functions WHERE '' = ANY (proargnames);
-- no OUT lists and no record: rows are named composite types
SELECT oid::regprocedure AS with_out_list FROM our_functions WHERE proargmodes && '{o,b,t}'::"char"[];
SELECT oid::regprocedure AS returns_record FROM our_functions WHERE prorettype = 'record'::regtype;
-- STRICT only where no argument is NULL by default
SELECT oid::regprocedure AS strict_with_default_null FROM our_functions WHERE proisstrict AND pg_get_expr(proargdefaults, 0) ~ 'NULL';
-- parallel safe or restricted, not volatile, but for drivers, which run queries; in C or with a body that is bound to its objects
CREATE TEMP TABLE drivers AS SELECT oid FROM our_functions WHERE proargnames[1] = 'query' AND proargtypes[0] = 'text'::regtype;
SELECT oid::regprocedure AS parallel_unsafe FROM our_functions WHERE (proparallel = 'u') <> (oid IN (TABLE drivers));
SELECT oid::regprocedure AS volatile FROM our_functions WHERE (provolatile = 'v') <> (oid IN (TABLE drivers));
SELECT oid::regprocedure AS body FROM our_functions f WHERE prokind = 'f' AND prolang NOT IN (SELECT oid FROM pg_language WHERE lanname = 'c') AND prosqlbody IS NULL;
SELECT oid::regprocedure AS security_definer_or_settings FROM our_functions WHERE prosecdef OR proconfig IS NOT NULL;
SELECT oid::regprocedure AS without_rows FROM our_functions WHERE proretset AND prorows IN (0, 1000) AND proname NOT LIKE '%\_rows';
-- lists: what is not immutable
SELECT proname, provolatile FROM our_functions WHERE provolatile <> 'i' ORDER BY proname;
-- aggregates: a combine function, SSPACE, a concrete state type, no STRICT part
SELECT a.aggfnoid::regprocedure AS aggregate, a.aggcombinefn, a.aggtransspace, a.aggtranstype::regtype, a.aggkind
FROM pg_aggregate a JOIN our_functions o ON o.oid = a.aggfnoid JOIN pg_proc t ON t.oid = a.aggtransfn LEFT JOIN pg_proc c ON c.oid = a.aggcombinefn LEFT JOIN pg_proc f ON f.oid = a.aggfinalfn
WHERE a.aggcombinefn = 0 OR a.aggtransspace = 0 OR a.aggtranstype = 'internal'::regtype OR a.aggkind <> 'n' OR t.proisstrict OR c.proisstrict OR f.proisstrict OR (f.oid IS NOT NULL AND a.aggfinalmodify <> 'r') ORDER BY 1;
-- lists: states that hold rows are restricted, the others safe
SELECT DISTINCT proname, proparallel FROM our_functions WHERE prokind = 'a' ORDER BY proname;
-- no name that Citus treats by itself
SELECT DISTINCT proname FROM our_functions WHERE prokind = 'a' AND proname IN ('avg', 'min', 'max', 'sum', 'count', 'every', 'any_value', 'stddev', 'variance', 'hll_add_agg', 'hll_union_agg', 'topn_add_agg', 'tdigest');
-- types: double alignment, external storage, binary form, comparisons with default classes of btree and hash, a cast to jsonb
SELECT typname, typalign, typstorage, typlen, typreceive, typsend FROM our_values WHERE typalign <> 'd' OR typstorage <> 'e' OR typlen <> -1 OR typreceive = 0 OR typsend = 0;
SELECT t.typname, n.op AS no_operator FROM our_values t CROSS JOIN unnest('{=,<>,<,<=,>,>=}'::text[]) n (op) WHERE NOT EXISTS (SELECT FROM pg_operator o WHERE o.oprname = n.op AND o.oprleft = t.oid AND o.oprright = t.oid);
SELECT t.typname, a.amname AS no_default_class FROM our_values t JOIN pg_am a ON a.amname IN ('btree', 'hash') WHERE NOT EXISTS (SELECT FROM pg_opclass c WHERE c.opcintype = t.oid AND c.opcmethod = a.oid AND c.opcdefault);
SELECT t.typname AS no_cast_to_jsonb FROM our_values t WHERE NOT EXISTS (SELECT FROM pg_cast c WHERE c.castsource = t.oid AND c.casttarget = 'jsonb'::regtype AND c.castcontext = 'e' AND c.castmethod = 'i');
SELECT o.oid::regoperator AS poor_equality FROM pg_operator o JOIN ours ON classid = 'pg_operator'::regclass AND objid = o.oid
WHERE oprname = '=' AND (NOT oprcanhash OR NOT oprcanmerge OR oprcom = 0 OR oprnegate = 0 OR oprrest = 0 OR oprjoin = 0);
SELECT o.opcname AS invalid FROM pg_opclass o JOIN ours ON classid = 'pg_opclass'::regclass AND objid = o.oid WHERE NOT amvalidate(o.oid);
-- every type begins with measure_, and none bears the name of a function, which would make a cast of a call
SELECT typname FROM our_types WHERE typname !~ '^_?measure_' OR typname IN (SELECT proname FROM our_functions);
-- summary of every value
SELECT typname AS no_summary FROM our_values WHERE typname <> 'measure_mixed' AND NOT EXISTS (SELECT FROM our_functions WHERE proname = 'summary' AND proargtypes[0] = our_values.oid);
-- no two functions that differ in arguments with a default alone: such calls are ambiguous
SELECT a.oid::regprocedure AS function, b.oid::regprocedure AS ambiguous_with FROM our_functions a JOIN our_functions b ON a.proname = b.proname AND a.oid <> b.oid
WHERE a.prokind = 'f' AND a.pronargs - a.pronargdefaults <= b.pronargs AND b.pronargs < a.pronargs AND a.provariadic = 0 AND b.provariadic = 0
	AND (a.proargtypes::oid[])[0:b.pronargs - 1] = b.proargtypes::oid[];
-- lists: the extension
SELECT extrelocatable FROM pg_extension WHERE extname = 'pgmeasure';
