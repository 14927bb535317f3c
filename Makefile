# zonegate: GNU make. `make demo` and `make test` install what they need (README.md).
#
#   BUILD=dir     where everything is made (default build)
#   WERROR=1      warnings are errors (set by .ci/run)
#   SANITIZE=...  a -fsanitize= list: address,undefined or thread

BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
CFLAGS  ?= -O2 -g

VERSION := $(shell sed -n 's/.*ZG_VERSION "\(.*\)"/\1/p' include/zonegate/version.h)
SOVERSION := 0

PACKAGES = ldns libcrypto libxml-2.0 jansson

ZG_CPPFLAGS = -D_GNU_SOURCE -Iinclude -Isrc -I$(BUILD)/generated
ZG_CFLAGS = -std=c11 -pthread -fPIC -fvisibility=hidden
ZG_CFLAGS += -Wall -Wextra -Wpedantic -Wshadow
ZG_CFLAGS += -Wconversion -Wsign-conversion
ZG_CFLAGS += -Wstrict-prototypes -Wmissing-prototypes
ZG_CFLAGS += -Wpointer-arith -Wvla -Wcast-qual -Wformat=2
ifdef WERROR
ZG_CFLAGS += -Werror
endif
ifdef SANITIZE
ZG_CFLAGS += -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
ZG_LDFLAGS += -fsanitize=$(SANITIZE)
endif
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)

LAYERS = base dns zone crypto facts check policy gate report
LIB_SOURCES := $(sort $(foreach layer,$(LAYERS),$(wildcard src/$(layer)/*.c)))
CLI_SOURCES := $(sort $(wildcard src/cli/*.c))
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/generated/policy_embedded.o
CLI_OBJECTS := $(CLI_SOURCES:%.c=$(BUILD)/%.o)

.PHONY: all deps demo test sanitize bench install clean
.DELETE_ON_ERROR:

all: $(BUILD)/zonegate $(BUILD)/libzonegate.so $(BUILD)/zonegate.pc

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ZG_CPPFLAGS) $(PKG_CFLAGS) $(ZG_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/generated/policy_embedded.o: $(BUILD)/generated/policy_embedded.c
	$(CC) $(ZG_CPPFLAGS) $(ZG_CFLAGS) $(CFLAGS) -c -o $@ $<

# The policy schema and the default policy are part of the library.
$(BUILD)/generated/policy_embedded.c: src/policy/embed.sh policies/policy.rng policies/default.xml
	@mkdir -p $(@D)
	sh src/policy/embed.sh policies/policy.rng policies/default.xml > $@

$(BUILD)/libzonegate.a: $(LIB_OBJECTS)
	rm -f $@
	$(AR) rcs $@ $(LIB_OBJECTS)

$(BUILD)/libzonegate.so: $(LIB_OBJECTS)
	$(CC) -shared -Wl,-soname,libzonegate.so.$(SOVERSION) -pthread $(ZG_LDFLAGS) $(LDFLAGS) -o $@ \
	    $(LIB_OBJECTS) $(PKG_LIBS)

$(BUILD)/zonegate: $(CLI_OBJECTS) $(BUILD)/libzonegate.a
	$(CC) -pthread $(ZG_LDFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJECTS) $(BUILD)/libzonegate.a $(PKG_LIBS)

-include $(LIB_OBJECTS:.o=.d) $(CLI_OBJECTS:.o=.d)
