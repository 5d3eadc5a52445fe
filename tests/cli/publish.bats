# SPDX-License-Identifier: GPL-3.0-or-later
# Honest files: all of the new or all of the old, and nobody's files but mkboot's.
load ../common

setup() {
  setup_folder
  demo_recipe </dev/null
}

whole() { (cd "$1" && sha256sum -c --quiet SHA256SUMS); }

@test "a failed build leaves what was there as it was" {
  "$MKBOOT" build demo.yaml
  sha256sum out/demo/demo.iso > before
  rm hello.txt
  run -3 "$MKBOOT" build demo.yaml
  sha256sum -c before
  whole out/demo
  assert_no_leftovers out
}

@test "kill -9 at any moment: what was there is whole, and the next build cleans up" {
  "$MKBOOT" build demo.yaml
  for i in $(seq 1 40); do
    echo "version $i" > hello.txt
    "$MKBOOT" build demo.yaml 2>/dev/null &
    pid=$!
    python3 -c "import time,random; random.seed($i); time.sleep(random.random() * 0.12)"
    kill -9 $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    whole out/demo
  done
  "$MKBOOT" build demo.yaml
  whole out/demo
  assert_no_leftovers out
}

@test "a full disk: one message, exit status 5, what was there is whole" {
  cat > full.sh <<'SH'
set -e
mkdir disk
mount -t tmpfs -o size=6m tmpfs disk
"$1" build demo.yaml -o disk
(cd disk/demo && sha256sum -c --quiet SHA256SUMS && sha256sum demo.iso) > before
head -c 3000000 /dev/urandom > hello.txt
status=0
"$1" build demo.yaml --only iso,tftp -o disk 2> message || status=$?
cat message
[ $status = 5 ] && [ "$(wc -l < message)" = 1 ] && grep -q 'No space left on device' message
(cd disk/demo && sha256sum -c --quiet SHA256SUMS && sha256sum demo.iso) | cmp - before
[ "$(ls -A disk)" = demo ]
SH
  as_root unshare -m sh full.sh "$MKBOOT"
}

@test "an output folder that cannot be written: exit status 5" {
  : > file
  run -5 "$MKBOOT" build demo.yaml -o file
  [ "$output" = "mkboot: error: file: cannot make the output folder: Not a directory" ]
  run -5 "$MKBOOT" build demo.yaml -o /proc/mkboot
  assert_contains "$output" "/proc/mkboot: cannot make the output folder"
  if [ "$(id -u)" != 0 ]; then
    mkdir -m 555 locked
    run -5 "$MKBOOT" build demo.yaml -o locked
    assert_contains "$output" "locked"
  fi
}

@test "a folder or file that is not mkboot's is never replaced" {
  mkdir -p out/demo
  echo mine > out/demo/thesis.txt
  run -5 "$MKBOOT" build demo.yaml
  [ "$output" = "mkboot: error: out/demo/thesis.txt is not mkboot's, and publishing would remove it; move it away, or name another place with -o" ]
  [ "$(cat out/demo/thesis.txt)" = mine ]
  rm out/demo/thesis.txt
  "$MKBOOT" build demo.yaml
  echo mine > out/demo/tftp/thesis.txt
  run -5 "$MKBOOT" build demo.yaml
  assert_contains "$output" "out/demo/tftp/thesis.txt is not mkboot's"
  rm -r out/demo
  echo mine > out/demo
  run -5 "$MKBOOT" build demo.yaml
  assert_contains "$output" "out/demo: this is where mkboot writes to"
  [ "$(cat out/demo)" = mine ]
}

@test "a manifest that is not mkboot's protects nothing, and folders count" {
  mkdir -p out/demo
  echo '{"w": 1}' > out/demo/manifest.json
  run -5 "$MKBOOT" build demo.yaml
  assert_contains "$output" "out/demo/manifest.json is not mkboot's"
  rm out/demo/manifest.json
  "$MKBOOT" build demo.yaml
  mkdir out/demo/empty
  run -5 "$MKBOOT" build demo.yaml
  assert_contains "$output" "out/demo/empty is not mkboot's"
  [ -d out/demo/empty ]
}

@test "a name that begins like another's is left alone" {
  mkdir -p out/.demo.mkboot-1.mkboot-AAAAAA
  : > out/.demo.mkboot-1.lock
  "$MKBOOT" build demo.yaml
  [ -d out/.demo.mkboot-1.mkboot-AAAAAA ]
  [ -f out/.demo.mkboot-1.lock ]
}

@test "a file system that cannot exchange folders: replaced all the same, and put back after a kill" {
  cat > noexchange.c <<'C'
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
int renameat2(int a, const char *b, int c, const char *d, unsigned e);
int renameat2(int a, const char *b, int c, const char *d, unsigned e)
{
  (void)a, (void)b, (void)c, (void)d, (void)e;
  errno = EINVAL;
  return -1;
}
C
  gcc -shared -fPIC -o noexchange.so noexchange.c
  plain=$O/bin/mkboot # the sanitizers do not like to be preloaded before
  "$plain" build demo.yaml
  echo changed > hello.txt
  LD_PRELOAD=$PWD/noexchange.so "$plain" build demo.yaml
  whole out/demo
  cmp out/demo/tftp/demo/boot/hello.txt hello.txt
  assert_no_leftovers out
  # killed between its two renames: the old folder has another name
  mv out/demo out/.demo.mkboot-old
  rm hello.txt
  run -3 "$plain" build demo.yaml
  echo back > hello.txt
  "$plain" build demo.yaml
  whole out/demo
  assert_no_leftovers out
}

@test "after a refused build the next one's checksums are right" {
  head -c 3000000 /dev/urandom > hello.txt
  cp -p hello.txt original
  mkdir bin
  cat > bin/grub-mkimage <<SH
#!/bin/sh
printf XXXX | dd of=$PWD/hello.txt bs=1 seek=100 conv=notrunc status=none
exec /usr/bin/grub-mkimage "\$@"
SH
  chmod +x bin/grub-mkimage
  MKBOOT_CACHE=$PWD/cache PATH=$PWD/bin:$PATH run -5 "$MKBOOT" build demo.yaml --only iso
  cp -p original hello.txt
  MKBOOT_CACHE=$PWD/cache "$MKBOOT" build demo.yaml --only iso
  whole out/demo
  MKBOOT_CACHE=$PWD/cache "$MKBOOT" build demo.yaml --only iso
  whole out/demo
}

@test "what cannot be given back is kept and named" {
  "$O/bin/mkboot" build demo.yaml
  cat > shim.c <<'C'
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
int renameat2(int a, const char *b, int c, const char *d, unsigned e);
/* somebody puts a file there just before the exchange, and it cannot be undone */
int renameat2(int a, const char *b, int c, const char *d, unsigned e)
{
  static int calls;
  FILE *f;
  if (calls++ > 0) {
    errno = EIO;
    return -1;
  }
  f = fopen("out/demo/mine.txt", "w");
  fputs("mine", f);
  fclose(f);
  return (int)syscall(SYS_renameat2, a, b, c, d, e);
}
C
  gcc -shared -fPIC -o shim.so shim.c
  LD_PRELOAD=$PWD/shim.so run -5 "$O/bin/mkboot" build demo.yaml
  assert_contains "$output" "out/demo/mine.txt is not mkboot's"
  kept=$(sed -n 's/^mkboot: warning: \(.*\) is the folder that was out.demo$/\1/p' <<<"$output")
  [ "$(cat "$kept/mine.txt")" = mine ]
  run -0 "$O/bin/mkboot" build demo.yaml
  [ "$(cat "$kept/mine.txt")" = mine ]
}

@test "a payload that is not what its digest says is found in the image, whatever its times say" {
  # written through a mapping of a file in memory, which does not change its time
  shm=$(mktemp -d /dev/shm/mkboot.XXXXXX)
  head -c 30000000 /dev/urandom > "$shm/big.mod"
  cat > grub-mkimage.py <<'PY'
import mmap, os, sys
f = open(os.environ["VICTIM"], "r+b")
m = mmap.mmap(f.fileno(), 0)
m[20000000] ^= 0xff
m.flush()
PY
  mkdir bin
  printf '#!/bin/sh\npython3 %s/grub-mkimage.py\nexec /usr/bin/grub-mkimage "$@"\n' "$PWD" > bin/grub-mkimage
  chmod +x bin/grub-mkimage
  cp "$demo_elf" k.elf
  printf 'menu: {entries: [{title: D, kernel: k.elf, modules: [%s/big.mod]}]}\noutputs: [{iso: {platforms: bios}}]\n' "$shm" > r.yaml
  # opened and mapped before the build, so that the mapping's first write changes no time later
  VICTIM=$shm/big.mod MKBOOT_CACHE=$PWD/cache PATH=$PWD/bin:$PATH run "$MKBOOT" build r.yaml
  rm -r "$shm"
  echo "$output"
  [ "$status" = 5 ]
  assert_contains "$output" "big.mod: the file changed during the build"
}

@test "closed standard streams do not end up in an image" {
  timeout 20 bash -c '"$0" build demo.yaml <&- >&- 2>&-' "$MKBOOT"
  whole out/demo
}

@test "two builds of one recipe at once: both succeed, the result is whole" {
  "$MKBOOT" build demo.yaml 2>/dev/null & a=$!
  "$MKBOOT" build demo.yaml 2>/dev/null & b=$!
  wait $a
  wait $b
  whole out/demo
  assert_no_leftovers out
}

@test "an input that changes during the build is an error, never a wrong checksum" {
  head -c 60000000 /dev/urandom > hello.txt
  for i in $(seq 300); do
    echo "$i" | dd of=hello.txt bs=1 seek=1000 conv=notrunc status=none
    sleep 0.01
  done &
  writer=$!
  refused=0
  for i in 1 2 3 4 5 6; do
    status=0
    "$MKBOOT" build demo.yaml --only iso,tftp 2> message || status=$?
    if [ $status = 5 ]; then
      refused=$((refused + 1))
      [ "$(wc -l < message)" = 1 ]
      grep -q 'hello.txt: .*changed' message
    else
      [ $status = 0 ]
    fi
    [ ! -e out/demo ] || whole out/demo
  done
  kill $writer || true
  wait $writer || true
  echo "refused: $refused"
  [ $refused -gt 0 ]
}
