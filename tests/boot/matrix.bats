# SPDX-License-Identifier: GPL-3.0-or-later
# Several machines at once, the menu's entries, lines of machines at work: with QEMU itself.
# tests/cli/test-options.bats has what needs no machine.
load ../common

setup() {
  setup_folder
  cp "$demo_elf" k.elf
  cat > r.yaml <<'YAML'
name: demo
menu:
  timeout: 20
  entries:
    - {title: First, kernel: k.elf, args: one}
    - {title: Second, kernel: k.elf, args: two}
    - {title: Third, kernel: k.elf, args: hang}
outputs: [{iso: {platforms: bios}}, floppy]
test: {expect: "demo: done", exit: 33, timeout: 30, memory: 64}
YAML
}

# A row's beginning: all but the seconds, which are the machine's.
rows() { sed 's/ *[0-9]*\.[0-9] s$//' <<<"$output"; }

# No emulator that boots from here is there any more; it is gone when mkboot's parent can know.
assert_no_machine() {
  for _ in $(seq 100); do
    pgrep -f "qemu-system.*$dir" >/dev/null || return 0
    sleep 0.05
  done
  pgrep -af "qemu-system.*$dir"
  return 1
}

seen() { TERM=xterm python3 "$root/tests/boot/terminal.py" "$@"; }

@test "each entry is chosen in the menu and is what runs; a beginning of its title will do" {
  "$MKBOOT" build r.yaml
  run -0 --separate-stderr "$MKBOOT" test r.yaml --no-build --via cd-bios,floppy -j 2 \
    --entry fir --entry Second --log logs
  [ "$(rows)" = "cd-bios: First  ok
cd-bios: Second ok
floppy: First   ok
floppy: Second  ok" ]
  [ -z "$stderr" ]
  for via in cd-bios floppy; do
    grep -q '^command line: \[one\]' "logs/$via-entry0.log"
    grep -q '^command line: \[two\]' "logs/$via-entry1.log"
  done
  run -0 --separate-stderr "$MKBOOT" test r.yaml --no-build --via floppy --entry Second --json
  jq -e '.entry == "Second" and .via == "floppy" and .ok' <<<"$output"
}

@test "of all entries one fails: its row alone, and exit status 1" {
  "$MKBOOT" build r.yaml --only floppy
  run -1 "$MKBOOT" test r.yaml --no-build --entry all --timeout 12 -j 3 --json
  [ "$(jq -c '[.entry, .ok]' <<<"$output")" = '["First",true]
["Second",true]
["Third",false]' ]
}

@test "side by side or one after the other: the same rows in the same order" {
  sed -i 's/timeout: 20/timeout: 0/' r.yaml
  "$MKBOOT" build r.yaml
  run -0 --separate-stderr "$MKBOOT" test r.yaml --no-build -j 1
  one=$(rows)
  [ -z "$stderr" ]
  run -0 --separate-stderr "$MKBOOT" test r.yaml --no-build -j 3
  [ "$(rows)" = "$one" ]
  [ -z "$stderr" ]
  [ "$one" = "cd-bios      ok
usb-bios     ok
floppy       ok" ]
}

@test "memory for one machine where two were asked for: one after the other, and a note" {
  sed -i 's/timeout: 20/timeout: 0/' r.yaml
  "$MKBOOT" build r.yaml
  mib=$(awk '/^MemAvailable:/ { printf "%d", $2 / 1024 * 0.6 }' /proc/meminfo)
  run -0 --separate-stderr "$MKBOOT" test r.yaml --no-build --via cd-bios,floppy -j 2 --memory "$mib"
  [ "$stderr" = "mkboot: there is memory for 1 machine of $mib MiB at a time, not for 2" ]
  [ "${#lines[@]}" = 2 ]
}

@test "on a terminal: a line a machine, its last line cut to the width; rows at the end" {
  sed -i 's/timeout: 20/timeout: 0/; s/args: one/args: hang/; s/timeout: 30/timeout: 6/' r.yaml
  "$MKBOOT" build r.yaml
  run -0 seen 40x12 "$MKBOOT" test r.yaml --no-build --via cd-bios,floppy -j 2 --json
  jq -e '.most == 2 and .status == 1 and .widest < 40 and (.modes | not)' <<<"$output"
  jq -e '.lines | index("demo: han")' <<<"$output"
  # nothing but the rows is left
  jq -e '.screen | join("") | contains(" ... ") | not' <<<"$output"
  jq -r '.screen | join("")' <<<"$output" | sed 's/}{/}\n{/' | jq -e '.ok | not'
  # fewer lines than machines on a terminal that has no more
  run -0 seen 80x2 "$MKBOOT" test r.yaml --no-build --via cd-bios,floppy -j 2 --json
  jq -e '.most == 1 and .status == 1' <<<"$output"
}

@test "Ctrl-C, SIGTERM, SIGHUP: over at once, the rows stay, the lines are gone, the machines, too" {
  # the floppy hangs, the CD does not
  sed -i 's/timeout: 20/timeout: 0/; s/args: one/args: hang/' r.yaml
  "$MKBOOT" build r.yaml --only floppy -o hang
  sed -i 's/args: hang/args: one/' r.yaml
  "$MKBOOT" build r.yaml --only iso -o out
  cp hang/demo/demo-floppy.img out/demo/
  jq -s '.[0].artifacts += .[1].artifacts | .[0]' out/demo/manifest.json hang/demo/manifest.json > both
  mv both out/demo/manifest.json
  for s in ^C:130 SIGTERM:143 SIGHUP:129; do
    run -0 seen 80x12 --signal "${s%:*}" "floppy .*demo: hang" \
      "$MKBOOT" test r.yaml -o "$dir/out" --no-build --via cd-bios,floppy -j 1
    jq -e --argjson status "${s#*:}" '.status == $status and (.modes | not)' <<<"$output"
    jq -e '(.screen | length) == 1 and (.screen[0] | startswith("cd-bios      ok ")) and
      .cursor == [1, 0]' <<<"$output"
    assert_no_machine
  done
}

@test "--junit, --report: every boot is in them, with a picture" {
  sed -i 's/timeout: 20/timeout: 0/' r.yaml
  "$MKBOOT" build r.yaml
  run "$MKBOOT" test r.yaml --no-build --via cd-bios,floppy -j 2 --junit ci/junit.xml --report ci/page
  xmllint --noout --schema "$root/tests/schema/junit.xsd" ci/junit.xml
  [ "$(grep -c '<testcase' ci/junit.xml)" = 2 ]
  for via in cd-bios floppy; do
    [ "$(head -c 8 "ci/page/$via.png" | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ]
    grep -q '^demo: done' "ci/page/$via.log"
    grep -q "$via" ci/page/index.html
  done
  [ "$(cd ci/page && echo *)" = "cd-bios.log cd-bios.png floppy.log floppy.png index.html" ]
}
