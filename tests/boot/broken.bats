# SPDX-License-Identifier: GPL-3.0-or-later
# The judge's self-test: images that are broken on purpose, each in its own way. Each must fail, for
# the reason that is its own, in less than ten seconds. judge.bats has more ways to break media.
load ../common

setup() { setup_folder; }

# The demo recipe with ARGS for the kernel and TEST in the place of its test.
image() { # ARGS [TEST]
  demo_recipe </dev/null
  sed -i "s/one two/$1/" demo.yaml
  # what is broken otherwise ends in time, too
  sed -i 's/timeout: 60/timeout: 9/' demo.yaml
  if [ -n "${2:-}" ]; then
    sed -i '/^test:/d' demo.yaml
    printf 'test: {timeout: 9, memory: 64, %s}\n' "$2" >> demo.yaml
  fi
  "$MKBOOT" build demo.yaml --only iso,floppy
}

# Boot what is in out/: a refusal for exactly this reason, in less than ten seconds.
fails() { # VIA REASON
  local start=$SECONDS
  run -1 --separate-stderr "$MKBOOT" test demo.yaml --no-build --via "$1" --json
  echo "$output"
  [ $((SECONDS - start)) -lt 10 ] || { echo "took $((SECONDS - start)) s"; return 1; }
  diff <(printf '%s\n' "$2") <(jq -r .reason <<<"$output")
}

# Put FILE in the place of NAME on the floppy.
replace() { # FILE NAME
  [ -n "$(mdir -b -i out/demo/demo-floppy.img "::boot/$2")" ]
  mcopy -o -i out/demo/demo-floppy.img "$1" "::boot/$2"
}

# A kernel that says "panic:", waits, and goes on with the rest of that line and what comes after it.
talker() { # ASSEMBLER-AT-THE-END
  # Multiboot 0.6.96 §3.1; port 3f8 is COM1's
  cat > k.S <<S
.long 0x1BADB002, 0, -0x1BADB002
.globl _start
_start:
  cld
  movl \$words, %esi
next:
  lodsb
  testb %al, %al
  jz end
  movw \$0x3f8, %dx
  outb %al, %dx
  cmpb \$':', %al
  jne next
  movl \$30000000, %ecx
wait: loop wait
  jmp next
end:
  $1
words: .asciz "up\r\npanic: no root\r\neax: 00000001\r\nbacktrace: 00100042\r\n"
S
  gcc -m32 -nostdlib -static -Wl,-Ttext=0x100000,--build-id=none,-n -o k.elf k.S
  "$MKBOOT" build k.elf -o out
}

# It wrote all that, and mkboot read it.
read_whole() { # the options of the test
  local start=$SECONDS
  run -1 "$MKBOOT" test k.elf --no-build -o out --via cd-bios --expect fine --log logs "$@"
  echo "$output"
  [ $((SECONDS - start)) -lt 10 ]
  assert_contains "$output" 'the guest wrote what the test rejects, panic: "panic: no root"'
  assert_contains "$(cat logs/cd-bios.log)" "backtrace: 00100042"
}

@test "1: no boot sector" {
  image 'one two'
  dd if=/dev/zero of=out/demo/demo.iso bs=2048 seek=17 count=1 conv=notrunc status=none
  fails cd-bios 'the firmware found nothing to boot from: Boot failed: Could not read from CDROM (code 0005)'
}

@test "2: a truncated kernel" {
  image 'one two'
  head -c 9000 k.elf > short.elf
  replace short.elf k.elf
  fails floppy 'GRUB could not start the entry: error: premature end of file (fd0)/boot/k.elf.'
}

@test "3: a wrong module" {
  crc=$(gzip -c <<<hello | tail -c 8 | od -An -tx4 -N4 --endian=little | tr -d ' ')
  image 'one two' "expect: \"/^module 0: \\\\[\\\\] length 6 crc32 $crc\$/\", exit: 33"
  run -0 "$MKBOOT" test demo.yaml --no-build --via floppy
  echo hellO > other.txt
  replace other.txt hello.txt
  fails floppy "the machine ended with status 33 before the expected text /^module 0: \\[\\] length 6 crc32 $crc\$/ came"
}

# A kernel must not start without what it was to be given.
@test "3: a module or an initial RAM disk that is not there" {
  image 'one two'
  mdel -i out/demo/demo-floppy.img ::boot/hello.txt
  fails floppy "GRUB could not start the entry: error: file \`/boot/hello.txt' not found."
  printf 'outputs: [tftp]\nnetwork: {server: 192.168.1.2, subnet: 192.168.1.0/24}\n' >> demo.yaml
  "$MKBOOT" build demo.yaml
  rm out/demo/tftp/demo/boot/hello.txt
  fails pxe-bios 'GRUB could not start the entry: error: demo/boot/hello.txt: the server says: File not found.'
  # the recipe's server is not the one that answers: what that one lacks is said
  rm out/demo/tftp/demo/boot/k.elf
  fails pxe-bios 'GRUB could not start the entry: error: demo/boot/k.elf: the server says: File not found.'
  # 8 MB come first, in blocks of a PXE ROM's: no matter of ten seconds
  cp "$O/recipes/linux/vmlinuz" .
  sed -i 's/k.elf/vmlinuz/; s/modules: .*]}/initrd: hello.txt}/; s/memory: 64/memory: 512/; s/timeout: 9/timeout: 60/' demo.yaml
  "$MKBOOT" build demo.yaml
  rm out/demo/tftp/demo/boot/hello.txt
  run -1 "$MKBOOT" test demo.yaml --no-build --via pxe-bios
  assert_contains "$output" 'GRUB could not start the entry: error: demo/boot/hello.txt: the server says: File not found.'
}

@test "4: a reset loop" {
  image reset
  fails cd-bios "the machine resets itself over and over; the guest's last line was \"demo: reset\""
  # once is none
  image reset-once
  run -0 "$MKBOOT" test demo.yaml --no-build --via cd-bios
}

@test "5: a hang" {
  image hang 'expect: "demo: done", exit: 33, silence: 2'
  fails cd-bios "the guest wrote nothing for 2 s (test.silence, --silence): the expected text \"demo: done\" did not come; the guest's last line was \"demo: hang\""
}

@test "6: a panic" {
  image 'oops panic' 'expect: "demo: done", exit: 33, reject: [panicked, "/Oops|BUG/"]'
  fails cd-bios 'the guest wrote what the test rejects, /Oops|BUG/: "demo: Oops"'
  image panic 'expect: "demo: done", exit: 33, reject: "/: panic/"'
  fails cd-bios 'the guest wrote what the test rejects, /: panic/: "demo: panic"'
  # and without a word for it
  image panic
  fails cd-bios 'the machine ended with status 255 before the expected text "demo: done" came'
}

@test "6: a panic is read to its end: the line that is rejected, and those after it" {
  talker '1: hlt; jmp 1b'
  read_whole --reject panic
  read_whole --reject panic --report report
  # that has no end, or is followed by the machine's
  talker "movl \$words, %esi; jmp next"
  read_whole --reject panic
  talker 'lidt nothing; int3; nothing: .word 0; .long 0'
  read_whole --reject panic
  read_whole --reject panic --report report
}

@test "6: a panic that pvpanic is told of" {
  image pvpanic
  fails cd-bios "the guest panicked (pvpanic); the guest's last line was \"demo: panic, and pvpanic told\""
}

@test "6: a triple fault" {
  image triple
  run -1 --separate-stderr "$MKBOOT" test demo.yaml --no-build --via cd-bios --json
  reason=$(jq -r .reason <<<"$output")
  echo "$reason"
  [[ $reason == "a triple fault"* ]]
  assert_contains "$reason" "; the guest's last line was \"demo: triple fault\""
}

@test "7: silent success" {
  image silent
  fails cd-bios 'the machine ended with status 33 before the expected text "demo: done" came (nothing came on the serial port)'
}

@test "7: silent on the serial port, and not on debugcon: that is not broken" {
  image 'silent debugcon'
  run -0 "$MKBOOT" test demo.yaml --no-build --via cd-bios --log logs --report page --junit junit.xml
  # and is what there is to read
  assert_contains "$(cat logs/cd-bios.log)" "demo: done"
  assert_contains "$(cat page/cd-bios.log)" "demo: done"
  assert_contains "$(xmllint --xpath 'string(//testcase/system-out)' junit.xml)" "demo: done"
}

@test "8: the wrong exit code" {
  image 'exit=3'
  fails cd-bios 'the machine ended with status 7; test.exit asks for status 33'
  # 0 is no better
  image 'poweroff'
  fails cd-bios 'the machine powered itself off; test.exit asks for status 33'
}
