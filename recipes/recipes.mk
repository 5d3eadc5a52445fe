# SPDX-License-Identifier: GPL-3.0-or-later
# What the recipes need that is not in the repository: built or fetched under $(O)/recipes.
# The top Makefile includes this file; `make -f recipes/recipes.mk recipes` works as well.

O ?= out
RECIPES_OUT := $(O)/recipes

.PHONY: recipes recipes-demo recipes-diskless recipes-lab recipes-linux recipes-memtest recipes-invaders
recipes: recipes-demo recipes-diskless recipes-lab recipes-linux recipes-memtest recipes-invaders

# --- demo: mkboot's own test kernel -----------------------------------------------------------

DEMO_OUT  := $(RECIPES_OUT)/demo
DEMO_SRC  := $(sort $(wildcard recipes/demo/*.S recipes/demo/*.c))
DEMO_OBJ  := $(patsubst recipes/demo/%,$(DEMO_OUT)/%.o,$(DEMO_SRC))
DEMO_DEPS := recipes/demo/demo.ld $(wildcard recipes/demo/*.h) recipes/recipes.mk

# Whatever compiler builds it, no path, time or build-id gets into the kernel. It uses neither
# libgcc nor the FPU.
DEMO_CFLAGS := -std=c17 -O2 -march=i686 -ffreestanding -fno-pie -fno-stack-protector \
	-fno-asynchronous-unwind-tables -mgeneral-regs-only -fcf-protection=none -fno-ident \
	-fno-tree-loop-distribute-patterns -Wall -Wextra -Wconversion -Wshadow -Werror
DEMO_LDFLAGS := -nostdlib -static -Wl,--build-id=none -Wl,-z,max-page-size=4096 \
	-Wl,-T,recipes/demo/demo.ld

recipes-demo: $(DEMO_OUT)/demo.elf
# The same kernel, over the network.
recipes-diskless recipes-lab: recipes-demo

# The compiler: DEMO_CC where it is given, else the first that compiles and links for i386.
$(DEMO_OUT)/cc:
	@mkdir -p $(@D)
	@echo 'void start(void); void start(void) {}' >$(@D)/probe.c
	@rm -f $@ $@.new; \
	for cc in $(if $(DEMO_CC),'$(DEMO_CC)') 'gcc -m32' i686-linux-gnu-gcc; do \
		if $$cc $(DEMO_CFLAGS) $(DEMO_LDFLAGS) -o $(@D)/probe $(@D)/probe.c 2>/dev/null; \
		then echo "$$cc" >$@.new; break; fi; \
	done; \
	rm -f $(@D)/probe $(@D)/probe.c; \
	if [ ! -e $@.new ]; then \
		echo 'recipes: error: no compiler for i386; install one with:' \
			'apt-get install gcc-i686-linux-gnu' >&2; \
		exit 1; \
	fi; \
	mv $@.new $@

$(DEMO_OUT)/%.o: recipes/demo/% $(DEMO_OUT)/cc $(DEMO_DEPS)
	@echo '  KERN  $<'
	@$$(cat $(DEMO_OUT)/cc) $(DEMO_CFLAGS) -c -o $@ $<

$(DEMO_OUT)/demo.elf: $(DEMO_OBJ)
	@echo '  KERN  $@'
	@$$(cat $(DEMO_OUT)/cc) $(DEMO_CFLAGS) $(DEMO_LDFLAGS) -o $@ $^

# --- kernels of Debian's packages -------------------------------------------------------------
# They are downloaded and unpacked, not installed: a kernel installed would become this machine's.
# Where apt has no lists of packages (a container), they are fetched into $(O)/recipes/apt, so
# that neither root nor a change to the system is needed.

# A shell command that sets $apt to options for apt-get and apt-cache under which $(1) is known.
# Run by root, apt would warn that its own user cannot write here: it runs as root, then.
define recipes_apt
command -v apt-get >/dev/null || { \
	echo 'recipes: error: $(1): there is no apt-get here to fetch the package with' >&2; exit 1; }; \
apt="-o APT::Sandbox::User=$$(id -un)"; \
if ! apt-cache show $(1) >/dev/null 2>&1; then \
	state=$(abspath $(RECIPES_OUT))/apt; \
	apt="$$apt -o Dir::State::Lists=$$state/lists -o Dir::Cache=$$state/cache"; \
	mkdir -p $$state/lists/partial $$state/cache/archives/partial; \
	exec 9>$$state/lock; flock 9; \
	if ! apt-cache $$apt show $(1) >/dev/null 2>&1; then \
		echo "recipes: apt has no lists of packages: fetching them into $$state"; \
		apt-get -qq $$apt update || exit 1; \
	fi; \
	flock -u 9; \
	apt-cache $$apt show $(1) >/dev/null 2>&1 || { \
		echo 'recipes: error: $(1): apt knows no such package; is its Debian archive in' \
			'/etc/apt/sources.list.d?' >&2; exit 1; }; \
fi
endef

# $(call recipes_fetch,NAME,PACKAGE,DEPENDENCY): the rule for $(O)/recipes/NAME/package, PACKAGE's
# /boot; where DEPENDENCY is given, the package instead that PACKAGE depends on and whose name
# begins so. The folder appears whole or not at all.
define recipes_fetch
$(RECIPES_OUT)/$(1)/package:
	@mkdir -p $$(@D)
	@$$(call recipes_apt,$(2)); \
	package=$(2); \
	if [ -n '$(3)' ]; then \
		package=$$$$(apt-cache $$$$apt depends $(2) | \
			sed -n 's/^ *Depends: *\($(3)[^ ]*\)$$$$/\1/p' | head -n 1); \
		[ -n "$$$$package" ] || { \
			echo 'recipes: error: $(2) depends on no package named $(3)...' >&2; exit 1; }; \
	fi; \
	echo "recipes: fetching Debian's package $$$$package (it is not installed)"; \
	rm -rf $$@.new && mkdir -p $$@.new/root && cd $$@.new && \
	apt-get -qq $$$$apt download "$$$$package" && \
	dpkg-deb --fsys-tarfile *.deb | tar -x -C root ./boot && \
	cd $(CURDIR) && rm -rf $$@ && mv $$@.new/root $$@ && rm -rf $$@.new
endef

$(eval $(call recipes_fetch,linux,linux-image-amd64,linux-image-[0-9]))
$(eval $(call recipes_fetch,memtest,memtest86+))
$(eval $(call recipes_fetch,invaders,grub-invaders))

# --- linux: Debian's kernel and the smallest of all initial RAM disks -------------------------

LINUX_OUT := $(RECIPES_OUT)/linux
recipes-linux: $(LINUX_OUT)/vmlinuz $(LINUX_OUT)/initramfs/init

# Copies keep the package's times, and with them the time that mkboot puts into its output.
$(LINUX_OUT)/vmlinuz: | $(LINUX_OUT)/package
	@cp -p $(LINUX_OUT)/package/boot/vmlinuz-* $@

$(LINUX_OUT)/initramfs/init: recipes/linux/init.c
	@mkdir -p $(@D)
	@echo '  INIT  $@'
	@$(if $(LINUX_CC),$(LINUX_CC),gcc) -std=c17 -O2 -ffreestanding -fno-pie \
		-fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none \
		-fno-ident -Wall -Wextra -Wconversion -Wshadow -Werror \
		-nostdlib -static -Wl,--build-id=none -s -o $@ $<

# --- memtest86+ and GRUB Invaders -------------------------------------------------------------

recipes-memtest: $(RECIPES_OUT)/memtest/memtest86+x64.efi
$(RECIPES_OUT)/memtest/%: | $(RECIPES_OUT)/memtest/package
	@cp -p $(@D)/package/boot/$* $@

recipes-invaders: $(RECIPES_OUT)/invaders/invaders.exec
$(RECIPES_OUT)/invaders/%: | $(RECIPES_OUT)/invaders/package
	@cp -p $(@D)/package/boot/$* $@
