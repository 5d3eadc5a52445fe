# SPDX-License-Identifier: GPL-3.0-or-later
# An entry of GRUB's menu chosen by keys, as a person would: far down a menu that is longer than the
# screen, on each firmware. The guest's command line tells which one it was.
load ../common

setup_file() {
  export dir=$BATS_FILE_TMPDIR
  cd "$dir" || return 1
  cp "$demo_elf" k.elf
  menu "timeout: 10" > keys.yaml
  "$MKBOOT" build keys.yaml
}

setup() { cd "$dir" || return 1; }

menu() { # KEYS of the menu
  printf 'name: keys\nmenu:\n  %s\n  entries:\n' "$1"
  for i in $(seq 20); do
    printf '    - {title: "Entry number %d", kernel: k.elf, args: "this is %d"}\n' "$i" "$i"
  done
  printf 'outputs: [iso, floppy, tftp]\n'
  printf 'test: {expect: "demo: done", exit: 33, timeout: 120, memory: 64}\n'
}

# Three entries, and that it was they. A machine that shows a menu waits more than it works.
chooses() { # VIA
  local n
  run -0 "$MKBOOT" test keys.yaml --no-build --via "$1" -j 3 --log logs-keys \
    --entry "Entry number 1" --entry "Entry number 5" --entry "Entry number 20"
  echo "$output"
  for n in 1 5 20; do
    grep -qFx "command line: [this is $n]" <(tr -d '\r' < "logs-keys/$1-entry$((n - 1)).log")
  done
}

@test "by BIOS, from a CD" { chooses cd-bios; }
@test "by BIOS, from a floppy" { chooses floppy; }
@test "by BIOS, over the network" { chooses pxe-bios; }
@test "by UEFI x64" { chooses cd-uefi64; }
@test "by UEFI ia32" { chooses cd-uefi32; }

@test "in a menu that is on a serial port, too" {
  menu "serial: true, timeout: 10" | sed 's/^  serial: true, /  serial: true\n  /; s/^name: keys/name: serial/' > serial.yaml
  run -0 "$MKBOOT" test serial.yaml --via cd-bios,cd-uefi64 --entry "Entry number 17" --log logs
  echo "$output"
  [ "$(cat logs/*.log | tr -d '\r' | grep -cFx 'command line: [this is 17]')" = 2 ]
}

# Home, and Down as often as it takes: on the way the highlight leaves the very entry that is meant.
@test "the default entry, in the middle of the menu" {
  menu "timeout: 10" | sed 's/^name: keys/name: middle/; s/^  timeout: 10/  timeout: 10\n  default: 1/' > middle.yaml
  run -0 "$MKBOOT" test middle.yaml --via cd-bios,cd-uefi64 --entry "Entry number 2" --log logs-middle
  echo "$output"
  [ "$(cat logs-middle/*.log | tr -d '\r' | grep -cFx 'command line: [this is 2]')" = 2 ]
}

@test "an entry that fails is told apart from those that do not" {
  sed 's/"this is 3"/"exit=3"/' keys.yaml > bad.yaml
  sed -i 's/^name: keys/name: bad/' bad.yaml
  run -0 "$MKBOOT" test bad.yaml --via floppy --entry "Entry number 2"
  run -1 "$MKBOOT" test bad.yaml --no-build --via floppy --entry "Entry number 3"
  assert_contains "$output" "status 7"
}

@test "a menu that nobody can choose from: exit status 3, and what to do" {
  menu "timeout: 0" > none.yaml
  run -3 "$MKBOOT" test none.yaml --via floppy --entry "Entry number 2"
  assert_contains "$output" "menu.timeout is 0: nobody can choose an entry; give it a second or more"
  menu "timeout: 5" | sed 's/^  timeout: 5/  timeout: 5\n  hidden: true/' > none.yaml
  run -3 "$MKBOOT" test none.yaml --via floppy --entry "Entry number 2"
  assert_contains "$output" "menu.hidden is set"
}
