# SPDX-License-Identifier: GPL-3.0-or-later
# rawargs.mod for each of GRUB's platforms, into $(O)/share/rawargs/PLATFORM/. The flags are those
# of GRUB's configure.ac (2.04 to 2.14) as far as they decide how functions are called and which
# relocations the code needs: i386-pc passes arguments in registers and the callee pops them,
# i386-efi is plain System V, x86_64-efi may be loaded above 4 GiB. gcc, whatever CC is, because
# that is what distributions build i386-pc with; clang has another ABI there.

RAWARGS_PLATFORMS := i386-pc i386-efi x86_64-efi
RAWARGS_DIR       := mkboot/grub/rawargs
RAWARGS_MODS       = $(RAWARGS_PLATFORMS:%=$(O)/share/rawargs/%/rawargs.mod)

RAWARGS_CFLAGS = -std=c17 -Wall -Wextra -Wconversion -Wshadow -Werror -Os -g0 -ffreestanding \
	-fno-pie -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fno-unwind-tables -fno-ident -fno-tree-loop-distribute-patterns -fcf-protection=none \
	-mno-mmx -mno-sse -mno-sse2 -mno-3dnow -msoft-float
RAWARGS_CFLAGS_i386-pc    = -march=i386 -mrtd -mregparm=3 -freg-struct-return
RAWARGS_CFLAGS_i386-efi   = -march=i386 -freg-struct-return
RAWARGS_CFLAGS_x86_64-efi = -march=x86-64 -mcmodel=large -mno-red-zone

# The first compiler of each word size that works; "gcc -m32" needs no 32-bit C library here.
rawargs_try = $(shell for cc in $(1); do c=$$(echo $$cc | tr : ' '); \
	echo 'int x;' | $$c -c -x c -o /dev/null - 2>/dev/null && echo $$c && exit; done)
RAWARGS_CC32 ?= $(call rawargs_try,gcc:-m32 x86_64-linux-gnu-gcc:-m32 i686-linux-gnu-gcc)
RAWARGS_CC64 ?= $(call rawargs_try,gcc:-m64 x86_64-linux-gnu-gcc:-m64)
RAWARGS_CC_i386-pc    = $(RAWARGS_CC32)
RAWARGS_CC_i386-efi   = $(RAWARGS_CC32)
RAWARGS_CC_x86_64-efi = $(RAWARGS_CC64)
RAWARGS_PKG_i386-pc    = gcc-i686-linux-gnu
RAWARGS_PKG_i386-efi   = gcc-i686-linux-gnu
RAWARGS_PKG_x86_64-efi = gcc-x86-64-linux-gnu

.PHONY: rawargs
rawargs: $(RAWARGS_MODS)

# strip leaves what GRUB's own modules have: the symbols that relocations and other modules need.
$(RAWARGS_MODS): $(O)/share/rawargs/%/rawargs.mod: $(RAWARGS_DIR)/rawargs.c $(RAWARGS_DIR)/rawargs.mk
	@mkdir -p $(@D)
	@test -n '$(RAWARGS_CC_$*)' || { echo 'rawargs: no gcc for $*;' \
		'install one with: apt-get install $(RAWARGS_PKG_$*)' >&2; exit 1; }
	@echo '  GRUB  $@'
	@$(RAWARGS_CC_$*) $(RAWARGS_CFLAGS) $(RAWARGS_CFLAGS_$*) -c -o $@.tmp $<
	@$$($(RAWARGS_CC_$*) -print-prog-name=strip) --strip-unneeded \
		-R .comment -R .note.GNU-stack -R .note.gnu.property $@.tmp
	@mv $@.tmp $@
