# SPDX-License-Identifier: GPL-3.0-or-later
# What arrives at the kernel: arguments byte for byte, modules, the default, the user's own menu.
load ../common

setup() { setup_folder; }

# The demo kernel's lines in the log of VIA.
kernel_lines() { tr -d '\r' < "logs/$1.log" | sed -n '/^mkboot demo kernel$/,$p'; }

# Those after booting r.yaml by VIA.
lines_of() {
  "$MKBOOT" test r.yaml --via "$1" --log logs >&2
  kernel_lines "$1"
}

nasty_recipe() {
  cp "$demo_elf" k.elf
  echo one > m1.txt
  cat > r.yaml <<'YAML'
menu:
  entries:
    - title: "It's \"quoted\" & $HOME `x` {}; # \\ é 日本語"
      kernel: k.elf
      protocol: PROTOCOL
      args: " a  'b' \"c d\" $e ${f} \\g \\x41 `h` ; {i} & # * ? ~ é 日本 -- --x  "
      modules:
        - {file: m1.txt, args: "--nounzip 'q' \"r\" \\ $s "}
outputs: [iso, floppy, tftp]
test: {expect: "demo: done", exit: 33}
YAML
  sed -i "s/PROTOCOL/$1/" r.yaml
}

nasty_args='command line: [ a  '"'b'"' "c d" $e ${f} \g \x41 `h` ; {i} & # * ? ~ é 日本 -- --x  ]'
nasty_module='module 0: [--nounzip '"'q'"' "r" \ $s ] length 4'

@test "quotes, dollars, backslashes and spaces arrive byte for byte, on every firmware and protocol" {
  for protocol in multiboot multiboot2; do
    nasty_recipe $protocol
    "$MKBOOT" test r.yaml --via cd-bios,cd-uefi64,cd-uefi32,floppy,pxe-bios --log logs
    for via in cd-bios cd-uefi64 cd-uefi32 floppy pxe-bios; do
      kernel_lines $via > got
      grep -qxF -- "$nasty_args" got || { echo "$protocol $via"; cat got; return 1; }
      grep -qF -- "$nasty_module" got || { echo "$protocol $via"; cat got; return 1; }
    done
  done
}

@test "the default by title and by number" {
  cp "$demo_elf" k.elf
  for default in "B > C" 1 '"1"'; do
    cat > r.yaml <<YAML
menu:
  timeout: 0
  default: $default
  entries:
    - {title: A, kernel: k.elf, args: first}
    - {title: "B > C", kernel: k.elf, args: second}
    - {title: "--unrestricted", kernel: k.elf, args: third}
    - {title: "1", kernel: k.elf, args: fourth}
outputs: [iso]
test: {expect: "demo: done", exit: 33}
YAML
    case $default in "B > C" | 1) want=second ;; *) want=fourth ;; esac
    # the number 1 is also a title, and titles win
    [ "$default" != 1 ] || want=fourth
    lines_of cd-bios > got
    grep -qxF "command line: [$want]" got || { cat got; return 1; }
  done
}

@test "a timeout, a hidden menu and a serial menu boot the default" {
  cp "$demo_elf" k.elf
  cat > r.yaml <<'YAML'
menu:
  timeout: 1
  hidden: true
  serial: true
  default: two
  entries:
    - {title: one, kernel: k.elf, args: first}
    - {title: two, kernel: k.elf, args: second}
outputs: [iso]
test: {expect: "command line: [second]", exit: 33}
YAML
  "$MKBOOT" test r.yaml --via cd-bios
  sed -i 's/hidden: true/hidden: false/' r.yaml
  "$MKBOOT" test r.yaml --via cd-bios,cd-uefi64 --log logs
  grep -aq 'one' logs/cd-bios.log # the menu was on the serial port
}

@test "the user's own menu, word for word, with the modules its commands need" {
  cp "$demo_elf" Kernel.SYS
  gzip -nc "$root/recipes/demo/hello.txt" > data.gz
  cat > my.cfg <<'CFG'
set timeout=0
# a comment, and a function
function boot_it { multiboot $base/boot/kernel.sys "$1" 'two words'; module $base/boot/data.gz unpacked; }
menuentry "#1, mine" { boot_it own; }
CFG
  cat > r.yaml <<'YAML'
menu: {file: my.cfg, files: [Kernel.SYS, data.gz]}
outputs: [iso, floppy, tftp]
test: {expect: "demo: done", exit: 33}
YAML
  for via in cd-bios cd-uefi64 usb-bios floppy pxe-bios; do
    lines_of $via > got
    # as GRUB itself does it: words with spaces are put in quotes
    grep -qxF 'command line: [own "two words"]' got || { cat got; return 1; }
    grep -q "^module 0: \[unpacked\] length $(stat -c %s "$root/recipes/demo/hello.txt") " got
  done
}

@test "gzip-compressed kernels and modules, and a raw one" {
  gzip -nc "$demo_elf" > k.elf.gz
  gzip -nc "$root/recipes/demo/hello.txt" > data.gz
  cat > r.yaml <<'YAML'
menu:
  entries:
    - title: Z
      kernel: k.elf.gz
      modules: [data.gz, {file: data.gz, raw: true}]
outputs: [iso, floppy, tftp]
test: {expect: "demo: done", exit: 33}
YAML
  for via in cd-bios cd-uefi64 floppy pxe-bios; do
    lines_of $via > got
    grep -q "^module 0: \[\] length $(stat -c %s "$root/recipes/demo/hello.txt") " got
    grep -q "^module 1: \[\] length $(stat -c %s data.gz) " got
  done
}

@test "a floppy with compressed files boots" {
  cp "$demo_elf" k.elf
  head -c 2000000 /dev/zero > zeros.mod
  cat > r.yaml <<'YAML'
menu: {entries: [{title: Demo, kernel: k.elf, modules: [zeros.mod]}]}
outputs: [floppy]
test: {expect: "demo: done", exit: 33}
YAML
  lines_of floppy > got
  grep -q '^module 0: \[\] length 2000000 ' got
}

@test "every floppy size boots" {
  cp "$demo_elf" k.elf
  for kb in 720 1200 1440 2880; do
    printf 'menu: {entries: [{title: Demo, kernel: k.elf}]}\noutputs: [{floppy: {size: %s}}]\ntest: {expect: "demo: done", exit: 33}\n' $kb > r.yaml
    if [ $kb != 720 ]; then
      run -0 "$MKBOOT" test r.yaml --via floppy
      continue
    fi
    # QEMU has no 720 KB drive, and in a larger one GRUB takes the drive's geometry for the disk's
    # (mkboot says so): boot it as a disk.
    run -0 "$MKBOOT" build r.yaml
    assert_contains "$output" "a 720 KB floppy boots in a 720 KB drive only"
    status=0
    timeout 30 qemu-system-x86_64 -accel tcg -nodefaults -no-reboot -display none -vga std -m 64 \
      -drive if=ide,format=raw,snapshot=on,file=out/r/r-floppy.img -serial file:log \
      -device isa-debug-exit,iobase=0xf4,iosize=4 || status=$?
    [ $status = 33 ]
    grep -q 'demo: done' log
  done
}

@test "the tree boots from a folder of a server's own, under another name" {
  demo_recipe </dev/null
  "$MKBOOT" build demo.yaml --only tftp
  mkdir -p srv/some/where
  cp -r out/demo/tftp/demo srv/some/where/
  timeout 60 qemu-system-x86_64 -accel tcg -nodefaults -no-reboot -display none -vga std -m 128 \
    -netdev user,id=n,net=10.77.0.0/24,tftp=srv,bootfile=some/where/demo/bios.0 -device e1000,netdev=n -boot n \
    -serial file:log -device isa-debug-exit,iobase=0xf4,iosize=4 || status=$?
  [ "$status" = 33 ]
  grep -q 'demo: done' log
}

@test "a BIOS that names the wrong drive: the ISO is found by its label" {
  demo_recipe <<<'outputs: [iso]'
  "$MKBOOT" build demo.yaml
  # a CD with the same GRUB and nothing else on it stands for the wrong drive
  xorriso -osirrox on -indev out/demo/demo.iso -extract /boot/core.img core.img 2>/dev/null
  mkdir empty
  xorriso -as mkisofs -quiet -V EMPTY -o empty.iso -b core.img -no-emul-boot -boot-load-size 4 \
    -boot-info-table --grub2-boot-info core.img 2>/dev/null
  for second in out/demo/demo.iso empty.iso; do
    status=0
    timeout 10 qemu-system-x86_64 -accel tcg -nodefaults -no-reboot -display none -vga std -m 64 \
      -drive if=ide,index=0,media=cdrom,readonly=on,file=empty.iso \
      -drive if=ide,index=1,media=disk,snapshot=on,format=raw,file=$second -boot d \
      -serial "file:log-$(basename $second)" -device isa-debug-exit,iobase=0xf4,iosize=4 || status=$?
    # with the ISO there it boots; without it, it must not
    if [ $second = empty.iso ]; then [ $status != 33 ]; else [ $status = 33 ]; fi
  done
  grep -q 'demo: done' log-demo.iso
}
