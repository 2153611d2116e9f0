-- The tables that the documentation's queries speak of; test/docs.sh makes every document's
-- database from them, and dev/demo has them.
CREATE TABLE faithful (eruptions float8, waiting float8);
\copy faithful FROM test/data/faithful.csv (FORMAT csv, HEADER)
CREATE TABLE iris (sepal_length float8, sepal_width float8, petal_length float8, petal_width float8, species text);
\copy iris FROM test/data/iris.csv (FORMAT csv, HEADER)
CREATE TABLE airquality (ozone float8, solar_r float8, wind float8, temp float8, month int, day int);
\copy airquality FROM test/data/airquality.csv (FORMAT csv, HEADER)
CREATE TABLE galaxies (velocity float8);
\copy galaxies FROM test/data/galaxies.csv (FORMAT csv, HEADER)
