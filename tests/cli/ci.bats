# SPDX-License-Identifier: GPL-3.0-or-later
# action.yml and the snippets of docs/ci.md: their keys, and their shell steps, run as the services do,
# in the workspace of a kernel project that has mkboot in tools/mkboot.
load ../common

setup_file() { "$MKBOOT" toolchain build --drivers > "$BATS_FILE_TMPDIR/toolchain"; }

setup() {
  setup_folder
  # GRUB's headers, which apt-get would fetch there
  local cache
  for cache in home/.cache/mkboot work/.cache/mkboot; do
    mkdir -p "$cache/toolchain"
    cp -a "$MKBOOT_CACHE/toolchain/headers" "$cache/toolchain/"
  done
  mkdir -p bin work/tools/mkboot
  tar -C "$root" --exclude=./out --exclude=./.git -cf - . | tar -C work/tools/mkboot -xf -
  # what is built already is newer than its sources, as it was
  mkdir work/tools/mkboot/out
  for part in bin obj gen man share; do
    [ ! -e "$root/out/$part" ] || cp -a "$root/out/$part" work/tools/mkboot/out/
  done
  # what a service's own image has not, this machine has: nothing may be installed here
  printf '#!/bin/sh\necho "apt-get $*" >> %q\n' "$dir/apt" > bin/apt-get
  printf '#!/bin/sh\nexec "$@"\n' > bin/sudo
  chmod +x bin/*
  : > apt
  cp "$demo_elf" work/demo.elf
  printf 'hello\n' > work/hello.txt
  printf 'all:\n\tcp demo.elf kernel.elf\n' > work/Makefile
  cat > work/mkboot.yaml <<'YAML'
name: mine
menu:
  entries:
    - {title: Mine, kernel: kernel.elf, modules: [hello.txt]}
test: {expect: "demo: done", exit: 33, timeout: 60, memory: 64}
YAML
}

ci() {
  local what=$1
  shift
  env -u SOURCE_DATE_EPOCH -u MKBOOT_CACHE python3 "$BATS_TEST_DIRNAME/ci.py" "$what" "$root" "$dir" "$@"
}

# Its words are shown where it fails.
passes() {
  run "$@"
  echo "$output"
  [ "$status" -eq 0 ]
}

whole_report() { # FOLDER: the report's files are there, and JUnit's XML says so many boots
  [ -s "$1/index.html" ]
  python3 - "$1/junit.xml" "$2" "$3" <<'PY'
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
cases = root.findall(".//testcase")
failed = [c for c in cases if c.find("failure") is not None]
assert (len(cases), len(failed)) == (int(sys.argv[2]), int(sys.argv[3])), (len(cases), len(failed))
PY
}

@test "the keys are those of GitHub's and GitLab's documentation; no expression is within a script" {
  ci keys
  # and what is not so is seen
  mkdir -p bad/docs
  cp "$root/docs/ci.md" bad/docs/
  for change in 's/^        mkboot build .*/        mkboot build ${{ inputs.recipe }}/' 's/^      shell: bash//' \
    's/using: composite/using: docker/' 's/^    default: out/    defualt: out/' 's/inputs.via/inputs.vai/' \
    's/^  report:/  raport:/'; do
    sed "$change" "$root/action.yml" > bad/action.yml
    run ! cmp -s "$root/action.yml" bad/action.yml
    run -1 python3 "$BATS_TEST_DIRNAME/ci.py" keys bad
  done
}

@test "action.yml: builds, boots, reports" {
  make -s -C work
  passes ci action via=cd-bios
  (cd work/out/mine && sha256sum -c --quiet SHA256SUMS)
  whole_report work/mkboot-report 1 0
  [ "$(cat github_output)" = "report=mkboot-report/index.html
junit=mkboot-report/junit.xml" ]
  grep -q '^    .*cd-bios.* ok ' github_step_summary
  [ ! -s apt ]
  [ -d home/.cache/mkboot ]
}

@test "action.yml: a boot that fails makes the step fail, and the report is there" {
  make -s -C work
  sed -i 's/demo: done/something else/; s/timeout: 60/timeout: 15/' work/mkboot.yaml
  run -1 ci action via=cd-bios
  echo "$output"
  assert_contains "$output" "::stop-commands::"
  whole_report work/mkboot-report 1 1
  grep -q 'something else' github_step_summary
  ci upload
}

@test "action.yml: inputs are words, whatever is in them" {
  make -s -C work
  mv work/mkboot.yaml 'work/$(touch pwned) a;b.yaml'
  passes ci action recipe='$(touch pwned) a;b.yaml' via=cd-bios output='o u;t' report='re"port' \
    args="--expect
demo: done"
  [ -s 'work/re"port/index.html' ]
  run -2 ci action recipe='$(touch pwned) a;b.yaml' via='cd-bios; touch pwned'
  [ -z "$(find work -name pwned)" ]
}

@test "docs/ci.md: the workflow, and the action with a recipe and with a bare kernel" {
  passes ci workflow
  assert_contains "$(cat apt)" "apt-get install"
  : > apt
  passes ci action-of-doc 0
  whole_report work/mkboot-report 2 0
  rm -r work/mkboot-report
  passes ci action-of-doc 1
  whole_report work/mkboot-report 1 0
  [ ! -s apt ]
}

@test "docs/ci.md: GitLab's job, and any other shell" {
  passes ci gitlab
  whole_report work/report 2 0
  rm -rf work/report work/out work/kernel.elf
  passes ci shell
  whole_report work/report 1 0
}
