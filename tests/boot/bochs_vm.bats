# SPDX-License-Identifier: GPL-3.0-or-later
# mkboot test --vm bochs: the ways to boot that Bochs has, why others are refused, and that what
# ends a machine for good ends the test.
load ../common
load bochs

setup_file() {
  export dir=$BATS_FILE_TMPDIR
  bochs_there
  cd "$dir" || return 1
  # not the addresses that Bochs has by itself
  demo_recipe <<'YAML'
network: {nic: ne2k, server: 192.168.77.9, subnet: 192.168.77.0/24}
outputs: [iso, floppy, diskless-floppy, diskless-cd, tftp]
YAML
  "$MKBOOT" build demo.yaml
}

setup() { cd "$dir" || return 1; }

booted() { # LOG
  local crc
  crc=$(python3 -c 'import zlib; print("%08x" % zlib.crc32(b"hello\n"))')
  tr -d '\r' < "$1" > lines
  grep -qx 'command line: \[one two\]' lines
  grep -qx "module 0: \[\] length 6 crc32 $crc" lines
  grep -qx 'demo: done' lines
}

# What is called K.elf as a floppy, built: a Multiboot kernel of these instructions.
kernel() { # K, ASSEMBLER
  printf '.text\n.globl _start\n.align 4\n.long 0x1badb002, 0, -0x1badb002\n_start: cli\n%s\n' \
    "$2" > "$1.S"
  gcc -m32 -nostdlib -static -Wl,-Ttext=0x100000,--build-id=none,-n -o "$1.elf" "$1.S"
  cat > "$1.yaml" <<YAML
name: $1
outputs: [floppy]
menu: {timeout: 0, entries: [{title: Kernel, kernel: $1.elf, protocol: multiboot}]}
test: {expect: "hello", timeout: 60, memory: 32}
YAML
  "$MKBOOT" build "$1.yaml"
}
# shellcheck disable=SC2016 # what begins with a dollar sign is the assembler's
hello='  mov $text, %esi; mov $6, %ecx; mov $0xe9, %dx; rep outsb
  jmp 1f
text: .ascii "hello\n"
1:'

# Within 20 seconds of the 60 allowed, for the reason WORDS.
fails() { # RECIPE VIA WORDS
  local start=$SECONDS
  run -1 "$MKBOOT" test "$1.yaml" --no-build --vm bochs --via "$2"
  echo "$output"
  [ $((SECONDS - start)) -le 20 ] || { echo "took $((SECONDS - start)) s"; return 1; }
  assert_contains "$output" "$3"
}

refused() { # WORDS, OPTIONS...
  local words=$1
  shift
  run -3 "$MKBOOT" test demo.yaml --no-build --vm bochs "$@"
  assert_contains "$output" "$words"
}

@test "CD, floppy, diskless CD and floppy boot, and nothing asks for the exit status" {
  "$MKBOOT" test demo.yaml --no-build --vm bochs --json --log logs > rows
  cat rows
  [ "$(jq -r '[.via, .nic, .ok] | @tsv' rows | sort)" = "cd-bios		true
diskless-cd	ne2k_pci	true
diskless-floppy	ne2k_pci	true
floppy		true" ]
  [ "$(jq -r .note rows | sort -u)" = \
    "test.exit was not asked for: Bochs ends with no status of the guest's" ]
  for via in cd-bios floppy diskless-cd diskless-floppy; do booted "logs/$via.log"; done
}

@test "NE2000 on ISA; a folder on the server" {
  sed 's|nic: ne2k|&, path: boot/images|; s/name: demo/name: folder/' demo.yaml > folder.yaml
  "$MKBOOT" build folder.yaml --only diskless-cd,tftp
  "$MKBOOT" test folder.yaml --no-build --vm bochs --via diskless-cd --nic ne2k_isa --log isa
  booted isa/diskless-cd-ne2k_isa.log
}

@test "what Bochs cannot be given is refused, with what to do" {
  refused "Bochs has no UEFI firmware; test it in QEMU" --via cd-uefi64
  refused "no PXE ROM" --via pxe-bios
  refused "does not boot from USB" --via usb-bios
  sed 's/expect: "demo: done", //' demo.yaml > status.yaml
  run -3 "$MKBOOT" test status.yaml --no-build --vm bochs --via floppy
  assert_contains "$output" "Bochs cannot be ended with a status: give test.expect"
  sed 's/nic: ne2k/&, protocol: http/' demo.yaml > http.yaml
  run -3 "$MKBOOT" test http.yaml --no-build --vm bochs --via diskless-cd
  assert_contains "$output" "no web server"
}

@test "broken media fail for their reason" {
  cp -a out/demo good
  dd if=/dev/zero of=out/demo/demo-floppy.img bs=512 count=1 conv=notrunc status=none
  fails demo floppy "the firmware found nothing to boot from"
  dd if=/dev/zero of=out/demo/demo.iso bs=2048 seek=17 count=1 conv=notrunc status=none
  fails demo cd-bios "the firmware found nothing to boot from"
  mv out/demo/tftp/demo/boot/k.elf k.away
  fails demo diskless-cd "[network] the server has no such file"
  rm -r out/demo
  mv good out/demo
}

@test "a text on port E9h is the guest's; the shutdown port turns the power off" {
  kernel e9 "$hello 2: jmp 2b"
  "$MKBOOT" test e9.yaml --no-build --vm bochs
  # shellcheck disable=SC2016
  kernel off 'mov $text, %esi; mov $8, %ecx; mov $0x8900, %dx; rep outsb
2: jmp 2b
text: .ascii "Shutdown"'
  fails off floppy "the machine powered itself off"
  sed -i 's/expect: "hello", //' off.yaml
  "$MKBOOT" test off.yaml --no-build --vm bochs
}

@test "a triple fault, a halt without interrupts, a reset end it at once" {
  kernel triple 'lidt table
  ud2
table: .word 0; .long 0'
  fails triple floppy "triple fault (EIP=0010"
  kernel halt 'hlt'
  fails halt floppy "halted with interrupts off"
  # shellcheck disable=SC2016
  kernel reset 'mov $0xfe, %al; out %al, $0x64
2: jmp 2b'
  fails reset floppy "reset"
}

@test "mkboot killed: no Bochs is left" {
  kernel spin '2: jmp 2b'
  "$MKBOOT" test spin.yaml --no-build --vm bochs 3>&- > spin.out 2>&1 &
  pid=$!
  child=
  for _ in $(seq 100); do
    child=$(ps -o pid= --ppid "$pid" | head -1 | tr -d ' ')
    [ -n "$child" ] && [ "$(ps -o comm= -p "$child")" = bochs-bin ] && break
    sleep 0.1
  done
  [ "$(ps -o comm= -p "$child")" = bochs-bin ]
  kill -KILL "$pid"
  wait "$pid" || true
  timeout 10 tail --pid="$child" -s 0.1 -f /dev/null
}

@test "no temporary file, and the artifacts untouched" {
  mkdir tmp
  TMPDIR=$dir/tmp "$MKBOOT" test demo.yaml --no-build --vm bochs --via floppy
  rmdir tmp
  (cd out/demo && sha256sum -c --quiet SHA256SUMS)
}

@test "Bochs is not installed: its packages are named" {
  # neither bochs nor anything else of the system's but what the shell needs
  mkdir -p bin
  run -4 env PATH="$dir/bin" "$MKBOOT" test demo.yaml --no-build --vm bochs --via floppy
  assert_contains "$output" "apt-get install bochs bochs-term bochsbios vgabios"
}
