# SPDX-License-Identifier: GPL-3.0-or-later
# A boot test that cannot fail proves nothing: broken images fail, for their own reason, and fast.
load ../common

setup() { setup_folder; }

# Boot what is in out/ and want a refusal within SECONDS that says WORDS.
fails() { # SECONDS VIA WORDS
  local start=$SECONDS
  run -1 "$MKBOOT" test demo.yaml --no-build --via "$2"
  echo "$output"
  [ $((SECONDS - start)) -le "$1" ] || { echo "took $((SECONDS - start)) s"; return 1; }
  assert_contains "$output" "$3"
}

@test "no boot sector: cd, usb and floppy" {
  demo_recipe </dev/null
  "$MKBOOT" build demo.yaml
  dd if=/dev/zero of=out/demo/demo.iso bs=2048 seek=17 count=1 conv=notrunc status=none
  fails 15 cd-bios "cd-bios"
  dd if=/dev/zero of=out/demo/demo.iso bs=512 count=1 conv=notrunc status=none
  fails 15 usb-bios "usb-bios"
  dd if=/dev/zero of=out/demo/demo-floppy.img bs=512 count=1 conv=notrunc status=none
  fails 15 floppy "floppy"
}

@test "no UEFI image in the ESP" {
  demo_recipe </dev/null
  "$MKBOOT" build demo.yaml --only iso
  offset=$(grep -abo 'BOOTX64 EFI' out/demo/demo.iso | head -1 | cut -d: -f1)
  printf 'XXXXXXX' | dd of=out/demo/demo.iso bs=1 seek="$offset" conv=notrunc status=none
  fails 40 cd-uefi64 "cd-uefi64"
}

@test "a GRUB image with its core overwritten" {
  demo_recipe </dev/null
  "$MKBOOT" build demo.yaml --only floppy
  dd if=/dev/zero of=out/demo/demo-floppy.img bs=512 seek=40 count=100 conv=notrunc status=none
  sed -i 's/timeout: 60/timeout: 8/' demo.yaml
  fails 15 floppy "floppy"
}

@test "a panic: the wrong exit status" {
  demo_recipe </dev/null
  sed -i 's/one two/panic/' demo.yaml
  "$MKBOOT" build demo.yaml --only iso
  fails 10 cd-bios "255"
}

@test "the wrong exit status alone" {
  demo_recipe </dev/null
  sed -i 's/one two/exit=3/' demo.yaml
  "$MKBOOT" build demo.yaml --only iso
  fails 10 cd-bios "33"
}

@test "a hang is ended at the deadline" {
  demo_recipe </dev/null
  sed -i 's/one two/hang/; s/timeout: 60/timeout: 4/' demo.yaml
  "$MKBOOT" build demo.yaml --only iso
  fails 8 cd-bios "4 s"
}

@test "the expected text does not come" {
  demo_recipe </dev/null
  sed -i 's/demo: done/demo: dome/' demo.yaml
  "$MKBOOT" build demo.yaml --only iso
  fails 10 cd-bios "demo: dome"
}

@test "the words of a network card's own boot ROM, on UEFI's console, are nobody's" {
  cp "$demo_elf" k.elf
  cat > demo.yaml <<'YAML'
menu: {entries: [{title: Demo, kernel: k.elf}]}
outputs: [tftp]
network: {server: 192.168.77.9, subnet: 192.168.77.0/24}
test: {expect: "Next server", reject: ["Press Ctrl-B"], silence: 1, timeout: 60}
YAML
  "$MKBOOT" build demo.yaml
  rm out/demo/tftp/demo/boot/k.elf
  # QEMU's e1000 has iPXE
  run -1 --separate-stderr "$MKBOOT" test demo.yaml --no-build --via pxe-uefi64 --nic e1000 --json --log logs
  echo "$output"
  grep -q "Press Ctrl-B" logs/*
  grep -q "Next server" logs/*
  jq -e '.kernel_seconds == null and (.reason | startswith("GRUB could not start the entry: error: "))' <<<"$output"
}

@test "test --json: one object a line, nothing else, and exit status 1 for a failure" {
  demo_recipe </dev/null
  run -0 --separate-stderr "$MKBOOT" test demo.yaml --via cd-bios,floppy,pxe-bios --json
  [ "${#lines[@]}" = 3 ]
  for line in "${lines[@]}"; do
    jq -e '(keys == ["entry", "kernel_seconds", "menu_seconds", "nic", "ok", "reason", "recipe",
      "seconds", "secure_boot", "via", "vm"]) and .ok and .reason == null and .vm == "qemu"' <<<"$line"
  done
  [ "$(jq -r .nic <<<"${lines[0]}")" = null ]
  sed -i 's/demo: done/nothing/' demo.yaml
  run -1 --separate-stderr "$MKBOOT" test demo.yaml --via cd-bios --json
  jq -e '(.ok | not) and (.reason | length > 0)' <<<"$output"
}

@test "a way to boot that nothing was written for: exit status 3" {
  demo_recipe <<<'outputs: [{iso: {platforms: bios}}]'
  run -3 "$MKBOOT" test demo.yaml --via floppy
  assert_contains "$output" "out/demo: nothing in it boots by floppy"
  run -3 "$MKBOOT" test demo.yaml --via cd-uefi64
  assert_contains "$output" "nothing in it boots by cd-uefi64"
  # and of all, just what there is
  run -0 --separate-stderr "$MKBOOT" test demo.yaml --via all --json
  [ "$(jq -r .via <<<"$output" | xargs)" = "cd-bios usb-bios" ]
  run -3 "$MKBOOT" test demo.yaml --no-build -o nowhere
  assert_contains "$output" "nowhere/demo: nothing has been built there"
}

@test "a bare kernel, judged by options" {
  cp "$demo_elf" k.elf
  run -0 "$MKBOOT" test k.elf --via cd-bios --expect "demo: done" --exit 33
  run -1 "$MKBOOT" test k.elf --via cd-bios --expect "demo: done" --exit 35
  run -1 "$MKBOOT" test k.elf --via cd-bios --expect "nothing like it" --exit 33
  run -2 "$MKBOOT" test k.elf --exit 256
  assert_contains "$output" "--exit takes a number from 0 to 255, not '256'"
}

# Has process PID a handler of its own for SIGTERM (signal 15)? proc(5), SigCgt.
catches_term() { # PID
  local mask
  mask=$(awk '/^SigCgt:/ { print $2 }' "/proc/$1/status")
  (( 0x$mask >> 14 & 1 ))
}

@test "QEMU is ended by somebody else: its status 0 is not the guest's" {
  demo_recipe </dev/null
  sed -i 's/one two/hang/; /^test:/d' demo.yaml
  echo 'test: {exit: 0, timeout: 60, memory: 64}' >> demo.yaml
  "$MKBOOT" build demo.yaml --only floppy
  for options in "" "--report seen"; do
    # shellcheck disable=SC2086
    "$MKBOOT" test demo.yaml --no-build --via floppy --log logs $options > words 3>&- &
    pid=$!
    for _ in $(seq 100); do
      child=$(pgrep -P $pid qemu || true)
      [ -z "$child" ] || break
      sleep 0.1
    done
    # before it has a handler, QEMU has no status 0 to end with
    for _ in $(seq 600); do
      if catches_term "$child"; then break; fi
      sleep 0.05
    done
    catches_term "$child"
    kill -TERM "$child"
    status=0
    wait $pid || status=$?
    cat words
    [ "$status" = 1 ]
    assert_contains "$(cat words)" "the emulator was killed by signal 15"
  done
}

@test "started by who ignores SIGCHLD: a machine has its status all the same" {
  demo_recipe </dev/null
  "$MKBOOT" build demo.yaml --only floppy
  env --ignore-signal=CHLD "$MKBOOT" test demo.yaml --no-build --via floppy
  sed -i '/^test:/d' demo.yaml
  echo 'test: {exit: 0, timeout: 60, memory: 64}' >> demo.yaml
  run -1 env --ignore-signal=CHLD "$MKBOOT" test demo.yaml --no-build --via floppy
  assert_contains "$output" "the machine ended with status 33"
}

@test "with a picture, too, nothing that the guest does after its exit status counts" {
  # Multiboot 0.6.96 §3.1; port f4 is isa-debug-exit's; int3 without an IDT is a triple fault
  cat > k.S <<'S'
.long 0x1BADB002, 0, -0x1BADB002
.globl _start
_start:
  movb $0x10, %al
  outb %al, $0xf4
  lidt nothing
  int3
nothing: .word 0; .long 0
S
  gcc -m32 -nostdlib -static -Wl,-Ttext=0x100000,--build-id=none,-n -o k.elf k.S
  "$MKBOOT" build k.elf -o out
  "$MKBOOT" test k.elf --no-build -o out --via cd-bios --exit 33 --report seen 3>&- &
  pid=$!
  for _ in $(seq 100); do
    child=$(pgrep -P $pid qemu || true)
    [ -z "$child" ] || break
    sleep 0.1
  done
  # All of it is there at once: the triple fault resets the machine, which boots again and writes its
  # status again, to a pipe that nobody reads now.
  kill -STOP $pid
  python3 - "$child" <<'P'
import array, fcntl, os, re, sys, termios, time
proc = f"/proc/{sys.argv[1]}"
fd = re.search(r"id=exit,path=/proc/self/(fd/\d+)", open(f"{proc}/cmdline").read())[1]
waiting, end = array.array("i", [0]), time.monotonic() + 60
while waiting[0] < 2 and time.monotonic() < end:
    time.sleep(0.05)
    pipe = os.open(f"{proc}/{fd}", os.O_RDONLY | os.O_NONBLOCK)
    fcntl.ioctl(pipe, termios.FIONREAD, waiting)
    os.close(pipe)
print(f"statuses that wait in the pipe: {waiting[0]}")
P
  kill -CONT $pid
  wait $pid
}

@test "what was stopped is not late: Ctrl-Z, and on" {
  demo_recipe </dev/null
  sed -i 's/timeout: 60/timeout: 6/' demo.yaml
  "$MKBOOT" build demo.yaml --only floppy
  "$MKBOOT" test demo.yaml --no-build --via floppy 3>&- &
  pid=$!
  for _ in $(seq 100); do
    child=$(pgrep -P $pid qemu || true)
    [ -z "$child" ] || break
    sleep 0.1
  done
  kill -STOP $pid "$child"
  sleep 7 # more than the timeout, which is what this is about
  kill -CONT "$child" $pid
  wait $pid
}

@test "no QEMU is left behind when mkboot is killed" {
  demo_recipe </dev/null
  sed -i 's/one two/hang/' demo.yaml
  "$MKBOOT" build demo.yaml --only iso
  "$MKBOOT" test demo.yaml --no-build --via cd-bios 3>&- &
  pid=$!
  for _ in $(seq 50); do
    child=$(pgrep -P $pid qemu || true)
    [ -z "$child" ] || break
    sleep 0.1
  done
  [ -n "$child" ]
  kill -9 $pid
  for _ in $(seq 50); do
    kill -0 "$child" 2>/dev/null || break
    sleep 0.1
  done
  ! kill -0 "$child" 2>/dev/null
}
