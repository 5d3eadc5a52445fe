#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Run the tests and count them: tests/run.sh [unit|valgrind|cli|servers|boot|cli/NAME|servers/NAME|
# boot/NAME ...], all by default.
#
# They run side by side in LANES lanes (default: one more than there are processors, 3 at the most;
# most of them wait, for a firmware's network or a menu's seconds, more than they work), each of
# which takes what has not been run yet, the longest first: all unit tests, all of them under
# valgrind, and each file of cli, servers (in network namespaces of its own) and boot. What one has
# to say is shown whole when it ends, and stays in out/tests/log/. The last line is
# "N passed, N failed, N skipped".
set -um # each lane's programs are a process group
cd "$(dirname "$0")/.." || exit 2
O=${O:-out}
case $O in /*) ;; *) O=$PWD/$O ;; esac
export O
log=$O/tests/log
mkdir -p "$log"
started=$SECONDS
# seconds; what hangs has failed
export BATS_TEST_TIMEOUT=${BATS_TEST_TIMEOUT:-900}
ITEM_TIMEOUT=${ITEM_TIMEOUT:-2400}

# The seconds that they take, about, alone; 30 for what is not here. Only the order depends on it.
declare -A seconds=(
  [boot/integrity]=100 [servers/serve]=200 [boot/tftp_wire]=120 [boot/tftp_hostile]=95
  [servers/dhcp_client]=50 [boot/http_client]=36 [boot/wire]=15 [boot/native]=158 [servers/matrix]=150 [boot/run]=139
  [boot/network]=130 [boot/recipes]=123 [valgrind]=111 [boot/grub_source]=106
  [servers/matrix_broken]=88 [boot/http]=116 [servers/tftp_trees]=80 [boot/dma]=78 [boot/launch]=75
  [servers/web]=70 [boot/menu]=60 [cli/toolchain]=55 [boot/lifecycle]=50 [boot/fuzz]=48
  [boot/large]=47 [servers/wire]=47 [boot/article]=45 [boot/legacy]=58 [boot/vias]=43
  [boot/entries]=40 [boot/matrix]=40 [boot/bochs_vm]=35 [boot/emulators_own]=32 [cli/ci]=25
  [servers/parse_real]=25 [boot/judge]=36 [servers/wire_limits]=21 [boot/leftovers]=20
  [boot/secure_boot]=20 [servers/other_server]=20 [unit]=20 [servers/routers]=16 [boot/broken]=14
  [cli/publish]=13 [cli/diskless]=9 [cli/reproducible]=9 [servers/tap]=8 [cli/install]=6
  [boot/bochs]=5 [cli/errors]=5 [cli/nics]=5 [cli/missing]=4 [cli/check]=3 [cli/outputs]=3
  [servers/parsers]=2 [cli/test-nic]=1 [cli/usage]=1)

count() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

# --- in a lane: what it writes is the item's log; the last line is its count -------------------

# cmocka counts its own tests; a program that dies before its summary is one failure.
run_unit() { # NAME, then the command
  local name=$1 out ok bad
  shift
  out=$log/$name.log
  timeout --foreground 300 "$@" >"$out" 2>&1 # a program that hangs has failed
  local status=$?
  ok=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$out" | tail -1)
  bad=$(sed -n 's/^\[  FAILED  \] .*: \([0-9]*\) test.*/\1/p' "$out" | tail -1)
  if [ $status -ne 0 ]; then
    count "${ok:-0}" "${bad:-1}" 0
    echo "not ok $name"
    tail -n 40 "$out"
  else
    count "${ok:-0}" 0 0
    echo "ok $name (${ok:-0})"
  fi
}

run_bats() { # what comes before bats, then --, then files
  local front=() status ok bad skip
  while [ "$1" != -- ]; do
    front+=("$1")
    shift
  done
  shift
  timeout --foreground -k 10 "$ITEM_TIMEOUT" "${front[@]}" bats --formatter tap --timing "$@"
  status=$?
  skip=$(grep -c '^ok .* # skip' "$own_log")
  ok=$(($(grep -c '^ok ' "$own_log") - skip))
  bad=$(grep -c '^not ok ' "$own_log")
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
    bad=1
    [ "$status" -ne 124 ] || echo "not ok: it took longer than $ITEM_TIMEOUT s"
    [ "$status" -eq 124 ] || echo "not ok: bats ended with status $status"
  fi
  count "$ok" "$bad" "$skip"
}

# What a shell's children have used of the processors, in seconds (proc(5): cutime and cstime).
cpu_of() { # PID
  local stat
  read -ra stat <"/proc/$1/stat"
  echo $(((stat[15] + stat[16]) / $(getconf CLK_TCK)))
}

run_item() {
  local t cpu self=$BASHPID passed=0 failed=0 skipped=0 own_log=$log/${1/\//-}.log
  case $1 in
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
  servers/*) # network namespaces take root
    if [ "$(id -u)" = 0 ]; then
      run_bats -- "tests/$1.bats"
    else
      run_bats sudo -E env "PATH=$PATH" "MKBOOT_TEST_CACHE=$O/test-cache-root" -- "tests/$1.bats"
    fi ;;
  cli/*) # the program with the sanitizers
    run_bats env MKBOOT="$O/asan/bin/mkboot" -- "tests/$1.bats" ;;
  *) run_bats -- "tests/$1.bats" ;;
  esac
  cpu=$(cpu_of "$self")
  echo "$passed $failed $skipped $cpu"
}

# --- what there is to do, the longest first -----------------------------------------------------

groups=("$@")
[ ${#groups[@]} -gt 0 ] || groups=(unit valgrind cli servers boot)
items=()
for group in "${groups[@]}"; do
  case $group in
  unit | valgrind) items+=("$group") ;;
  cli | servers | boot)
    for file in "tests/$group"/*.bats; do
      file=${file#tests/}
      items+=("${file%.bats}")
    done ;;
  *)
    [ -f "tests/$group.bats" ] || { echo "no such group of tests: $group" >&2; exit 2; }
    items+=("$group") ;;
  esac
done
mapfile -t items < <(for item in "${items[@]}"; do echo "${seconds[$item]:-30} $item"; done |
  sort -k1,1nr -k2 -u | cut -d' ' -f2)

lanes=$(($(nproc) + 1))
[ "$lanes" -le 3 ] || lanes=3
lanes=${LANES:-$lanes}
# A password is asked for now or never.
if [ "$(id -u)" != 0 ] && [[ " ${items[*]}" = *" servers/"* ]]; then sudo -v; fi

# --- the lanes -----------------------------------------------------------------------------------

passed=0 failed=0 skipped=0
failures=()
declare -A running=() began=()

stop_all() {
  for pid in "${!running[@]}"; do kill -TERM -- "-$pid" 2>/dev/null; done
  exit 130
}
trap stop_all INT TERM HUP

take_next() {
  local item=${items[0]} pid
  items=("${items[@]:1}")
  : >"$log/${item/\//-}.log"
  run_item "$item" >>"$log/${item/\//-}.log" 2>&1 </dev/null &
  pid=$!
  running[$pid]=$item
  began[$pid]=$SECONDS
}

finish() { # PID
  local item=${running[$1]} out counted=0 p f s
  unset "running[$1]"
  kill -KILL -- "-$1" 2>/dev/null # what its tests left behind
  out=$log/${item/\//-}.log
  if [[ $(tail -n 1 "$out") =~ ^([0-9]+)\ ([0-9]+)\ ([0-9]+)\ ([0-9]+)$ ]]; then
    p=${BASH_REMATCH[1]} f=${BASH_REMATCH[2]} s=${BASH_REMATCH[3]}
    echo "== $item ($((SECONDS - began[$1])) s, ${BASH_REMATCH[4]} s of the processor)"
    counted=$((p + f + s))
    head -n -1 "$out"
  else
    echo "== $item ($((SECONDS - began[$1])) s)"
    cat "$out"
  fi
  if [ "$counted" -eq 0 ]; then
    echo "not ok: no tests were found (make check builds them)"
    p=0 f=1 s=0
  fi
  count "$p" "$f" "$s"
  [ "$f" -eq 0 ] || failures+=("$item")
}

while [ ${#items[@]} -gt 0 ] || [ ${#running[@]} -gt 0 ]; do
  while [ ${#items[@]} -gt 0 ] && [ ${#running[@]} -lt "$lanes" ]; do take_next; done
  wait -n -p ended "${!running[@]}"
  [ -z "${ended:-}" ] || finish "$ended"
done

if [ ${#failures[@]} -gt 0 ]; then
  echo
  for item in "${failures[@]}"; do
    grep -h '^not ok' "$log/${item/\//-}.log" | sed "s|^|$item: |"
  done
  printf 'failed in: %s (see %s/)\n' "${failures[*]}" "$log"
fi
echo "took $((SECONDS - started)) s"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
