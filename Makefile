# SPDX-License-Identifier: GPL-3.0-or-later
# Every command a person needs. `make help` lists them.

PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= gcc
O       ?= out

PKGS     = libfyaml libisofs-1 libarchive zlib jansson libcrypto
CFLAGS  ?= -O2 -g
STD      = -std=c17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
WARN     = -Wall -Wextra -Wconversion -Wshadow -Werror
INC      = -Imkboot
ALL_CFLAGS = $(STD) $(WARN) $(INC) $(CFLAGS) $(shell pkg-config --cflags $(PKGS))
LIBS     = $(shell pkg-config --libs $(PKGS)) -lpthread

SRC  := $(sort $(wildcard mkboot/*.c mkboot/*/*.c))
OBJ   = $(SRC:%.c=$(O)/obj/%.o)
LIBOBJ = $(filter-out $(O)/obj/mkboot/main.o,$(OBJ))

.PHONY: all
all: $(O)/bin/mkboot

$(O)/bin/mkboot: $(OBJ)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(O)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(OBJ:.o=.d)

# Unit tests: tests/unit/test_NAME.c, each a cmocka program linked with all of mkboot but main.
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN  = $(UNIT_SRC:tests/unit/%.c=$(O)/tests/%)
$(O)/lib/libmkboot.a: $(LIBOBJ)
	@mkdir -p $(@D)
	rm -f $@ && ar rcs $@ $^
$(O)/tests/%: tests/unit/%.c $(O)/lib/libmkboot.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests/unit -o $@ $< $(O)/lib/libmkboot.a $(LIBS) -lcmocka
.PHONY: unit
unit: $(UNIT_BIN)
	@for t in $(UNIT_BIN); do echo "== $$t"; $$t || exit 1; done
