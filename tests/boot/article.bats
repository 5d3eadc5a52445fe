# SPDX-License-Identifier: GPL-3.0-or-later
# docs/article.md: every command of it, in order, and what it says.
load ../common

setup() {
  setup_folder
  cp "$demo_elf" kernel.sys
  gzip -9nc "$root/recipes/demo/hello.txt" > boot_modules.mod.gz
  export PATH=${MKBOOT%/*}:$PATH
}

article() {
  run python3 "$BATS_TEST_DIRNAME/article.py" "$@" "expect: Ace=expect: 'demo: done'" 'timeout 3=timeout 0'
  echo "$output"
}

@test "every command of docs/article.md does what the page says" {
  article "$root/docs/article.md"
  [ "$status" -eq 0 ]
  [ "${output% commands}" -ge 12 ]
}

@test "a command that fails, and words that are not so, are noticed" {
  printf 'x\n\n    $ false\n' > page.md
  article page.md
  [ "$status" -eq 1 ]
  printf 'x\n\n    $ echo one 1.5 s; echo two\n    one 2.5 s\n    three\n' > page.md
  article page.md
  [ "$status" -eq 1 ]
  printf 'x\n\n    $ echo one 1.5 s; echo two\n    one 2.5 s\n    two\n' > page.md
  article page.md
  [ "$status" -eq 0 ]
}
