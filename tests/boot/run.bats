# SPDX-License-Identifier: GPL-3.0-or-later
# mkboot run: a person's machine, its serial port on the terminal.
load ../common

setup() {
  setup_folder
}

# kernel NAME FLAG...: NAME.elf, tests/boot/run/kernel.c
kernel() {
  local name=$1
  shift
  compile "$@" -o "$name.elf" "$root/tests/boot/run/kernel.c"
}

# the compiler that the demo kernel was made with, which is one for i386
compile() {
  # shellcheck disable=SC2046
  $(cat "$O/recipes/demo/cc") -O0 -g -ffreestanding -fno-pie -fno-stack-protector \
    -fcf-protection=none -mgeneral-regs-only -nostdlib -static -no-pie \
    -Wl,--build-id=none,-z,max-page-size=4096,-z,noexecstack,-e,start,-Ttext=0x202000 \
    -Wl,--section-start=.multiboot=0x201000 "$@"
}

# with a time limit, input at its end
mkrun() {
  timeout 90 "$MKBOOT" run "$@" < /dev/null
}

# The demo kernel with all that a command line and a module can have.
hard_recipe() {
  cp "$demo_elf" k.elf
  printf 'hello\n' > 'a, b.txt'
  head -c 5000 /dev/urandom > other.bin
  cat > hard.yaml <<YAML
name: hard
menu:
  entries:
    - title: Hard
      kernel: k.elf
      protocol: $1
      args: "one  two \\\\ '\\" \$x, = #"
      modules: [{file: "a, b.txt", args: "first, 'module'  \\\\"}, other.bin, {file: k.elf, args: k}]
test: {expect: "demo: done", exit: 33, timeout: 60, memory: 64}
YAML
}

same_by_grub() {
  hard_recipe "$1"
  mkrun hard.yaml > direct 2> notes || [ $? -eq 33 ]
  assert_contains "$(cat notes)" "kernel loaded by QEMU itself; --via cd-bios"
  [ ! -e out ]
  mkrun hard.yaml --via cd-bios > grub 2> notes || [ $? -eq 33 ]
  [ -e out/hard/hard.iso ]
  grep -v '^loader:' direct > a
  # SeaBIOS and GRUB say nothing on the serial port: what is there is the kernel's
  tr -d '\r' < grub | sed -n '/^mkboot demo kernel/,$p' | grep -v '^loader:' > b
  grep -F 'module 2: [k]' a
  tr -d '\r' < a | diff - b
}

@test "Multiboot: QEMU's loader gives the kernel what GRUB does" {
  same_by_grub multiboot
}

@test "Multiboot 2: QEMU's loader gives the kernel what GRUB does" {
  same_by_grub multiboot2
}

# Both write the same lines, in whatever order
same_info() {
  mkrun info.yaml > direct 2> notes || [ $? -eq 3 ]
  assert_contains "$(cat notes)" "kernel loaded by QEMU itself"
  mkrun info.yaml --via cd-bios > grub || [ $? -eq 3 ]
  grep -a '^sections' direct
  diff <(tr -d '\r' < direct | grep -v '^info at' | sort) \
    <(tr -d '\r' < grub | sed -n '/info at/,$p' | grep -v '^info at' | sort)
}

# What the demo kernel does not show: ELF sections, the text screen, the RSDP, in whatever order.
@test "the rest of what GRUB tells a kernel, and where" {
  local protocol
  compile -o info.elf "$root/tests/boot/run/info.c"
  head -c 100000 /dev/urandom > big.bin
  for protocol in multiboot multiboot2; do
    printf 'name: info\nmenu: {entries: [{title: I, kernel: info.elf, protocol: %s, modules: [big.bin]}]}\n' \
      $protocol > info.yaml
    same_info
    # in low memory, and behind the kernel, before its module of 24 pages
    case $protocol in
    multiboot) grep 'info at 0001' direct ;;
    multiboot2) grep 'info at 0020' direct ;;
    esac
  done
}

# GRUB loads such a kernel by the header's addresses, and tells it of no sections.
@test "a Multiboot header with addresses in an ELF file" {
  compile -DADDRESSES -o info.elf "$root/tests/boot/run/info.c"
  printf 'name: info\nmenu: {entries: [{title: I, kernel: info.elf, protocol: multiboot}]}\n' > info.yaml
  same_info
  grep -a '^sections 00000000' direct
}

@test "the exit status is the guest's" {
  kernel exit
  run -85 mkrun exit.elf
  assert_contains "$output" "hello from the kernel"
  kernel off -DOFF
  run -0 mkrun off.elf
}

@test "a triple fault ends it, and says where" {
  local address
  kernel triple -DTRIPLE
  address=$(nm triple.elf | sed -n 's/^\([0-9a-f]*\) T fault$/\1/p')
  run -1 mkrun triple.elf
  assert_contains "$output" "the guest ended in a triple fault at EIP=$address"
  assert_contains "$output" "hello from the kernel"
  # the advice: the log is in that file then
  assert_contains "$output" "-- -d int -D FILE logs every exception"
  run -1 mkrun triple.elf -- -d int -D "a log"
  assert_contains "$output" "the guest reset the machine at EIP=$address; QEMU's log is in a log"
  grep 'v=06 ' 'a log' # #UD
}

@test "a panic that the guest tells of ends it" {
  kernel panic -DPANIC
  run -1 mkrun panic.elf
  assert_contains "$output" "the guest panicked (pvpanic)"
}

@test "a reset ends it, and is no triple fault" {
  kernel reset -DRESET
  run -1 mkrun reset.elf
  assert_contains "$output" "the guest reset the machine"
  [[ $output != *"triple fault"* ]]
}

@test "debugcon goes to standard error by lines, or to a file" {
  kernel exit
  run -85 --separate-stderr mkrun exit.elf
  [[ $output == *"hello from the kernel"* && $output != *debugcon* ]]
  grep -x 'debugcon says so' <<< "$stderr"
  run -85 mkrun exit.elf --debugcon log
  [ "$(cat log)" = "debugcon says so" ]
  [[ $output != *debugcon* ]]
}

@test "standard input is the serial port's" {
  kernel echo -DECHO
  run -67 bash -c "printf '!' | timeout 90 '$MKBOOT' run echo.elf" # 2 * 21h + 1
}

@test "a changed kernel is what the next run boots" {
  kernel exit
  run -85 mkrun exit.elf
  sed 's/hello from/greetings of/; s/number + number/number/' "$root/tests/boot/run/kernel.c" > own.c
  compile -o exit.elf own.c
  run -43 mkrun exit.elf
  assert_contains "$output" "greetings of the kernel"
}

@test "on a terminal: Ctrl-a x, Ctrl-C for the guest, and the terminal as it was" {
  kernel halt -DHALT
  timeout 90 python3 "$root/tests/boot/run/terminal.py" ctrl-a "$MKBOOT" run halt.elf
}

@test "debugcon on a terminal that is slow: every line" {
  kernel many -DMANY
  timeout 90 python3 "$root/tests/boot/run/terminal.py" slow "$MKBOOT" run many.elf
  # and a signal is heard all the same
  timeout 60 python3 "$root/tests/boot/run/terminal.py" full "$MKBOOT" run many.elf
}

@test "the terminal is as it was, too, when QEMU or mkboot is killed" {
  kernel halt -DHALT
  timeout 90 python3 "$root/tests/boot/run/terminal.py" kill-qemu "$MKBOOT" run halt.elf
  timeout 90 python3 "$root/tests/boot/run/terminal.py" kill-mkboot "$MKBOOT" run halt.elf
}

@test "SIGTERM ends the machine and mkboot by it" {
  local pid status=0
  kernel halt -DHALT
  : > log
  "$MKBOOT" run halt.elf < /dev/null >> log 2>&1 3>&- &
  pid=$!
  timeout 60 grep -q -m1 'hello from' <(exec tail -n +1 -f --pid=$pid log 3>&-)
  kill -TERM $pid
  wait $pid || status=$?
  [ "$status" -eq 143 ]
  assert_no_leftovers .
}

@test "--dry-run prints what boots when it is pasted, from anywhere" {
  demo_recipe
  for how in "" "--via cd-bios" "--via floppy" "--via cd-uefi64" "--via pxe-bios"; do
    # shellcheck disable=SC2086
    run -0 --separate-stderr mkrun demo.yaml $how --dry-run -- -name 'a b'
    [ "${#lines[@]}" -eq 1 ]
    (cd / && timeout 90 sh -c "$output" < /dev/null > "$dir/log" 2>&1) || [ $? -eq 33 ]
    grep -F 'demo: done' log || { echo "$how: $output"; cat log; return 1; }
  done
}

two_entries() {
  kernel exit
  cp "$demo_elf" k.elf
  cat > two.yaml <<YAML
name: two
menu:
  timeout: 3
  entries:
    - {title: My kernel, kernel: k.elf, args: plain}
    - {title: My kernel (debug), kernel: k.elf, args: debug}
    - {title: Other, kernel: exit.elf}
test: {expect: "demo: done", exit: 33}
YAML
}

@test "--entry: by its title, or the beginning of one" {
  two_entries
  run -33 mkrun two.yaml
  assert_contains "$output" "command line: [plain]"
  run -33 mkrun two.yaml --entry "my kernel (D"
  assert_contains "$output" "command line: [debug]"
  # the very title, though another begins so
  run -33 mkrun two.yaml --entry "My kernel"
  assert_contains "$output" "command line: [plain]"
  run -85 mkrun two.yaml --entry oth
  run -2 mkrun two.yaml --entry my
  assert_contains "$output" "'my' is the beginning of several entries: 'My kernel', 'My kernel (debug)'; see: mkboot run"
  run -2 mkrun two.yaml --entry Othr
  assert_contains "$output" "the menu has no entry 'Othr'; did you mean 'Other'?"
  [ ! -e out ]
}

@test "--entry and --args where GRUB loads the kernel" {
  two_entries
  run -2 mkrun two.yaml --entry Other --via cd-bios
  assert_contains "$output" "--entry: with --via the entry is chosen in the menu: on its serial console (menu.serial), or with --window"
  run -2 mkrun two.yaml --args x --via cd-bios
  assert_contains "$output" "its command line is the recipe's (args)"
  gzip -k exit.elf
  sed -i 's/exit.elf/exit.elf\n      modules: [exit.elf.gz]/; s/{title: Other, \(.*\)/title: Other\n      \1/; s/\.gz\]}/.gz]/' two.yaml
  run -2 mkrun two.yaml --entry Other
  assert_contains "$output" "QEMU cannot load the kernel itself: GRUB unpacks a module"
  [ ! -e out ]
  run -33 mkrun two.yaml --entry "My kernel" --via cd-bios
  assert_contains "$output" "command line: [plain]"
}

@test "--args: the command line, of a bare kernel, too" {
  two_entries
  run -33 mkrun k.elf --args "one  two"
  assert_contains "$output" "command line: [one  two]"
  run -33 mkrun two.yaml --entry "my kernel (" --args ""
  assert_contains "$output" "command line: []"
}

@test "what QEMU would not heed is refused" {
  kernel exit
  run -2 mkrun exit.elf -- -append debug
  assert_contains "$output" "-append does nothing for a kernel that mkboot loads: the command line is that of the recipe (args), or --args TEXT"
  run -2 mkrun exit.elf -- --initrd exit.elf
  assert_contains "$output" "the modules are those of the recipe"
  run -2 mkrun exit.elf -- -m 96 -kernel exit.elf
  assert_contains "$output" "mkboot run KERNEL"
}

@test "a kernel that does not fit in the memory is an error" {
  kernel exit
  head -c 20M /dev/zero > big.bin
  printf 'name: big\nmenu: {entries: [{title: B, kernel: exit.elf, modules: [big.bin]}]}\ntest: {memory: 16}\n' > big.yaml
  run -3 mkrun big.yaml
  assert_contains "$output" "exit.elf: it does not fit, with its modules, in the machine's memory of 16 MiB: raise --memory or the recipe's test.memory"
  [ ! -e out ]
  run -85 mkrun big.yaml --memory 32
}

@test "--dry-run says what is a copy" {
  kernel exit
  run -0 --separate-stderr mkrun exit.elf --dry-run
  assert_contains "$stderr" "out/exit-run.elf is a copy of the kernel and its modules as they are now"
}

@test "arguments for QEMU are the last, and win" {
  kernel exit
  run -0 --separate-stderr mkrun exit.elf --dry-run --memory 48 --cpus 3 -- -m 96 --no-acpi
  [[ $output == *" -m 48M -smp 3 "*" -m 96 --no-acpi" ]]
  [ ! -e out/exit ]
  run -85 mkrun exit.elf -- -m 96
}

@test "--dry-run, by HTTP" {
  demo_recipe <<< 'network: {server: 192.168.77.1, subnet: 192.168.77.0/24, protocol: http, nic: auto}'
  run -0 --separate-stderr mkrun demo.yaml --via pxe-bios --dry-run
  (cd / && timeout 90 sh -c "$output" < /dev/null > "$dir/log" 2>&1) || [ $? -eq 33 ]
  grep -F 'demo: done' log
}

@test "--dry-run says so where the machine needs mkboot" {
  demo_recipe <<< 'network: {server: 192.168.77.1, subnet: 192.168.77.0/24, path: a/b, nic: auto}'
  run -3 mkrun demo.yaml --via pxe-bios --dry-run
  assert_contains "$output" "leave out --dry-run"
}

@test "by each kind of medium" {
  demo_recipe <<< 'network: {server: 192.168.77.1, subnet: 192.168.77.0/24, protocol: http, nic: auto}'
  for via in usb-bios floppy pxe-bios pxe-uefi64; do
    run -33 mkrun demo.yaml --via "$via"
    assert_contains "$output" "demo: done"
  done
  run -33 mkrun demo.yaml --via pxe-bios --nic rtl8139
  # the last build's, without building
  run -33 mkrun demo.yaml --no-build
}

@test "what QEMU cannot load as GRUB does goes by the first BIOS way" {
  demo_recipe
  gzip hello.txt
  sed -i 's/hello.txt/hello.txt.gz/' demo.yaml
  run -33 mkrun demo.yaml
  assert_contains "$output" "booted by cd-bios, for QEMU cannot load the kernel itself: GRUB unpacks a module"
  assert_contains "$output" "length 6 crc32"
}

@test "a gzip-compressed kernel, and one that is ELF64" {
  cp "$demo_elf" k.elf
  gzip k.elf
  run -33 mkrun k.elf.gz
  assert_contains "$output" "kernel loaded by QEMU itself"
  objcopy -I elf32-i386 -O elf64-x86-64 "$demo_elf" k64.elf
  run -33 mkrun k64.elf
  assert_contains "$output" "kernel loaded by QEMU itself"
  assert_contains "$output" "demo: done"
}

@test "--gdb: the printed line stops at the entry and at a function, and goes on to the end" {
  local pid line status=0
  kernel exit
  : > notes
  "$MKBOOT" run exit.elf --gdb < /dev/null > log 2>> notes 3>&- &
  pid=$!
  line=$(timeout 30 grep -a -m1 'waits for' <(exec tail -n +1 -f --pid=$pid notes 3>&-))
  line=${line#*waits for: }
  eval "timeout 60 $line -nx -batch -ex 'break twice' -ex continue -ex backtrace -ex finish -ex continue" \
    < /dev/null > gdb.log 2>&1 || true # the connection ends
  wait $pid || status=$?
  cat gdb.log
  [ "$status" -eq 85 ]
  grep -F 'in start ()' gdb.log
  grep -E 'twice \(number=21\) at .*kernel.c:[0-9]+' gdb.log
  grep -E '#1 .* kernel_main \(\) at .*kernel.c' gdb.log
  grep -F 'Value returned is $1 = 42' gdb.log
  grep -F 'hello from the kernel' log
}

# held: a port that is taken, by the process HOLDER
hold_port() {
  : > port
  python3 -c '
import socket, sys
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try:
    s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen()
except OSError:
    pass # somebody else has it
print(s.getsockname()[1] or sys.argv[1], flush=True); sys.stdin.read()' "$1" < <(sleep 60) >> port 3>&- &
  holder=$!
  held=$(timeout 20 grep -m1 . <(exec tail -n +1 -f --pid=$holder port 3>&-))
}

@test "--gdb: the next free port, and what gdb cannot read" {
  kernel exit
  hold_port 1234
  strip exit.elf
  gzip -k exit.elf
  : > notes
  timeout 60 "$MKBOOT" run exit.elf --gdb < /dev/null 2>> notes 3>&- &
  local pid=$!
  timeout 30 grep -q -m1 'waits for' <(exec tail -n +1 -f --pid=$pid notes 3>&-)
  kill $pid $holder
  wait $pid || true
  grep -E "target remote 127.0.0.1:[0-9]+" notes
  run ! grep -F "target remote 127.0.0.1:1234'" notes
  grep -F "exit.elf: it has no symbols (stripped)" notes
}

@test "--gdb=PORT: that one, or an error" {
  kernel exit
  hold_port 0
  run -5 mkrun exit.elf --gdb="$held"
  assert_contains "$output" "port $held is taken; --gdb alone takes the next free one"
  kill $holder
  run -2 mkrun exit.elf --gdb 9999
  assert_contains "$output" "the port is written --gdb=9999"
  run -2 mkrun --gdb 9999 exit.elf
  assert_contains "$output" "the port is written --gdb=9999"
}

# with_gdb KERNEL GDB-COMMAND...: gdb.log, and in STATUS mkboot's, whose messages are in notes
with_gdb() {
  local line pid file=$1
  shift
  : > notes
  status=0
  timeout 90 "$MKBOOT" run "$file" --gdb < /dev/null > log 2>> notes 3>&- &
  pid=$!
  line=$(timeout 30 grep -a -m1 'waits for' <(exec tail -n +1 -f --pid=$pid notes 3>&-))
  line=${line#*waits for: }
  for c in "$@"; do line+=" -ex '$c'"; done
  eval "timeout 60 $line -nx -batch" < /dev/null > gdb.log 2>&1 || true
  wait $pid || status=$?
  cat gdb.log notes
}

@test "--gdb: a triple fault is where gdb stops, and the machine ends with gdb" {
  local end said='shell timeout 30 tail -n +1 -f notes | grep -q -m1 "triple fault"'
  kernel triple -DTRIPLE
  for end in kill detach quit; do
    with_gdb triple.elf continue backtrace "$said" $end
    [ "$status" -eq 1 ]
    grep -E '#0 .*kernel_main \(\) at .*kernel.c:[0-9]+' gdb.log
    grep -E 'in start \(\)' gdb.log
    [ "$(grep -c 'the guest ended in a triple fault at EIP=.*; it is kept for gdb' notes)" = 1 ]
  done
}

# QEMU may be gone before it has said where: gdb has
@test "--gdb: a triple fault is said once where gdb ends at once, too" {
  local end
  kernel triple -DTRIPLE
  for end in kill detach quit; do
    with_gdb triple.elf continue backtrace $end
    [ "$status" -eq 1 ]
    grep -E '#0 .*kernel_main \(\) at .*kernel.c:[0-9]+' gdb.log
    [ "$(grep -c 'the guest ended in a triple fault.*; it is kept for gdb' notes)" = 1 ]
  done
}

@test "--gdb: Ctrl-a x ends a machine that is kept" {
  kernel triple -DTRIPLE
  hold_port 0
  kill $holder
  wait $holder || true
  # gdb tries for a time to connect, and stays as long as the machine
  timeout 80 gdb -nx -batch triple.elf -ex "target remote 127.0.0.1:$held" -ex continue \
    -ex "shell tail -f --pid=$$ /dev/null" < /dev/null > gdb.log 2>&1 3>&- &
  local gdb=$!
  timeout 60 python3 "$root/tests/boot/run/terminal.py" held "$MKBOOT" run triple.elf --gdb="$held"
  kill $gdb
}

@test "--gdb: what ends the guest otherwise ends the machine, and so does what ends gdb" {
  kernel off -DOFF
  with_gdb off.elf continue
  [ "$status" -eq 0 ]
  kernel exit
  # it goes on without gdb
  with_gdb exit.elf detach
  [ "$status" -eq 85 ]
  # which is gone when the guest resets
  kernel triple -DTRIPLE
  with_gdb triple.elf detach
  [ "$status" -eq 1 ]
  with_gdb triple.elf continue 'shell kill -KILL $PPID'
  [ "$status" -eq 1 ]
}

@test "mistakes are told" {
  kernel exit
  run -2 mkrun exit.elf --via cd-bio
  assert_contains "$output" "did you mean 'cd-bios'"
  run -2 mkrun exit.elf --nic rtl813
  assert_contains "$output" "did you mean 'rtl8139'"
  run -2 mkrun exit.elf --accel xen
  run -2 mkrun exit.elf --memory 0
  run -2 mkrun exit.elf --debugcon ""
  assert_contains "$output" "the name that --debugcon takes is empty"
  run -2 mkrun exit.elf --gdb=70000
  run -2 mkrun exit.elf another.elf
  run -3 mkrun nothing.elf
  run -3 mkrun exit.elf --no-build
  assert_contains "$output" "nothing has been built there"
  run -3 mkrun exit.elf --via floppy --no-build
  printf 'menu: {entries: [{title: T, kernel: exit.elf}]}\noutputs: [floppy]\n' > only.yaml
  run -3 mkrun only.yaml --via cd-bios
  assert_contains "$output" "nothing in it boots by cd-bios: add 'iso' to the recipe's outputs"
  run -3 mkrun exit.elf --tap mkboot-none0
  assert_contains "$output" "ip tuntap add dev mkboot-none0 mode tap"
}

@test "--window asks QEMU what it can show" {
  kernel exit
  mkdir bin
  printf '#!/bin/sh\ncase "$*" in *"-display help"*) printf "Available display backend types:\\nnone\\n%%s\\n" $SHOWS ;; esac\n' \
    > bin/qemu-system-x86_64
  chmod +x bin/qemu-system-x86_64
  PATH=$dir/bin:$PATH SHOWS=curses run -4 mkrun exit.elf --window --dry-run --accel tcg
  assert_contains "$output" "qemu-system-gui"
  PATH=$dir/bin:$PATH SHOWS=sdl run -0 mkrun exit.elf --window --dry-run --accel tcg
  assert_contains "$output" "-display sdl"
}

@test "Linux: a list of initial RAM disks, and GRUB's command line" {
  cp "$O/recipes/linux/vmlinuz" .
  mkdir -p extra
  cp -r "$O/recipes/linux/initramfs" .
  echo more > extra/more
  # not a multiple of 4 bytes long: the next begins on one
  head -c 13 /dev/zero > zeros
  cat > linux.yaml <<'YAML'
name: linux
menu:
  entries:
    - title: Linux
      kernel: vmlinuz
      args: "console=ttyS0 panic=-1 a,b=\"c  d\""
      initrd: [{from: extra}, zeros, {from: initramfs}]
test: {expect: "mkboot linux: init is running", exit: 0, timeout: 120, memory: 512}
YAML
  run -0 mkrun linux.yaml
  assert_contains "$output" "kernel loaded by QEMU itself"
  assert_contains "$output" 'ommand line: BOOT_IMAGE=/boot/vmlinuz console=ttyS0 panic=-1 a,b="c  d"'
  assert_contains "$output" "mkboot linux: init is running"
  [ ! -e out ]
  # QEMU gives it this itself, where the last wins
  run -0 mkrun linux.yaml -- -append "console=ttyS0 panic=-1 own"
  assert_contains "$output" 'ommand line: console=ttyS0 panic=-1 own'
}
