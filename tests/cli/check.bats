# SPDX-License-Identifier: GPL-3.0-or-later
# mkboot check: what a file is, and what will not work, before anything is written.
load ../common

setup() { setup_folder; }

craft() { python3 "$root/tests/cli/craft.py" "$1" "${2:-k}"; }

says() { # KIND WORDS: refused, and why
  craft "$1"
  run -3 "$MKBOOT" check k
  assert_contains "$output" "k: "
  assert_contains "$output" "$2"
  run -3 "$MKBOOT" build k
  assert_contains "$output" "$2"
  [ ! -e out ]
}

@test "a good one" {
  craft good
  run -0 "$MKBOOT" check k
  assert_contains "$output" "Multiboot, ELF32 i386"
  assert_contains "$output" "boots on BIOS, UEFI x64 and UEFI ia32"
}

@test "a header too far in" { says header-far "8192"; }
@test "a bad checksum" { says bad-checksum "checksum"; }
@test "segments that overlap" { says overlap "overlap"; }
@test "a segment below 1 MiB" { says low "1 MiB"; }
@test "a truncated ELF" { says truncated "bytes"; }

@test "an EFI application on a BIOS-only output" {
  craft efi64
  run -0 "$MKBOOT" check k
  assert_contains "$output" "boots on UEFI x64"
  for outputs in "[floppy]" "[{iso: {platforms: bios}}]"; do
    printf 'menu: {entries: [{title: E, kernel: k}]}\noutputs: %s\n' "$outputs" > r.yaml
    run -3 "$MKBOOT" check r.yaml
    assert_contains "$output" "r.yaml:2:"
    assert_contains "$output" "cannot boot on BIOS: "
  done
}

@test "a 64-bit-only kernel on ia32 UEFI" {
  craft linux64-only
  printf 'menu: {entries: [{title: L, kernel: k}]}\noutputs: [{iso: {platforms: [bios, uefi64, uefi32]}}]\n' > r.yaml
  run -3 "$MKBOOT" check r.yaml
  assert_contains "$output" "cannot boot on UEFI ia32: "
  assert_contains "$output" "64-bit"
  craft linux-mixed
  run -0 "$MKBOOT" check r.yaml
}

@test "one entry for each firmware: each menu has its own" {
  craft efi64 a.efi
  craft efi32 b.efi
  craft sector c.bin
  printf 'menu: {entries: [{title: A, kernel: a.efi}, {title: B, kernel: b.efi}, {title: C, kernel: c.bin}]}\noutputs: [iso]\n' > r.yaml
  run -0 "$MKBOOT" check r.yaml
  assert_contains "$output" "left out of the menu on"
  run -0 "$MKBOOT" build r.yaml
  assert_contains "$output" "boots on BIOS, UEFI x64 and UEFI ia32"
}

@test "check --json" {
  craft bad-checksum
  run -3 --separate-stderr "$MKBOOT" check k --json
  jq -e '(.ok | not) and (.entries[0].problems[0].severity == "error")' <<<"$output"
  craft good
  run -0 --separate-stderr "$MKBOOT" check k --json
  jq -e '.ok and .entries[0].protocol == "multiboot" and .entries[0].platforms == ["bios", "uefi64", "uefi32"]' <<<"$output"
}
