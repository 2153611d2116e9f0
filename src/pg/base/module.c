/*
 * module.c: what happens when the library is loaded, and pgmeasure_version().
 */
#include "pg/base/compat.h"

#include <gsl/gsl_errno.h>

#include "executor/spi.h"
#include "pg/base/host.h"
#include "pg/base/report.h"

PG_MODULE_MAGIC;

extern void _PG_init(void);

/*
 * Debian's OpenBLAS starts threads in its constructor. A backend must have one: set the number
 * first, then end the threads, in this order. Weak, because other builds of BLAS have neither.
 */
extern void openblas_set_num_threads(int n) __attribute__((weak));
extern int blas_thread_shutdown_(void) __attribute__((weak));

void
_PG_init(void)
{
	if (openblas_set_num_threads)
		openblas_set_num_threads(1);
	if (blas_thread_shutdown_)
		blas_thread_shutdown_();
	gsl_set_error_handler_off();
	host_define_settings();
}

/* Version of the script that made the extension in this database; NULL when there is none. */
static char *
script_version(void)
{
	MemoryContext caller = CurrentMemoryContext;
	char *version = NULL;

	SPI_connect();
	SPI_execute("SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'pgmeasure'", true, 1);
	if (SPI_processed == 1)
		version = MemoryContextStrdup(caller, SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	SPI_finish();
	return version;
}

PG_FUNCTION_INFO_V1(pgmeasure_version);
Datum
pgmeasure_version(PG_FUNCTION_ARGS)
{
	char *script = script_version();

	if (script && strcmp(script, PGMEASURE_VERSION) != 0)
		report_version_differs(PGMEASURE_VERSION, script);
	PG_RETURN_TEXT_P(cstring_to_text(PGMEASURE_VERSION));
}
