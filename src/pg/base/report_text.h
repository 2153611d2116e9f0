/*
 * report_text.h: what the files report*.c share, and nothing else includes.
 */
#ifndef PGMEASURE_REPORT_TEXT_H
#define PGMEASURE_REPORT_TEXT_H

#include "pg/base/compat.h"

extern char *bytes_text(double bytes);

/* 0.1, not 0.10000000000000001: 17 digits where 15 do not tell the number. */
extern char *number_text(double x);

/* The words up to a NULL, with commas. */
extern char *list_text(const char *const *words);

#endif
