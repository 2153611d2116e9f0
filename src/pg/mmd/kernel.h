/*
 * kernel.h: the kernel that a function is asked for: arguments `kernel` and `bandwidth`, and of the
 * options what gives it another shape.
 */
#ifndef PGMEASURE_KERNEL_H
#define PGMEASURE_KERNEL_H

#include "pg/base/compat.h"

#include "core/mmd/kernel.h"

/* Names by ms_kernel_kind - 1, NULL-terminated. */
extern const char *const kernel_words[];

/* Keys of the options that kernel_arg reads; families add their own. */
#define KERNEL_OPTIONS "bandwidths", "degree", "offset", "exponent"

/*
 * The kernel of arguments number `kernel` and `bandwidth` (-1: the function has none) and of the
 * options number `options` (-1), checked. False when its bandwidth is for the caller to
 * choose: then k->bandwidth[0] is 1.
 */
extern bool kernel_arg(FunctionCallInfo fcinfo, int kernel, int bandwidth, int options,
					   ms_kernel *k);

/* An error unless it is one. */
extern void kernel_check_bandwidth(double s);

/* degree, offset and exponent of the options alone. */
extern void kernel_shape(FunctionCallInfo fcinfo, int options, ms_kernel *k);

#endif
