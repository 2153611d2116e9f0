/*
 * module.c: what happens when the library is loaded, and pgmeasure_version().
 */
#include "pg/base/compat.h"

#include <gsl/gsl_errno.h>

#include "commands/extension.h"
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

PG_FUNCTION_INFO_V1(pgmeasure_version);
Datum
pgmeasure_version(PG_FUNCTION_ARGS)
{
	Oid extension = get_extension_oid("pgmeasure", true);
	char *script = NULL;

	if (OidIsValid(extension) && SPI_connect() == SPI_OK_CONNECT)
	{
		if (SPI_execute("SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'pgmeasure'", true, 1) == SPI_OK_SELECT &&
			SPI_processed == 1)
		{
			char *found = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);

			script = SPI_palloc(strlen(found) + 1);
			strcpy(script, found);
		}
		SPI_finish();
	}
	if (script && strcmp(script, PGMEASURE_VERSION) != 0)
		report_version_differs(PGMEASURE_VERSION, script);
	PG_RETURN_TEXT_P(cstring_to_text(PGMEASURE_VERSION));
}
