# make && make install && make installcheck, by PGXS. The tests that need no PostgreSQL have their
# own: make -f test/unit/Makefile, make -f test/fuzz/Makefile.

EXTENSION = pgmeasure
MODULE_big = pgmeasure
PG_CONFIG ?= pg_config

# wildcards are read before PGXS tells where the sources are (a VPATH build stands elsewhere)
here := $(or $(VPATH),$(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST)))))
find = $(sort $(patsubst $(here)/%,%,$(wildcard $(addprefix $(here)/,$(1)))))

EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(here)/$(EXTENSION).control)
CORE_OBJS := $(patsubst %.c,%.o,$(call find,src/core/*/*.c))
PG_OBJS := $(patsubst %.c,%.o,$(call find,src/pg/*/*.c))
OBJS = $(CORE_OBJS) $(PG_OBJS)
SQL := $(call find,src/sql/[0-9][0-9]-*.sql)

DATA = $(call find,src/sql/upgrade/*.sql)
DATA_built = $(EXTENSION)--$(EXTVERSION).sql
EXTRA_CLEAN = $(OBJS:.o=.d) build build-flags

# := because PGXS asks by ifdef, which takes an unexpanded text for a definition
tests := $(basename $(notdir $(call find,sql/*.sql)))
REGRESS := $(filter setup,$(tests)) $(filter-out setup,$(tests))
REGRESS_OPTS = --encoding=UTF8 --no-locale $(if $(filter setup,$(tests)),,--load-extension=$(EXTENSION))
TAP_TESTS := $(if $(call find,test/t/*.pl),1)
PROVE_TESTS = test/t/*.pl

# The server's headers count as system headers: our warnings are about our code.
PG_CPPFLAGS = -I$(srcdir)/src -isystem $(includedir_server) -DPGMEASURE_VERSION='"$(EXTVERSION)"'
PG_CFLAGS = -std=gnu11 -MMD -MP -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wwrite-strings \
	-Wno-declaration-after-statement $(if $(WERROR),-Werror)

# -ffast-math would reach the link line and change the arithmetic of the whole backend: never.
CORE_CFLAGS = -O2 -ftree-vectorize -fopenmp-simd -ffp-contract=fast -fno-math-errno -fvisibility=hidden
# every SQL function has fcinfo, also those that read no argument
PG_ONLY_CFLAGS = -Wno-unused-parameter -Wno-sign-compare

# OpenBLAS first: libgsl finds its cblas there. On x86-64 -lm brings libmvec where it is used.
SHLIB_LINK = -lopenblas -lgsl -lm

# no bitcode: nothing here is gained by JIT inlining, and the build needs no clang
override with_llvm = no

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(CORE_OBJS): override CFLAGS += $(CORE_CFLAGS)
$(PG_OBJS): override CFLAGS += $(PG_ONLY_CFLAGS)

# Objects depend on the flags they were built with, so that WERROR=1 or another server version
# never meets objects of the build before.
flags = $(subst ','\'',$(CC) $(CPPFLAGS) $(CFLAGS) $(CORE_CFLAGS) $(PG_ONLY_CFLAGS))
build-flags: FORCE
	@echo '$(flags)' | cmp -s - $@ || echo '$(flags)' > $@
$(OBJS): build-flags
.PHONY: FORCE

# a VPATH build has no folders yet
$(shell mkdir -p $(sort $(dir $(OBJS))))

$(DATA_built): $(SQL) src/sql/expand.awk $(EXTENSION).control
	{ printf '%s\n' '\echo Use "CREATE EXTENSION $(EXTENSION)" to load this file. \quit'; \
	cat $(filter %.sql,$^); } | awk -f $(filter %.awk,$^) > $@

# only those that are there: make would try to build a missing one, and then skip its object
-include $(wildcard $(OBJS:.o=.d))

.DELETE_ON_ERROR:
