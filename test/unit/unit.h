/*
 * unit.h: the harness of the C tests. A program is one file:
 *
 *   TEST(adds_up)
 *   {
 *       CHECK(n == 3);
 *       CHECK_NEAR(ms_sum(x, 3), 6.0, 1e-15);
 *   }
 *
 *   int main(void) { RUN(adds_up); return unit_done(); }
 *
 * A failed check says where and what, and the test goes on.
 */
#ifndef MS_UNIT_H
#define MS_UNIT_H

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int unit_passed, unit_failed;
static const char *unit_test = "main";

#define TEST(name) static void test_##name(void)
#define RUN(name) (unit_test = #name, test_##name())

#define CHECK(condition) unit_check((condition), __FILE__, __LINE__, #condition)

/* |value - wanted| <= tolerance * max(1, |wanted|); equal infinities and two NaNs agree */
#define CHECK_NEAR(value, wanted, tolerance)                                                       \
	unit_near((value), (wanted), (tolerance), __FILE__, __LINE__, #value)

/* the same double, bit for bit */
#define CHECK_BITS(value, wanted) unit_bits((value), (wanted), __FILE__, __LINE__, #value)

#define CHECK_INT(value, wanted)                                                                   \
	unit_int((intmax_t) (value), (intmax_t) (wanted), __FILE__, __LINE__, #value)

#define CHECK_STR(value, wanted) unit_str((value), (wanted), __FILE__, __LINE__, #value)

static inline bool
unit_check(bool ok, const char *file, int line, const char *what)
{
	if (ok)
		unit_passed++;
	else
	{
		unit_failed++;
		printf("%s:%d: in %s: %s\n", file, line, unit_test, what);
	}
	return ok;
}

static inline bool
unit_near(double value, double wanted, double tolerance, const char *file, int line, const char *what)
{
	bool ok = value == wanted || (isnan(value) && isnan(wanted)) ||
			  fabs(value - wanted) <= tolerance * fmax(1.0, fabs(wanted));

	if (!unit_check(ok, file, line, what))
		printf("    got %.17g, wanted %.17g, off by %.3g, tolerance %.3g\n", value, wanted,
			   value - wanted, tolerance);
	return ok;
}

static inline bool
unit_bits(double value, double wanted, const char *file, int line, const char *what)
{
	bool ok = memcmp(&value, &wanted, sizeof value) == 0;

	if (!unit_check(ok, file, line, what))
		printf("    got %a (%.17g), wanted %a (%.17g)\n", value, value, wanted, wanted);
	return ok;
}

static inline bool
unit_int(intmax_t value, intmax_t wanted, const char *file, int line, const char *what)
{
	if (!unit_check(value == wanted, file, line, what))
		printf("    got %jd, wanted %jd\n", value, wanted);
	return value == wanted;
}

static inline bool
unit_str(const char *value, const char *wanted, const char *file, int line, const char *what)
{
	bool ok = value && wanted ? strcmp(value, wanted) == 0 : value == wanted;

	if (!unit_check(ok, file, line, what))
		printf("    got \"%s\", wanted \"%s\"\n", value ? value : "(null)", wanted ? wanted : "(null)");
	return ok;
}

/* the closing line of a program, and its exit code; a program without a check fails */
static inline int
unit_done(void)
{
	printf("%d passed, %d failed\n", unit_passed, unit_failed);
	return unit_failed > 0 || unit_passed == 0;
}

#endif
