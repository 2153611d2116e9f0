/*
 * matrix.h: aggregates that gather values, most of them with ids, and compare them when all are there:
 * jaccard_matrix(id, sketch) and its like.
 *
 * The state is a bytea: a head, and rows of an id, a family's own flat value and, of text ids, the text, each
 * padded to 8 bytes; free space behind them. The final function reads the rows in the order of their ids and
 * fills the triangle of a measure_dissimilarity as it is stored.
 */
#ifndef PGMEASURE_MATRIX_H
#define PGMEASURE_MATRIX_H

#include "pg/base/compat.h"

#include "pg/base/dissimilarity.h"

#define MATRIX_WITHOUT_IDS 0 /* a kind beside MS_DISSIMILARITY_ID_INT and _TEXT */

typedef struct MatrixFamily
{
	const char *name;  /* of the aggregate, for messages */
	const char *merge; /* the aggregate that makes one value of several, for a hint */
	/* An error when a value cannot be compared with the first one, which is not to be trusted. */
	void (*meet)(const void *first, size_t first_size, const void *value);
	/* The validator of what a state holds. */
	void (*check)(const void *value, size_t size);
} MatrixFamily;

/* Transition function: the id is argument 1 where there are any. NULL for a value is a row to skip. */
extern Datum matrix_append(FunctionCallInfo fcinfo, const MatrixFamily *family, uint16 kind,
						   const void *value, size_t size);

/* Combine function. */
extern Datum matrix_merge(FunctionCallInfo fcinfo, const MatrixFamily *family);

typedef struct MatrixRow
{
	PairId id;
	const void *value;
} MatrixRow;

/* What a final function works on. */
typedef struct Matrix
{
	uint16 kind;
	size_t n;
	MatrixRow *rows; /* by their ids, which differ */
	size_t memory;   /* bytes of state, rows and answer, within the budget */
} Matrix;

/* The rows of the state, checked; false when there are none. */
extern bool matrix_open(FunctionCallInfo fcinfo, const MatrixFamily *family, Matrix *m);

/* A value of all pairs of these ids, (i, j) with j < i in turn, whose distances the caller writes. */
extern ms_dissimilarity *matrix_answer(const Matrix *m, float **distances);

#endif
