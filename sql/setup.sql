-- The extension and the data that the other tests read.
CREATE EXTENSION pgmeasure;
\getenv abs_srcdir PG_ABS_SRCDIR
\set faithful_csv :abs_srcdir '/test/data/faithful.csv'
\set iris_csv :abs_srcdir '/test/data/iris.csv'
CREATE TABLE faithful (eruptions float8, waiting float8);
COPY faithful FROM :'faithful_csv' (FORMAT csv, HEADER);
CREATE TABLE iris (sepal_length float8, sepal_width float8, petal_length float8, petal_width float8, species text);
COPY iris FROM :'iris_csv' (FORMAT csv, HEADER);
SELECT count(*), sum(waiting) FROM faithful;
SELECT species, count(*) FROM iris GROUP BY species ORDER BY species;
