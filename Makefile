# zonegate: GNU make. `make demo` and `make test` install what they need (README.md).
#
#   all demo install clean         build, show, install
#   test test-long sanitize bench  tests/run.sh, with more work, with sanitizers; tests/bench
#   incidents                      the outages of tests/incidents, and what each came to
#   deps                           the Debian packages that building and testing need
#
#   BUILD=dir     where everything is made (default build)
#   WERROR=1      warnings are errors (set by .ci/run)
#   SANITIZE=...  a -fsanitize= list: address,undefined or thread
#   BENCH_SIZE=N  also bench N delegations, 1000000 say

BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
CFLAGS  ?= -O2 -g

VERSION := $(shell sed -n 's/.*ZG_VERSION "\(.*\)"/\1/p' include/zonegate/version.h)
SOVERSION := 0

PACKAGES = ldns libssl libcrypto libxml-2.0 jansson sqlite3

ZG_CPPFLAGS = -D_GNU_SOURCE -Iinclude -Isrc -I$(BUILD)/generated
ZG_CFLAGS = -std=c11 -pthread -fPIC -fvisibility=hidden
ZG_CFLAGS += -Wall -Wextra -Wpedantic -Wshadow
ZG_CFLAGS += -Wconversion -Wsign-conversion
ZG_CFLAGS += -Wstrict-prototypes -Wmissing-prototypes
ZG_CFLAGS += -Wpointer-arith -Wvla -Wcast-qual -Wformat=2
# A memo is taken only by the build that wrote it.
BUILD_ID := $(shell cat src/*/*.[ch] include/zonegate/*.h | sha256sum | cut -c1-16)

ifdef WERROR
ZG_CFLAGS += -Werror
endif
ifdef SANITIZE
ZG_CFLAGS += -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
ZG_LDFLAGS += -fsanitize=$(SANITIZE)
endif
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)

LAYERS = base dns net zone crypto facts check policy history parent observe gate publish report
LIB_SOURCES := $(sort $(foreach layer,$(LAYERS),$(wildcard src/$(layer)/*.c)))
CLI_SOURCES := $(sort $(wildcard src/cli/*.c))
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/generated/policy_embedded.o
CLI_OBJECTS := $(CLI_SOURCES:%.c=$(BUILD)/%.o)

.PHONY: all deps demo demo-run test test-long test-run test-programs fuzz-programs sanitize bench
.PHONY: sanitize-address sanitize-thread bench-run incidents incidents-run install clean
.DELETE_ON_ERROR:

all: $(BUILD)/zonegate $(BUILD)/libzonegate.so $(BUILD)/zonegate.pc

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ZG_CPPFLAGS) $(PKG_CFLAGS) $(ZG_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/src/gate/memo.o: ZG_CPPFLAGS += -DZG_BUILD='"$(BUILD_ID)"'
$(BUILD)/src/gate/memo.o: $(wildcard src/*/*.[ch] include/zonegate/*.h)

$(BUILD)/generated/policy_embedded.o: $(BUILD)/generated/policy_embedded.c
	$(CC) $(ZG_CPPFLAGS) $(ZG_CFLAGS) $(CFLAGS) -c -o $@ $<

# The schemas and the default policy are part of the library.
EMBEDDED = policies/policy.rng policies/default.xml policies/zonegate.rng
$(BUILD)/generated/policy_embedded.c: src/policy/embed.sh $(EMBEDDED)
	@mkdir -p $(@D)
	sh src/policy/embed.sh $(EMBEDDED) > $@

$(BUILD)/libzonegate.a: $(LIB_OBJECTS)
	rm -f $@
	$(AR) rcs $@ $(LIB_OBJECTS)

$(BUILD)/libzonegate.so: $(LIB_OBJECTS)
	$(CC) -shared -Wl,-soname,libzonegate.so.$(SOVERSION) -pthread $(ZG_LDFLAGS) $(LDFLAGS) -o $@ \
	    $(LIB_OBJECTS) $(PKG_LIBS)
	ln -sf libzonegate.so $@.$(SOVERSION)

$(BUILD)/zonegate: $(CLI_OBJECTS) $(BUILD)/libzonegate.a
	$(CC) -pthread $(ZG_LDFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJECTS) $(BUILD)/libzonegate.a $(PKG_LIBS)

$(BUILD)/zonegate.pc: include/zonegate/version.h Makefile
	@mkdir -p $(@D)
	printf '%s\n' 'prefix=$${pcfiledir}/../..' 'Name: zonegate' \
	    'Description: registry-side DNSSEC gate' 'Version: $(VERSION)' \
	    'Requires.private: $(PACKAGES)' 'Cflags: -I$${prefix}/include' \
	    'Libs: -L$${prefix}/lib -lzonegate' 'Libs.private: -pthread' > $@

# ---- Tests. A file with a main is a program; the others of its folder are shared by its programs,
# those of tests/tools, the kit, by all but the unit tests and fuzz targets. ----

TEST_SOURCES := $(sort $(wildcard tests/*/*.c))
TEST_MAINS := $(if $(TEST_SOURCES),$(shell grep -l '^main\>' $(TEST_SOURCES)))
TEST_SHARED := $(filter-out $(TEST_MAINS),$(TEST_SOURCES))
objects = $(1:%.c=$(BUILD)/%.o)
programs_in = $(patsubst %.c,$(BUILD)/%,$(filter $(1:%=tests/%/%.c),$(TEST_MAINS)))
# What the programs of the target's folder share.
shared = $(call objects,$(filter $(patsubst $(BUILD)/%,%,$(@D))/%,$(TEST_SHARED)))

LINK = $(CC) -pthread $(ZG_LDFLAGS) $(LDFLAGS) -o $@
$(BUILD)/tests/%.o: ZG_CPPFLAGS += -Itests/tools

$(BUILD)/libkit.a: $(call objects,$(filter tests/tools/%,$(TEST_SHARED)))
	rm -f $@
	$(AR) rcs $@ $^

# The program without its main.
$(BUILD)/libcli.a: $(filter-out $(BUILD)/src/cli/main.o,$(CLI_OBJECTS))
	rm -f $@
	$(AR) rcs $@ $^

.SECONDEXPANSION:

# Tools and generators know nothing of zonegate: what they make is held against it.
TOOL_PROGRAMS := $(call programs_in,tools bench cases incidents)
$(TOOL_PROGRAMS): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/libkit.a
	$(LINK) $^ $(PKG_LIBS)
# What verifying alone would cost can only be said by the code that verifies.
$(BUILD)/tests/bench/floor $(BUILD)/tests/bench/proof: $(BUILD)/libzonegate.a

# Unit tests, the differential and the property test look inside, so they take the archives.
UNIT_TESTS := $(call programs_in,unit differential property)
$(UNIT_TESTS): $(BUILD)/%: $(BUILD)/%.o $$(shared) $(BUILD)/libcli.a $(BUILD)/libzonegate.a
	$(LINK) $^ $(PKG_LIBS) $(shell pkg-config --libs check)

# All other programs use zonegate as anyone would, through its public functions.
USER_PROGRAMS := $(filter-out $(TOOL_PROGRAMS) $(UNIT_TESTS) $(BUILD)/tests/fuzz/%,\
    $(TEST_MAINS:%.c=$(BUILD)/%))
$(USER_PROGRAMS): $(BUILD)/%: $(BUILD)/%.o $$(shared) $(BUILD)/libkit.a $(BUILD)/libzonegate.so
	$(LINK) $(filter-out %.so,$^) -L$(BUILD) -lzonegate -Wl,-rpath,$(abspath $(BUILD)) $(PKG_LIBS)

# Each fuzz target twice: with libFuzzer, for CC=clang SANITIZE=fuzzer-no-link,address,undefined,
# and with a main of our own that replays files.
FUZZ_SOURCES := $(filter tests/fuzz/fuzz_%.c,$(TEST_SHARED))
FUZZ_TARGETS := $(FUZZ_SOURCES:%.c=$(BUILD)/%)
$(FUZZ_TARGETS): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/libzonegate.a
	$(LINK) -fsanitize=fuzzer $^ $(PKG_LIBS)

FUZZ_REPLAYS := $(FUZZ_SOURCES:tests/fuzz/fuzz_%.c=$(BUILD)/tests/fuzz/replay_%)
$(FUZZ_REPLAYS): $(BUILD)/tests/fuzz/replay_%: $(BUILD)/tests/fuzz/fuzz_%.o \
    $(BUILD)/tests/fuzz/replay.o $(BUILD)/libzonegate.a
	$(LINK) $^ $(PKG_LIBS)

# Loaded before a program, to shift its clock or break its disk; so without sanitizers.
PRELOADS := $(patsubst %.c,$(BUILD)/%.so,$(wildcard tests/tools/preload/*.c))
$(PRELOADS): $(BUILD)/%.so: %.c
	@mkdir -p $(@D)
	$(CC) -shared $(ZG_CPPFLAGS) $(filter-out -fsanitize% -fno-sanitize% -fvisibility%,$(ZG_CFLAGS)) \
	    -O2 -o $@ $<

TEST_PROGRAMS := $(PRELOADS) $(TOOL_PROGRAMS) $(UNIT_TESTS) $(USER_PROGRAMS) $(FUZZ_REPLAYS)
test-programs: $(TEST_PROGRAMS)
fuzz-programs: $(FUZZ_TARGETS)

# Builds with all processors unless the caller said -j.
SUBMAKE = +$(MAKE) $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

# What follows starts make anew once the packages are there: pkg-config is asked then.
deps:
	sh tests/deps.sh test

demo:
	sh tests/deps.sh build
	$(SUBMAKE) --no-print-directory demo-run

demo-run: $(BUILD)/zonegate
	BUILD=$(BUILD) sh samples/de-2026/demo.sh

test:
	sh tests/deps.sh test
	sh tests/peers.sh
	$(SUBMAKE) --no-print-directory all test-programs
	BUILD=$(BUILD) SANITIZE=$(SANITIZE) LONG=$(LONG) tests/run.sh $(SUITES)

test-long:
	$(MAKE) --no-print-directory test LONG=1

# The suites with address and undefined behaviour sanitizers; what runs threads with the thread
# sanitizer.
sanitize: sanitize-address sanitize-thread

sanitize-address:
	$(MAKE) --no-print-directory test BUILD=build/asan SANITIZE=address,undefined CFLAGS='-O1 -g'

sanitize-thread:
	$(MAKE) --no-print-directory test BUILD=build/tsan SANITIZE=thread CFLAGS='-O1 -g' \
	    SUITES='unit cases'

bench:
	sh tests/deps.sh build
	sh tests/peers.sh
	$(SUBMAKE) --no-print-directory bench-run

bench-run: $(BUILD)/zonegate $(call programs_in,bench)
	BUILD=$(BUILD) BENCH_SIZE=$(BENCH_SIZE) sh tests/bench/bench.sh

incidents:
	sh tests/deps.sh test
	sh tests/peers.sh
	$(SUBMAKE) --no-print-directory incidents-run

incidents-run: $(BUILD)/zonegate $(PRELOADS) $(call programs_in,incidents bench)
	BUILD=$(BUILD) LONG=1 sh tests/incidents/run.sh table

SHARE = $(DESTDIR)$(PREFIX)/share

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig \
	    $(DESTDIR)$(PREFIX)/include/zonegate $(SHARE)/zonegate/policies
	install -m 755 $(BUILD)/zonegate $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(BUILD)/libzonegate.a $(DESTDIR)$(PREFIX)/lib
	install -m 755 $(BUILD)/libzonegate.so $(DESTDIR)$(PREFIX)/lib/libzonegate.so.$(VERSION)
	ln -sf libzonegate.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/libzonegate.so.$(SOVERSION)
	ln -sf libzonegate.so.$(SOVERSION) $(DESTDIR)$(PREFIX)/lib/libzonegate.so
	install -m 644 $(BUILD)/zonegate.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install -m 644 include/zonegate/*.h $(DESTDIR)$(PREFIX)/include/zonegate
	install -m 644 policies/* $(SHARE)/zonegate/policies
	cp -R samples $(SHARE)/zonegate
	install -d $(SHARE)/bash-completion/completions
	$(BUILD)/zonegate completion bash > $(SHARE)/bash-completion/completions/zonegate
	for section in 1 3 5 7; do \
	    install -d $(SHARE)/man/man$$section && \
	    install -m 644 man/*.$$section $(SHARE)/man/man$$section || exit 1; \
	done

clean:
	rm -rf $(BUILD)

-include $(LIB_OBJECTS:.o=.d) $(CLI_OBJECTS:.o=.d) $(TEST_SOURCES:%.c=$(BUILD)/%.d)
