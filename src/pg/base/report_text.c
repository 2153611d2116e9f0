/*
 * report_text.c: numbers and lists in messages.
 */
#include "pg/base/report_text.h"

#include <math.h>

#include "lib/stringinfo.h"

char *
bytes_text(double bytes)
{
	static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
	int unit = 0;

	while (bytes >= 1024 * 10 && unit < 4)
	{
		bytes /= 1024;
		unit++;
	}
	return psprintf("%.0f %s", ceil(bytes), units[unit]);
}

char *
number_text(double x)
{
	char *text = psprintf("%.15g", x);

	return strtod(text, NULL) == x || isnan(x) ? text : psprintf("%.17g", x);
}

char *
list_text(const char *const *words)
{
	StringInfoData list;

	initStringInfo(&list);
	for (; *words; words++)
		appendStringInfo(&list, "%s%s", list.len ? ", " : "", *words);
	return list.data;
}
