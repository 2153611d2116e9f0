/*
 * out.h: answers: row types, sets, arrays, choices and options.
 */
#ifndef PGMEASURE_OUT_H
#define PGMEASURE_OUT_H

#include "pg/base/compat.h"

#include "funcapi.h"
#include "lib/stringinfo.h"

/* One row of the function's named composite type. */
extern Datum out_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls);

/* A set: begin, add rows, return (Datum) 0. */
extern ReturnSetInfo *out_set(FunctionCallInfo fcinfo);
extern void out_add(ReturnSetInfo *set, Datum *values, bool *nulls);

/* float8 values; NaN becomes NULL in a row (no number is known), and an element of an array stays. */
extern void out_float8(Datum *values, bool *nulls, int column, double x);
extern Datum out_float8_array(const double *x, size_t n);
extern Datum out_float8_matrix(const double *x, size_t rows, size_t columns);
extern Datum out_text_array(const char *const *words, size_t n);
extern Datum out_text(const char *words);

/* --- arguments ------------------------------------------------------------------------------ */

/* Index of a text argument in a NULL-terminated list of words; an unknown word is an error that lists them. */
extern int arg_choice(FunctionCallInfo fcinfo, int argno, const char *name, const char *const *choices);

/* A not-NULL argument of a non-STRICT function. */
extern int32 arg_int32(FunctionCallInfo fcinfo, int argno, const char *name);
extern int64 arg_int64(FunctionCallInfo fcinfo, int argno, const char *name);
extern double arg_float8(FunctionCallInfo fcinfo, int argno, const char *name);
extern bool arg_bool(FunctionCallInfo fcinfo, int argno, const char *name);

/* float8[] of one dimension without NULL or NaN; d numbers palloc'd. */
extern double *arg_float8_array(FunctionCallInfo fcinfo, int argno, const char *name, size_t *n);

/* text[] of exactly `want` names, or NULL when the argument is NULL. */
extern char **arg_names(FunctionCallInfo fcinfo, int argno, size_t want);

/* dims int[] of a value of d columns: nd distinct numbers from 1 to d, given back from 0. */
extern uint32 *arg_dims(FunctionCallInfo fcinfo, int argno, size_t d, size_t *nd);

/* A not-NULL text argument. */
extern char *arg_text(FunctionCallInfo fcinfo, int argno, const char *name);

/* options jsonb: every key must be among `keys` (NULL-terminated). NULL options are no options. */
extern void arg_options(FunctionCallInfo fcinfo, int argno, const char *const *keys);

/* Index of the word of a key of the options, `otherwise` where the key is not there. */
extern int arg_option_choice(FunctionCallInfo fcinfo, int argno, const char *key, const char *const *choices,
							 int otherwise);

/* A number of the options, finite. */
extern double arg_option_number(FunctionCallInfo fcinfo, int argno, const char *key, double otherwise);

/* The same of true or false, of a whole number of at least 1, and of a list of n numbers (NULL where it is not there). */
extern bool arg_option_bool(FunctionCallInfo fcinfo, int argno, const char *key, bool otherwise);
extern size_t arg_option_count(FunctionCallInfo fcinfo, int argno, const char *key, size_t otherwise);
extern double *arg_option_numbers(FunctionCallInfo fcinfo, int argno, const char *key, size_t *n);

/* The name of column j (from 0): names[j], or "x1", "x2" ... when there are none. */
extern const char *column_name(char **names, size_t j);

#endif
