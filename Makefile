# SPDX-License-Identifier: GPL-3.0-or-later
# Every command a person needs: `make help` lists them. Nothing outside this folder is changed but
# by `make deps` (packages) and `make install`.

PREFIX  ?= /usr/local
DESTDIR ?=
ifeq ($(origin CC),default)
CC       = gcc
endif
O       ?= out

PKGS     = libfyaml libisofs-1 libarchive zlib jansson libcrypto
# Loaded where it is needed (mkboot/toolchain/download.c), not linked.
LOADED   = libcurl libmicrohttpd
CFLAGS  ?= -O2 -g
STD      = -std=c17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
WARN     = -Wall -Wextra -Wconversion -Wshadow -Werror
INC      = -Imkboot
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) $(LOADED) 2>/dev/null)
ALL_CFLAGS = $(STD) $(WARN) $(INC) $(CFLAGS) $(PKG_CFLAGS)
LIBS    := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lpthread

SRC     := $(sort $(wildcard mkboot/*.c mkboot/*/*.c))
OBJ      = $(SRC:%.c=$(O)/obj/%.o) $(O)/obj/gen/nic_table.o
LIBOBJ   = $(filter-out $(O)/obj/mkboot/main.o,$(OBJ))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN = $(UNIT_SRC:tests/unit/%.c=$(O)/tests/%)
# The engines of the network protocols: what of protocols/ includes nothing of GRUB's, and is compiled for
# the host as well.
ENGINE_SRC := $(sort $(shell grep -L '<grub/\|wire\.h"' protocols/*/*.c))
ENGINE_OBJ = $(ENGINE_SRC:%.c=$(O)/obj/%.o)
ENGINE_CFLAGS = -DMKBOOT_HOST -I. -Iprotocols
MAN      = $(patsubst docs/%.scd,$(O)/man/%,$(wildcard docs/*.scd))

# A recipe that fails leaves no half-written target behind.
.DELETE_ON_ERROR:

.PHONY: all
all: $(O)/bin/mkboot rawargs man

.PHONY: help
help:
	@echo 'make           build out/bin/mkboot'
	@echo 'make demo      install what is missing, build the demo recipe, boot everything it wrote'
	@echo 'make check     install what the tests need, run them all'
	@echo 'make check-grub-versions'
	@echo '               build other releases of GRUB from source, boot them'
	@echo 'make install   program, data and man pages into PREFIX ($(PREFIX)), below DESTDIR'
	@echo 'make deps      install what building takes (apt; says what it installs)'
	@echo 'make fuzz      run the parsers under libFuzzer (FUZZ_SECONDS=60 each)'
	@echo 'make bench     measure mkboot against its peers'
	@echo 'make bench-nic measure the network drivers against PXE ROMs and iPXE'
	@echo 'make bench-net measure the network protocols against GRUB'"'"'s own, iPXE and the wire (root)'
	@echo 'make clean     remove $(O)/'

$(O)/bin/mkboot: $(OBJ)
	@mkdir -p $(@D); echo '  LD    $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# What pkg-config says depends on packages that `make deps` installs.
$(O)/obj/%.o: %.c
	@pkg-config --exists $(PKGS) $(LOADED) || { \
		echo 'libraries are missing (pkg-config $(PKGS) $(LOADED)); install them with: make deps' >&2; exit 1; }
	@mkdir -p $(@D); echo '  CC    $<'
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(OBJ:.o=.d)

# The table of network drivers comes from the drivers (mkboot/nic/nic.h).
NIC_SRC := $(filter-out drivers/nic.c drivers/skeleton.c,$(sort $(wildcard drivers/*.c)))
# A driver that is gone makes nothing newer: the list of them is a file, too.
.PHONY: FORCE
$(O)/gen/nic_drivers: FORCE
	@mkdir -p $(@D); echo '$(NIC_SRC)' | cmp -s - $@ || echo '$(NIC_SRC)' > $@
$(O)/gen/nic_table.c: scripts/nic-table.awk $(NIC_SRC) $(O)/gen/nic_drivers
	@mkdir -p $(@D); echo '  GEN   $@'
	@awk -f scripts/nic-table.awk $(NIC_SRC) > $@
$(O)/obj/gen/nic_table.o: $(O)/gen/nic_table.c
	@mkdir -p $(@D); echo '  CC    $<'
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

include mkboot/grub/rawargs/rawargs.mk
include recipes/recipes.mk

.PHONY: man
man: $(MAN)
$(O)/man/%: docs/%.scd
	@mkdir -p $(@D); echo '  MAN   $@'
	@scdoc < $< > $@

# --- the demo ---------------------------------------------------------------------------------

.PHONY: demo
demo:
	@scripts/deps.sh demo
	@$(MAKE) --no-print-directory all recipes-demo
	@scripts/demo.sh $(O)

# --- tests ------------------------------------------------------------------------------------

$(O)/obj/protocols/%.o: ALL_CFLAGS += $(ENGINE_CFLAGS)
-include $(ENGINE_OBJ:.o=.d)
.SECONDARY: $(ENGINE_OBJ)

# Unit tests: tests/unit/test_NAME.c, each a cmocka program linked with all of mkboot but main, and
# with the protocols' engines.
$(O)/tests/%: tests/unit/%.c $(LIBOBJ) $(ENGINE_OBJ)
	@mkdir -p $(@D); echo '  TEST  $<'
	@$(CC) $(ALL_CFLAGS) $(ENGINE_CFLAGS) -Itests/unit -MMD -MP -MF $@.d $(LDFLAGS) -o $@ $< \
		$(LIBOBJ) $(ENGINE_OBJ) $(LIBS) -lcmocka
-include $(UNIT_BIN:=.d)

.PHONY: unit
unit: $(UNIT_BIN)

# The same sources with the sanitizers, and past the second compiler.
SANITIZE = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
.PHONY: asan
asan:
	@$(MAKE) --no-print-directory O=$(O)/asan CFLAGS='$(SANITIZE)' $(O)/asan/bin/mkboot \
		unit rawargs
.PHONY: lint
lint:
	@echo '  LINT  clang -fsyntax-only'
	@clang $(ALL_CFLAGS) -fsyntax-only $(SRC)
	@clang $(ALL_CFLAGS) $(ENGINE_CFLAGS) -fsyntax-only $(ENGINE_SRC)

.PHONY: check
check:
	@scripts/deps.sh check
	@$(MAKE) --no-print-directory -j2 all unit lint asan recipes
	@tests/run.sh

# GRUB 2.12 and 2.14 from source, built and booted: 5 minutes and more, so not a part of check.
.PHONY: check-grub-versions
check-grub-versions:
	@scripts/deps.sh check
	@$(MAKE) --no-print-directory all recipes
	bats --timing tests/versions

$(O)/bench/%: tests/bench/%.c $(LIBOBJ)
	@mkdir -p $(@D); echo '  BENCH $<'
	@$(CC) $(ALL_CFLAGS) -MMD -MP -MF $@.d $(LDFLAGS) -o $@ $< $(LIBOBJ) $(LIBS)
-include $(O)/bench/iso_tool.d

# The parsers under libFuzzer, FUZZ_SECONDS each.
FUZZ_SECONDS ?= 60
FUZZ_SRC = $(filter-out mkboot/main.c,$(SRC)) $(O)/gen/nic_table.c
FUZZ_BIN = $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(wildcard tests/fuzz/*.c))
$(O)/fuzz/%: tests/fuzz/%.c $(FUZZ_SRC) $(ENGINE_SRC)
	@mkdir -p $(@D); echo '  FUZZ  $<'
	@clang $(filter-out $(WARN),$(ALL_CFLAGS)) $(ENGINE_CFLAGS) -O1 -g \
		-fsanitize=fuzzer,address,undefined -o $@ $< $(FUZZ_SRC) $(ENGINE_SRC) $(LIBS)
.PHONY: fuzz
fuzz: $(FUZZ_BIN)
	@for f in $(FUZZ_BIN); do mkdir -p $$f.corpus && \
		$$f -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -close_fd_mask=2 \
			-artifact_prefix=$$f. $$f.corpus || exit 1; done

.PHONY: bench
bench:
	@scripts/deps.sh check
	@$(MAKE) --no-print-directory all recipes-demo $(O)/bench/iso_tool
	python3 tests/bench/bench.py $(O)
	python3 tests/bench/run_bench.py $(O)
	python3 tests/bench/test_bench.py $(O)
	python3 -B tests/bench/nic_bench.py $(O)

.PHONY: bench-nic
bench-nic:
	@scripts/deps.sh check
	@$(MAKE) --no-print-directory all recipes-demo
	python3 -B tests/bench/nic_bench.py $(O)

# Not a part of bench, for it takes root.
.PHONY: bench-net
bench-net:
	@scripts/deps.sh check
	@$(MAKE) --no-print-directory all recipes-demo
	python3 -B tests/bench/net_bench.py $(O)

# --- the rest ---------------------------------------------------------------------------------

.PHONY: deps
deps:
	@scripts/deps.sh build

DATA = $(DESTDIR)$(PREFIX)/share/mkboot
.PHONY: install
install: all
	install -Dm755 $(O)/bin/mkboot $(DESTDIR)$(PREFIX)/bin/mkboot
	for f in $$(find templates grub-configs docs/recipe.schema.json -type f); do \
		install -Dm644 $$f $(DATA)/$$f || exit 1; done
	for f in $$(cd $(O)/share && find rawargs -type f -name '*.mod'); do \
		install -Dm644 $(O)/share/$$f $(DATA)/$$f || exit 1; done
	for f in drivers/*.[ch] drivers/README.md protocols/README.md \
		$$(find protocols -name '*.[ch]'); do install -Dm644 $$f $(DATA)/$$f || exit 1; done
	install -Dm644 completions/mkboot.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/mkboot
	for f in $(MAN); do \
		install -Dm644 $$f $(DESTDIR)$(PREFIX)/share/man/man$${f##*.}/$${f##*/} || exit 1; done

.PHONY: clean
clean:
	rm -rf $(O)
