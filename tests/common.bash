# SPDX-License-Identifier: GPL-3.0-or-later
# What the .bats files share. Each test gets a folder of its own and a cache of its own suite.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
O=${O:-$root/out}
MKBOOT=${MKBOOT:-$O/bin/mkboot}
demo_elf=$O/recipes/demo/demo.elf
export MKBOOT_CACHE=${MKBOOT_TEST_CACHE:-$O/test-cache}
export SOURCE_DATE_EPOCH=1767225600
bats_require_minimum_version 1.5.0

PATH=$PATH:/usr/sbin:/sbin

# For mounts in a namespace of their own. What is written there is the caller's afterwards.
as_root() {
  local status=0
  if [ "$(id -u)" = 0 ]; then
    "$@"
    return
  fi
  sudo -E env "PATH=$PATH" MKBOOT_CACHE="$dir/root-cache" "$@" || status=$?
  sudo chown -R "$(id -u):$(id -g)" "$dir"
  return $status
}

setup_folder() {
  dir=$(mktemp -d "${BATS_TEST_TMPDIR:-/tmp}/mkboot.XXXXXX")
  cd "$dir" || return 1
}

# A recipe of the demo kernel, with extra lines from standard input.
demo_recipe() {
  cp "$demo_elf" k.elf
  printf 'hello\n' > hello.txt
  cat > demo.yaml <<'YAML'
name: demo
menu:
  entries:
    - {title: Demo, kernel: k.elf, args: "one two", modules: [hello.txt]}
test: {expect: "demo: done", exit: 33, timeout: 60, memory: 64}
YAML
  if [ ! -t 0 ]; then cat >> demo.yaml; fi
}

# A PATH, the folder bin, with everything but the programs named.
path_without() {
  local p
  mkdir "$dir/bin"
  ln -s -t "$dir/bin" /usr/bin/*
  [ /bin -ef /usr/bin ] || ln -sf -t "$dir/bin" /bin/*
  for p; do rm -f "$dir/bin/$p"; done
}

# No file below a folder may be left behind by mkboot but what it publishes.
assert_no_leftovers() {
  run -0 find "$1" -name '.*mkboot-*' -o -name '.*.lock'
  [ -z "$output" ] || { echo "left behind: $output"; return 1; }
}

assert_contains() {
  case "$1" in
  *"$2"*) ;;
  *) printf 'expected: %s\nin:\n%s\n' "$2" "$1"; return 1 ;;
  esac
}
