# SPDX-License-Identifier: GPL-3.0-or-later
# GRUB Legacy's menus of legacy/: of each bad-*.lst the exact messages, of each good-*.lst the recipe
# that it comes to. After a deliberate change: MKBOOT_BLESS=1 bats tests/cli/legacy.bats, and read
# the diff.
load ../common

setup() {
  setup_folder
  cp "$demo_elf" k.elf
  echo text > m.txt
  head -c 510 /dev/zero > sector.bin
  printf '\125\252' >> sector.bin
}

@test "every bad menu gives its messages at its lines, exit status 3, and writes nothing" {
  for file in "$root"/tests/cli/legacy/bad-*.lst; do
    name=$(basename "$file" .lst)
    echo "# $name"
    cp "$file" .
    printf 'menu: %s.lst\noutputs: [iso]\n' "$name" > r.yaml
    status=0
    "$MKBOOT" build r.yaml > stdout 2> stderr || status=$?
    [ -z "${MKBOOT_BLESS:-}" ] || cp stderr "${file%.lst}.expect"
    diff -u "${file%.lst}.expect" stderr
    [ "$status" = 3 ]
    [ ! -s stdout ]
    [ ! -e out ]
    # init says the same, but for what only the files tell: it looks whether they are there
    [ "$name" != bad-missing ] || continue
    run -3 "$MKBOOT" init --from "$name.lst"
    diff -u <(head -n "$(wc -l <<< "$output")" "${file%.lst}.expect") <(printf '%s\n' "$output")
    [ ! -e mkboot.yaml ]
  done
}

@test "every good menu comes to its recipe, which is read again and means the same" {
  for file in "$root"/tests/cli/legacy/good-*.lst; do
    name=$(basename "$file" .lst)
    echo "# $name"
    cp "$file" .
    rm -f mkboot.yaml
    run -0 "$MKBOOT" init --from "$name.lst" --name same
    [ "$output" = mkboot.yaml ]
    [ -z "${MKBOOT_BLESS:-}" ] || cp mkboot.yaml "${file%.lst}.yaml"
    diff -u "${file%.lst}.yaml" mkboot.yaml
    printf 'name: same\nmenu: %s.lst\n' "$name" > r.yaml
    "$MKBOOT" build r.yaml -o a --only iso,tftp 2> /dev/null > /dev/null
    "$MKBOOT" build -o b --only iso,tftp 2> /dev/null > /dev/null
    # the menu is in all of them
    for f in same.iso tftp/same/bios.0 tftp/same/uefi64.efi tftp/same/uefi32.efi; do
      cmp "a/same/$f" "b/same/$f"
    done
    rm -r a b
  done
}

@test "the files are those below root, by their exact names" {
  mkdir -p old/boot/grub
  mv k.elf old/boot/Kernel.SYS
  printf 'title A\nroot (hd0,0)\nkernel /boot/Kernel.SYS\n' > old/boot/grub/grub.conf
  printf 'menu: {file: old/boot/grub/grub.conf, root: old}\n' > r.yaml
  run -0 "$MKBOOT" check r.yaml
  assert_contains "$output" "old/boot/Kernel.SYS: Multiboot 2"
  run -0 "$MKBOOT" init --from old/boot/grub/grub.conf --root old -o old/boot/x.yaml
  run -0 cat old/boot/x.yaml
  assert_contains "$output" "kernel: Kernel.SYS"
  run -0 "$MKBOOT" check old/boot/x.yaml
  sed -i 's/Kernel.SYS/kernel.sys/' old/boot/grub/grub.conf
  run -3 "$MKBOOT" check r.yaml
  assert_contains "$output" "grub.conf:3:8: error: old/boot/kernel.sys: there is no such file; the menu's files are looked for below"
}

@test "what the recipe says of the network goes before the menu" {
  cp "$root/tests/cli/legacy/good-network.lst" menu.lst
  printf 'menu: menu.lst\nnetwork: {server: 192.168.1.7, nic: rtl8139}\noutputs: [tftp, dhcp]\n' > r.yaml
  run -0 "$MKBOOT" dhcp r.yaml --for dnsmasq
  assert_contains "$output" "192.168.1.7"
  [ "${output#*192.168.1.2,}" = "$output" ]
  sed -i 's/server: 192.168.1.7, //' r.yaml
  run -0 "$MKBOOT" dhcp r.yaml --for dnsmasq
  assert_contains "$output" "192.168.1.2"
}

@test "keys that do not go with a GRUB Legacy menu" {
  printf 'title A\nkernel /k.elf\n' > menu.lst
  printf 'menu: {file: menu.lst, timeout: 3, files: [k.elf]}\n' > r.yaml
  run -3 "$MKBOOT" check r.yaml
  assert_contains "$output" "'timeout' goes with 'entries'"
  assert_contains "$output" "a GRUB Legacy menu names its files itself; leave 'files' out"
  printf 'menu: {entries: [{title: A, kernel: k.elf}], root: x}\n' > r.yaml
  run -3 "$MKBOOT" check r.yaml
  assert_contains "$output" "r.yaml:1:52: error: 'root' goes with a 'file' that is a GRUB Legacy menu"
  printf 'menu: nowhere.lst\n' > r.yaml
  run -3 "$MKBOOT" check r.yaml
  assert_contains "$output" "r.yaml:1:7: error: nowhere.lst: cannot read the menu: No such file or directory"
  printf 'title A\0\n' > menu.lst
  printf 'menu: menu.lst\n' > r.yaml
  run -3 "$MKBOOT" check r.yaml
  assert_contains "$output" "r.yaml:1:7: error: menu.lst: the menu holds a NUL byte"
}

@test "init: files that are not there are said, and the recipe is written all the same" {
  cp "$root/tests/cli/legacy/bad-missing.lst" menu.lst
  run -0 "$MKBOOT" init --from menu.lst
  [ "$(grep -c 'menu.lst:[346]:[0-9]*: warning: .*: there is no such file; --root says' <<< "$output")" = 3 ]
  run -3 "$MKBOOT" check
  assert_contains "$output" "mkboot.yaml:7:15: error: boot/kernel.sys: there is no such file"
}

@test "init: nothing is overwritten, standard output, and what is asked for wrongly" {
  printf 'title A\nkernel /k.elf\n' > menu.lst
  echo mine > mkboot.yaml
  run -5 "$MKBOOT" init --from menu.lst
  [ "$output" = "mkboot: error: mkboot.yaml is there already, and is not overwritten; name another file with -o, or move it" ]
  [ "$(cat mkboot.yaml)" = mine ]
  ln -s nowhere dangling.yaml
  run -5 "$MKBOOT" init --from menu.lst -o dangling.yaml
  [ ! -e nowhere ]
  run -0 --separate-stderr "$MKBOOT" init k.elf --name starter -o -
  [ -z "$stderr" ]
  printf '%s\n' "$output" > s.yaml
  assert_contains "$output" "# k: Multiboot 2, "
  run -0 "$MKBOOT" check s.yaml
  run -0 "$MKBOOT" init k.elf sector.bin -o two.yaml
  run -0 "$MKBOOT" check two.yaml
  assert_contains "$output" "sector.bin: BIOS boot sector"
  run -5 "$MKBOOT" init k.elf -o nowhere/x.yaml
  run -2 "$MKBOOT" init k.elf -o ""
  run -3 "$MKBOOT" init m.txt -o x.yaml
  assert_contains "$output" "m.txt: this is "
  run -3 "$MKBOOT" init nowhere.elf -o x.yaml
  [ "$output" = "mkboot: error: nowhere.elf: cannot read the kernel: No such file or directory" ]
  [ ! -e x.yaml ]
  run -2 "$MKBOOT" init
  run -2 "$MKBOOT" init --from menu.lst k.elf
  run -2 "$MKBOOT" init --root . k.elf
  run -2 "$MKBOOT" init k.elf --name 'a b'
  run -5 bash -c '"$0" init k.elf -o - > /dev/full' "$MKBOOT"
}

@test "init: two kernels of one name have two titles" {
  setup_folder
  mkdir a b
  cp "$demo_elf" a/k.elf
  cp "$demo_elf" b/k.elf
  run -0 "$MKBOOT" init a/k.elf b/k.elf -o -
  [ "$(grep -c '    - title: k$' <<< "$output")" = 1 ]
  [ "$(grep -c '    - title: b/k.elf$' <<< "$output")" = 1 ]
}

@test "init: any title and argument is quoted so that it is read as it was" {
  python3 - "$MKBOOT" <<'PY'
import json, random, subprocess, sys
mkboot = sys.argv[1]
random.seed(5)
letters = list("abc019 :#{}[]&*!|>'\"%@`,?-~=\\/$") + ["\u00e9", "\u65e5", "\u0085", "\u2028", "\ufeff", "\U0001f600", "null", "true", "1e3", ": ", " #"]
titles, args = ["null", "~", "1", "01", "true", "- a", "a: b", "a #b", "<<", "=", "0x1f", "1_000", "2001-01-01", ".inf", "...", "---"], []
titles += ["".join(random.choices(letters, k=random.randint(1, 12))) for _ in range(300)]
titles = [t for t in (t.strip(" =") for t in titles) if t and not t.endswith("\\")]
for t in titles:
    a = "".join(random.choices(letters, k=random.randint(1, 20))).lstrip(" ")
    args.append(a.rstrip("\\") or "x")
with open("menu.lst", "w", encoding="utf-8", newline="") as f:
    f.write("default 7\nfallback 1 2\n")
    for t, a in zip(titles, args):
        f.write(f"title {t}\nkernel /k.elf {a}\n")
subprocess.run([mkboot, "init", "--from", "menu.lst", "--name", "m"], check=True)
with open("r.yaml", "w") as f:
    f.write("name: m\nmenu: menu.lst\n")
def entries(recipe, out):
    subprocess.run([mkboot, "build", recipe, "--only", "tftp", "-o", out], check=True, capture_output=True)
    return open(f"{out}/m/tftp/m/bios.0", "rb").read()
assert entries("r.yaml", "a") == entries("mkboot.yaml", "b")
said = json.loads(subprocess.run([mkboot, "check", "--json", "mkboot.yaml"], check=True, capture_output=True).stdout)
assert [e["title"] for e in said["entries"]] == titles
PY
}

@test "entries are counted among those that the firmware's menu shows" {
  cat > menu.lst <<'LST'
default 1
fallback 0 3 2
timeout 2
color white/blue
title Disk
chainloader (hd0)+1
title A
kernel /k.elf a
title Sector
chainloader /sector.bin
title B
kernel /k.elf b
LST
  printf 'name: n\nmenu: menu.lst\noutputs: [tftp]\n' > r.yaml
  run -0 "$MKBOOT" build r.yaml
  assert_contains "$output" "menu.lst:6:13: warning: hd0: left out of the menu on UEFI x64 and UEFI ia32: a disk's boot sector is BIOS code"
  # in a UEFI image the menu stands as it is
  grep -aqx 'set default=0' out/n/tftp/n/uefi64.efi
  grep -aqx 'set fallback="1"' out/n/tftp/n/uefi64.efi
  grep -aqx 'set menu_color_normal=white/blue' out/n/tftp/n/uefi64.efi
  grep -aqx 'set menu_color_highlight=blue/light-gray' out/n/tftp/n/uefi64.efi
  run ! grep -aq 'chainloader' out/n/tftp/n/uefi64.efi
}
