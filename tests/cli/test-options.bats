# SPDX-License-Identifier: GPL-3.0-or-later
# mkboot test: what the command line asks for, without a machine: QEMU is a script that ends at once.
load ../common

setup() {
  setup_folder
  cp "$demo_elf" k.elf
  cat > r.yaml <<'YAML'
name: demo
menu:
  timeout: 5
  entries:
    - {title: Demo kernel, kernel: k.elf}
    - {title: Demo "quoted", kernel: k.elf}
    - {title: Rescue, kernel: k.elf}
outputs: [{iso: {platforms: bios}}, floppy, tftp]
network: {nic: [rtl8139, e1000]}
test: {exit: 33, memory: 64}
YAML
}

see="; see: mkboot test --help"

# Ends with what the file `status` says, else 33. The CD's ends after the floppy's.
fake_qemu() {
  mkdir -p bin
  cat > bin/qemu-system-x86_64 <<SH
#!/bin/sh
case \$* in
*if=floppy*) : > "$dir/floppy-ended" ;;
*ide-cd*)
  : > "$dir/cd-started"
  while [ -e "$dir/in-order" ] && [ ! -e "$dir/floppy-ended" ]; do sleep 0.02; done ;;
esac
exit \$(cat "$dir/status" 2>/dev/null || echo 33)
SH
  chmod +x bin/qemu-system-x86_64
  PATH=$dir/bin:$PATH
}

built() { # the outputs; by default one that is made at once
  "$MKBOOT" build r.yaml --only "${1:-iso,floppy}"
}

labels() { sed -n 's/ *\(ok\|FAIL\)  *[0-9.]* s.*//p' <<<"$output"; }

usage() { # WORDS, then the options: exit status 2, before anything is built
  local words=$1
  shift
  run -2 "$MKBOOT" test r.yaml "$@"
  [ "$output" = "mkboot: error: $words$see" ] || { echo "$output"; return 1; }
  [ ! -e out ]
}

@test "options that are wrong: exit status 2, one message, nothing built" {
  usage "--vm takes qemu or bochs, not 'kemu'" --vm kemu
  usage "--accel takes tcg, kvm or auto, not 'hvf'" --accel hvf
  usage "--jobs takes a number from 1 to 1024, not '0'" -j 0
  usage "--jobs takes a number from 1 to 1024, not 'x'" --jobs x
  usage "--memory takes a number from 16 to 1048576, not '15'" --memory 15
  usage "--cpus takes a number from 1 to 64, not '65'" --cpus 65
  usage "--silence takes a number from 1 to 86400, not '0'" --silence 0
  usage "--timeout takes a number from 1 to 86400, not '-1'" --timeout -1
  usage "--exit takes a number from 0 to 255, not '256'" --exit 256
  usage "the name that --junit takes is empty" --junit ""
  usage "the name that --report takes is empty" --report=
  usage "the name that --output takes is empty" -o ""
  usage "--entry needs a value" --entry
  usage "there is no option --jnit" --jnit a.xml
  usage "--reject: the text to look for cannot be empty" --reject panic --reject ""
  run -2 "$MKBOOT" test r.yaml --expect "/(/"
  assert_contains "$output" "is no regular expression"
  [ ! -e out ]
}

@test "a way to boot that there is not: what was meant" {
  usage "there is no way to boot called 'pxebios'; did you mean 'pxe-bios'?" --via cd-bios,pxebios
  usage "there is no way to boot called 'tape'" --via tape
  usage "--via names no way to boot" --via ,
}

@test "--help is given, whatever else is there" {
  run -0 --separate-stderr "$MKBOOT" test --vm nothing --help
  assert_contains "$output" "--entry TITLE"
  [ -z "$stderr" ]
}

@test "an entry that the menu does not have: what was meant, or all there are" {
  usage "the menu has no entry 'Resceu'; did you mean 'Rescue'?" --entry Resceu
  usage "the menu has no entry 'Linux': there are 'Demo kernel', 'Demo \"quoted\"', 'Rescue'" \
    --entry rescue --entry Linux
  usage "'demo' is the beginning of several entries: 'Demo kernel', 'Demo \"quoted\"'" --entry demo
  usage "the menu has no entry '': there are 'Demo kernel', 'Demo \"quoted\"', 'Rescue'" --entry ""
}

@test "a menu of the recipe's own has no entries that could be named: exit status 3" {
  printf 'menuentry "x" { multiboot2 /boot/k.elf }\n' > menu.cfg
  printf 'name: own\nmenu: {file: menu.cfg, files: [k.elf]}\n' > own.yaml
  run -3 "$MKBOOT" test own.yaml --entry all
  assert_contains "$output" "the menu is a file of the recipe's own"
  [ ! -e out ]
}

@test "a diskless medium, and no driver for GRUB: exit status 3, and what to add" {
  sed -i '/^network:/d' r.yaml
  built floppy
  run -3 "$MKBOOT" test r.yaml --no-build --via diskless-floppy
  [ "$output" = "mkboot: error: out/demo: nothing in it boots by diskless-floppy: GRUB needs a network driver of its own for that: add 'network: {nic: CARD}' to the recipe (mkboot nics lists the cards), and 'diskless-floppy' to its outputs" ]
  # where the outputs are not listed, the card is all there is to add
  sed -i '/^outputs:/d' r.yaml
  run -3 "$MKBOOT" test r.yaml --no-build --via diskless-floppy
  [ "$output" = "mkboot: error: out/demo: nothing in it boots by diskless-floppy: GRUB needs a network driver of its own for that: add 'network: {nic: CARD}' to the recipe (mkboot nics lists the cards)" ]
}

@test "an output that is not there, one that is for other firmware: exit status 3, and what to do" {
  sed -i 's/, floppy, tftp//; s/^network:.*//' r.yaml
  built iso
  run -3 "$MKBOOT" test r.yaml --no-build --via floppy,cd-uefi64
  assert_contains "$output" "out/demo: nothing in it boots by floppy: add 'floppy' to the recipe's outputs"
  assert_contains "$output" "out/demo: nothing in it boots by cd-uefi64: 'iso' was not written for UEFI x64; see"
}

@test "rows: one a machine, in the tables' order, however they end" {
  fake_qemu
  built
  : > in-order
  # the CD waits for the floppy: with one at a time it would for ever
  run -0 --separate-stderr "$MKBOOT" test r.yaml --no-build --via floppy,cd-bios -j 2 --json
  [ -z "$stderr" ]
  [ "$(jq -r .via <<<"$output" | xargs)" = "cd-bios floppy" ]
  jq -e '.ok and .recipe == "r.yaml"' <<<"$output"
  run -0 --separate-stderr "$MKBOOT" test r.yaml --no-build --via floppy,cd-bios -j 2
  [ -z "$stderr" ]
  [ "${#lines[@]}" = 2 ]
  [[ ${lines[0]} =~ ^cd-bios\ {6}ok\ +[0-9]+\.[0-9]\ s$ ]]
  [[ ${lines[1]} =~ ^floppy\ {7}ok\ +[0-9]+\.[0-9]\ s$ ]]
}

@test "one at a time: the second does not start before the first has ended" {
  fake_qemu
  built
  rm -f floppy-ended
  # shellcheck disable=SC2016
  sed -i 's|^\*if=floppy.*|*if=floppy*) [ -e cd-ended ] \|\| exit 1 ;;|; s|^exit|: > cd-ended\nexit|' \
    bin/qemu-system-x86_64
  sed -i 's|cd-started|cd-started"; sleep 0.5; : "|' bin/qemu-system-x86_64
  run -0 "$MKBOOT" test r.yaml --no-build --via floppy,cd-bios -j 1
  rm cd-ended
  # and the script does tell the difference
  run -1 "$MKBOOT" test r.yaml --no-build --via floppy,cd-bios -j 2
}

@test "the matrix: ways, cards, entries, and their files" {
  fake_qemu
  built iso,floppy,tftp
  # no menu is shown by this machine, so that nothing could be chosen in it
  run -1 --separate-stderr "$MKBOOT" test r.yaml --no-build --via pxe-bios,cd-bios \
    --nic e1000,rtl8139 --entry 'Demo k' --entry rescue --log logs
  [ "$(labels)" = "cd-bios: Demo kernel
cd-bios: Rescue
pxe-bios-rtl8139: Demo kernel
pxe-bios-rtl8139: Rescue
pxe-bios-e1000: Demo kernel
pxe-bios-e1000: Rescue" ]
  [ "$(find logs -type f -printf '%f\n' | sort)" = "$(printf '%s.log\n' cd-bios-entry0 cd-bios-entry2 \
    pxe-bios-{e1000,rtl8139}-entry{0,2} | sort)" ]
  # of all entries, all; a title is a title, whatever is in it
  run -1 "$MKBOOT" test r.yaml --no-build --via floppy --entry all
  [ "$(labels)" = 'floppy: Demo kernel
floppy: Demo "quoted"
floppy: Rescue' ]
}

@test "an entry that does not start everywhere" {
  # a BIOS boot sector beside a kernel for both
  head -c 510 /dev/zero > boot.bin
  printf '\x55\xaa' >> boot.bin
  sed -i 's/title: Rescue, kernel: k.elf/title: Rescue, kernel: boot.bin, protocol: bootsector/
    s/platforms: bios/platforms: [bios, uefi64]/; s/, floppy, tftp//; /^network/d' r.yaml
  fake_qemu
  built iso
  run -3 "$MKBOOT" test r.yaml --no-build --via cd-uefi64 --entry Rescue
  [ "${lines[-1]}" = "mkboot: error: cd-uefi64: the entry 'Rescue' cannot start on UEFI x64; see: mkboot check" ]
  # asked for everywhere: where it can
  run -1 --separate-stderr "$MKBOOT" test r.yaml --no-build --entry Rescue
  [ "$(labels)" = "cd-bios: Rescue
usb-bios: Rescue" ]
  assert_contains "$stderr" "mkboot: left out: cd-uefi64: the entry 'Rescue' cannot start on UEFI x64"
}

@test "no menu is shown: the entry that starts by itself, and no other" {
  sed -i 's/timeout: 5/timeout: 0/' r.yaml
  fake_qemu
  built floppy,tftp
  run -0 "$MKBOOT" test r.yaml --no-build --via floppy,pxe-bios --entry "Demo kernel"
  [ "$(labels)" = "floppy: Demo kernel
pxe-bios: Demo kernel" ]
  run -3 "$MKBOOT" test r.yaml --no-build --via floppy --entry Rescue
  assert_contains "$output" "menu.timeout is 0"
}

@test "memory for fewer than were asked for: a note" {
  fake_qemu
  built
  run -0 --separate-stderr "$MKBOOT" test r.yaml --no-build --via floppy,cd-bios -j 2 --memory 1048576
  [ "$stderr" = "mkboot: there is memory for 1 machine of 1048576 MiB at a time, not for 2" ]
  # one at a time is what there is room for
  run -0 --separate-stderr "$MKBOOT" test r.yaml --no-build --via floppy,cd-bios -j 1 --memory 1048576
  [ -z "$stderr" ]
}

@test "in another emulator: the ways it has, the cards it has" {
  run "$MKBOOT" test r.yaml --vm bochs --no-build
  case $output in *"--vm takes"*) skip "there is no other emulator" ;; esac
  sed -i 's/rtl8139, e1000/rtl8139, ne2k/; s/floppy, tftp/floppy, diskless-floppy, tftp/; s/exit: 33, //' r.yaml
  built iso,floppy,diskless-floppy,tftp
  run -3 "$MKBOOT" test r.yaml --vm bochs --no-build --via pxe-bios,diskless-floppy --nic rtl8139
  assert_contains "$output" "error: pxe-bios: "
  assert_contains "$output" "error: diskless-floppy: Bochs has no network card rtl8139"
  run -3 "$MKBOOT" test r.yaml --vm bochs --no-build --via all --entry Rescue
  assert_contains "$output" "left out: "
  assert_contains "$output" "error: the entry 'Rescue' can be booted in none of these ways"
}

@test "a row that failed: the command that repeats just this one" {
  fake_qemu
  built
  echo 1 > status
  run -1 "$MKBOOT" test r.yaml --no-build --via floppy,cd-bios --entry 'Demo "' --exit 33 \
    --reject "it's" --timeout 9
  grep -qxF "      mkboot test r.yaml --no-build --via floppy --entry 'Demo \"quoted\"' --reject 'it'\\''s' --exit 33 --timeout 9" <<<"$output"
  run -1 "$MKBOOT" test r.yaml --no-build --via floppy
  # below the emulator's own
  [ "$(grep -A3 '^    repeat it by hand:$' <<<"$output" | sed 's/qemu-system-x86_64 .*if=floppy.*/QEMU/')" = \
    "    repeat it by hand:
      QEMU
      mkboot test r.yaml --no-build --via floppy
      mkboot run r.yaml --no-build --via floppy --accel tcg" ]
  # what decides is repeated, the one that was chosen, too
  run -1 "$MKBOOT" test r.yaml --no-build --via floppy --accel kvm --memory 64
  grep -qx '      mkboot test r.yaml --no-build --via floppy --accel kvm --memory 64' <<<"$output"
  grep -qx '      mkboot run r.yaml --no-build --via floppy --accel kvm --memory=64' <<<"$output"
  # that is of no use for an entry that has to be chosen in the menu
  run -1 "$MKBOOT" test r.yaml --no-build --via cd-bios --entry Rescue
  [[ $output == *"mkboot test r.yaml --no-build --via cd-bios --entry Rescue"* ]]
  [[ $output == *"      # then choose 'Rescue' in the menu"* ]]
  [[ $output != *"mkboot run"* ]]
  # the reports say the same
  run -1 "$MKBOOT" test r.yaml --no-build --via cd-bios --entry Rescue --junit junit.xml --report page
  line="mkboot test r.yaml --no-build --via cd-bios --entry Rescue"
  grep -qxF "      $line" <<<"$output"
  grep -qxF "# then choose &#39;Rescue&#39; in the menu" page/index.html
  grep -qF "$line" page/index.html
  xmllint --xpath 'string(//failure)' junit.xml | grep -qxF "  $line"
}

@test "--junit and --report: written whole, in folders that are made, also where a boot failed" {
  fake_qemu
  built
  echo 1 > status
  run -1 "$MKBOOT" test r.yaml --no-build --via floppy,cd-bios --junit a/b/junit.xml --report c/page
  [ -s a/b/junit.xml ]
  [ -s c/page/index.html ]
  [ -e c/page/floppy.log ]
  [ -e c/page/cd-bios.log ]
  run -0 find a c -name '*mkboot-*'
  [ -z "$output" ]
  # what is no file is written to, a link stays one
  ln -s ../junit.xml a/b/link.xml
  cp a/b/junit.xml a/junit.xml
  : > a/junit.xml
  run -1 "$MKBOOT" test r.yaml --no-build --via floppy --junit a/b/link.xml
  [ -L a/b/link.xml ]
  [ -s a/junit.xml ]
  run -1 --separate-stderr "$MKBOOT" test r.yaml --no-build --via floppy --json --junit /dev/stderr
  assert_contains "$stderr" "<testsuite"
  # nowhere to write: exit status 5
  run -5 "$MKBOOT" test r.yaml --no-build --via floppy --junit r.yaml/junit.xml
  assert_contains "$output" "r.yaml/junit.xml: cannot write: Not a directory"
}

@test "--junit and --report where they cannot be: exit status 5, before anything is built or booted" {
  nowhere() { # WORDS, then the options
    local words=$1
    shift
    run -5 "$MKBOOT" test r.yaml --via floppy "$@"
    [ "$output" = "mkboot: error: $words" ] || { echo "$output"; return 1; }
    [ ! -e out ]
  }
  mkdir folder
  nowhere "r.yaml: cannot write the report into it: Not a directory" --report r.yaml
  nowhere "r.yaml/a/b: cannot write the report into it: Not a directory" --report r.yaml/a/b
  nowhere "r.yaml/a.xml: cannot write: Not a directory" --junit r.yaml/a.xml
  nowhere "folder: cannot write: Is a directory" --junit folder
  ln -s loop loop
  nowhere "loop: cannot write the report into it: Too many levels of symbolic links" --report loop
}

@test "an exit status that isa-debug-exit cannot give: a warning" {
  fake_qemu
  built
  even="mkboot: warning: no guest can end with status 32 (--exit): isa-debug-exit gives odd ones only, 2 N + 1 for the value N; 0 is power-off"
  echo 32 > status
  run -0 --separate-stderr "$MKBOOT" test r.yaml --no-build --via floppy --exit 32
  [ "$stderr" = "$even" ]
  sed -i 's/exit: 33/exit: 32/' r.yaml
  run -0 --separate-stderr "$MKBOOT" test r.yaml --no-build --via floppy
  [ "$stderr" = "${even/--exit/test.exit}" ]
  echo 0 > status
  run -0 --separate-stderr "$MKBOOT" test r.yaml --no-build --via floppy --exit 0
  [ -z "$stderr" ]
}

@test "a boot that could not be run at all: no files about the run" {
  built floppy
  mkdir none
  PATH=$dir/none run -4 "$MKBOOT" test r.yaml --no-build --via floppy --junit junit.xml --report page
  [ ! -e junit.xml ]
  [ ! -e page ]
}

@test "lines of machines at work: on a terminal; not where it is dumb; and gone at the end" {
  fake_qemu
  built
  : > in-order
  sed -i 's|^\*if=floppy\*) |&sleep 1; |' bin/qemu-system-x86_64
  seen() { python3 "$root/tests/boot/terminal.py" 60x10 "$@"; }
  export TERM=xterm
  run -0 seen "$MKBOOT" test r.yaml --no-build --via floppy,cd-bios -j 2
  jq -e '.most == 2 and .status == 0 and .cursor == [2, 0] and
    (.screen | map(sub(" +[0-9.]+ s$"; ""))) == ["cd-bios      ok", "floppy       ok"]' <<<"$output"
  jq -e '.modes | not' <<<"$output"
  rm floppy-ended
  TERM=dumb run -0 seen "$MKBOOT" test r.yaml --no-build --via floppy,cd-bios -j 2
  jq -e '.most == 0 and .status == 0 and (.screen | length) == 2' <<<"$output"
  # a message on the way does not mix with them
  rm floppy-ended
  sed -i 's|: > .*/floppy-ended" ;;|;;|' bin/qemu-system-x86_64 # the CD's does not end by itself
  run -0 seen "$MKBOOT" test r.yaml --no-build --via floppy,cd-bios -j 2 --log r.yaml/x
  jq -e '.most == 2 and .status == 5 and
    .screen[0] + .screen[1] == "mkboot: error: r.yaml/x/floppy.log: cannot write: Not a directory"' \
    <<<"$output"
}

@test "a kernel alone by HTTP: exit status 3, and the recipe that it takes" {
  run -3 "$MKBOOT" test k.elf --via http-uefi64
  [ "${lines[-1]}" = "mkboot: error: out/k: nothing in it boots by http-uefi64: a kernel alone has no network; write a recipe (mkboot init) with network: {server: 192.168.1.2, subnet: 192.168.1.0/24} and outputs: [http]" ]
}
