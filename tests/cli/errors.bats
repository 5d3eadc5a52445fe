# SPDX-License-Identifier: GPL-3.0-or-later
# Every bad recipe of bad/: its exact messages, exit status 3, nothing written.
# After a deliberate change of a text: MKBOOT_BLESS=1 bats tests/cli/errors.bats, and read the diff.
load ../common

one() {
  local name=$1 bad=$root/tests/cli/bad
  setup_folder
  cp "$bad/$name.yaml" .
  cp "$demo_elf" k.elf
  : > empty.mod
  echo text > text.txt
  mkdir folder
  printf 'menuentry "x" {\n  if true; then\n}\n' > bad.cfg
  head -c 510 /dev/zero > sector.bin
  printf '\125\252' >> sector.bin
  status=0
  "$MKBOOT" build "$name.yaml" > stdout 2> stderr || status=$?
  [ -z "${MKBOOT_BLESS:-}" ] || cp stderr "$bad/$name.expect"
  diff -u "$bad/$name.expect" stderr
  [ "$status" = 3 ] || { echo "exit status $status, not 3"; return 1; }
  [ ! -s stdout ] || { echo "standard output is not empty"; return 1; }
  [ ! -e out ] || { echo "something was written"; return 1; }
  # check says the same
  status=0
  "$MKBOOT" check "$name.yaml" > /dev/null 2> stderr || status=$?
  diff -u "$bad/$name.expect" stderr
  [ "$status" = 3 ]
}


@test "every bad recipe gives its messages, exit status 3, and writes nothing" {
  for file in "$root"/tests/cli/bad/*.yaml; do
    echo "# $(basename "$file")"
    one "$(basename "$file" .yaml)"
  done
}

@test "JSON recipes are read, and their errors have places too" {
  setup_folder
  cp "$demo_elf" k.elf
  echo '{"menu": {"entries": [{"title": "Demo", "kernel": "k.elf"}]}}' > good.json
  run -0 "$MKBOOT" check good.json
  printf '{\n  "menu": {"entries": [{"title": "Demo", "kernle": "k.elf"}]}\n}\n' > bad.json
  run -3 "$MKBOOT" check bad.json
  assert_contains "$output" "bad.json:2:"
  assert_contains "$output" "did you mean 'kernel'?"
}

@test "a kernel on the command line: missing, a folder, empty, no kernel" {
  setup_folder
  run -3 "$MKBOOT" build nowhere.elf
  [ "$output" = "mkboot: error: nowhere.elf: there is no such file" ]
  mkdir folder
  run -3 "$MKBOOT" build folder
  [ "$output" = "mkboot: error: folder: this is a folder, not a kernel" ]
  : > empty
  run -3 "$MKBOOT" build empty
  [ "$output" = "mkboot: error: empty: this file is empty (0 bytes)" ]
  echo text > text
  run -3 "$MKBOOT" build text
  assert_contains "$output" "mkboot: error: text: this is a file of an unknown kind, and no kernel that mkboot knows"
  [ ! -e out ]
}

@test "a truncated ELF is refused with the bytes that are missing" {
  setup_folder
  head -c 9000 "$demo_elf" > short.elf
  run -3 "$MKBOOT" check short.elf
  assert_contains "$output" "short.elf: "
  assert_contains "$output" "bytes"
  [ ! -e out ]
}
