# SPDX-License-Identifier: GPL-3.0-or-later
# Random arguments, byte for byte: see fuzz_recipe.py.
load ../common

setup() { setup_folder; }

fuzz() { # SEED COUNT PROTOCOL VIA
  cp "$demo_elf" k.elf
  cp "$root/recipes/demo/hello.txt" .
  python3 "$root/tests/boot/fuzz_recipe.py" recipe "$1" "$2" "$3" k.elf hello.txt > fuzz.json
  "$MKBOOT" test fuzz.json --via "$4" --log logs
  python3 "$root/tests/boot/fuzz_recipe.py" compare "$1" "$2" "logs/$4.log"
}

@test "multiboot2 by cd-bios, 10 menus of 60 strings" {
  for seed in 1 2 3 4 5 6 7 8 9 10; do fuzz $seed 60 multiboot2 cd-bios; done
}

@test "multiboot by cd-bios, 10 menus of 60 strings" {
  for seed in 11 12 13 14 15 16 17 18 19 20; do fuzz $seed 60 multiboot cd-bios; done
}

@test "UEFI x64 and ia32" {
  fuzz 21 60 multiboot2 cd-uefi64
  fuzz 22 60 multiboot cd-uefi32
}

@test "without mkboot's GRUB module the same strings do not arrive: the comparison can fail" {
  run -0 "$root/tests/boot/fuzz_args.sh" -p bios -l multiboot -k broken -n 50
}
