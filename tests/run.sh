#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Run the tests and count them: tests/run.sh [unit|valgrind|cli|servers|boot ...], all by default.
# Every group's output goes to the terminal and to out/tests/log/; the last line is
# "N passed, N failed, N skipped".
set -u
cd "$(dirname "$0")/.." || exit 2
O=${O:-out}
log=$O/tests/log
mkdir -p "$log"
passed=0 failed=0 skipped=0
failures=()
as_root=()
started=$SECONDS
export BATS_TEST_TIMEOUT=900 # seconds; a test that hangs has failed

count() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

# cmocka counts its own tests; a program that dies before its summary is one failure.
run_unit() { # NAME, then the command
  local name=$1 out ok bad
  shift
  out=$log/$name.log
  timeout 300 "$@" >"$out" 2>&1 # a program that hangs has failed
  local status=$?
  ok=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$out" | tail -1)
  bad=$(sed -n 's/^\[  FAILED  \] .*: \([0-9]*\) test.*/\1/p' "$out" | tail -1)
  if [ $status -ne 0 ]; then
    count "${ok:-0}" "${bad:-1}" 0
    failures+=("$name")
    tail -n 40 "$out"
  else
    count "${ok:-0}" 0 0
    echo "ok $name (${ok:-0})"
  fi
}

run_bats() { # NAME, then files; $as_root before it all
  local name=$1 out
  shift
  out=$log/$name.log
  echo "== $name"
  "${as_root[@]}" bats --formatter tap --timing "$@" 2>&1 | tee "$out"
  local status=${PIPESTATUS[0]} ok bad skip
  skip=$(grep -c '^ok .* # skip' "$out")
  ok=$(($(grep -c '^ok ' "$out") - skip))
  bad=$(grep -c '^not ok ' "$out")
  [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  count "$ok" "$bad" "$skip"
  [ "$bad" -eq 0 ] || failures+=("$name")
}

groups=("$@")
[ ${#groups[@]} -gt 0 ] || groups=(unit valgrind cli servers boot)
for group in "${groups[@]}"; do
  before=$((passed + failed + skipped))
  case $group in
  unit) # with the address and undefined-behaviour sanitizers
    for t in "$O"/asan/tests/test_*; do
      case $t in *.d | *\*) continue ;; esac
      run_unit "asan-$(basename "$t")" "$t"
    done ;;
  valgrind)
    for t in "$O"/tests/test_*; do
      case $t in *.d | *\*) continue ;; esac
      run_unit "valgrind-$(basename "$t")" \
        env MKBOOT_UNDER_VALGRIND=1 valgrind -q --fair-sched=yes --error-exitcode=9 --leak-check=full \
        --errors-for-leak-kinds=definite "$t"
    done ;;
  cli) # the program with the sanitizers
    MKBOOT=$PWD/$O/asan/bin/mkboot run_bats cli tests/cli ;;
  servers) # network namespaces take root
    [ "$(id -u)" = 0 ] || as_root=(sudo -E env "PATH=$PATH" "MKBOOT_TEST_CACHE=$PWD/$O/test-cache-root")
    run_bats servers tests/servers
    as_root=() ;;
  boot) run_bats boot tests/boot ;;
  *) echo "no such group of tests: $group" >&2; exit 2 ;;
  esac
  if [ $((passed + failed + skipped)) -eq "$before" ]; then
    count 0 1 0
    failures+=("$group (no tests were found: make check builds them)")
  fi
done
[ ${#failures[@]} -eq 0 ] || printf 'failed in: %s (see %s/)\n' "${failures[*]}" "$log"
echo "took $((SECONDS - started)) s"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
