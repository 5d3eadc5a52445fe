# SPDX-License-Identifier: GPL-3.0-or-later
# mkboot nics, and the script that makes its table from the drivers. The list of drivers grows;
# what is asserted here holds for any.
load ../common

setup() { setup_folder; }

json() { python3 -c 'import json, sys; d = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"; }

card() { # ADDRESS CLASS VENDOR DEVICE: a card in ./sys
  mkdir -p "sys/bus/pci/devices/$1"
  echo "0x$2" > "sys/bus/pci/devices/$1/class"
  echo "0x$3" > "sys/bus/pci/devices/$1/vendor"
  echo "0x$4" > "sys/bus/pci/devices/$1/device"
}

@test "nics: every driver of drivers/ is there, with every PCI ID in it" {
  "$MKBOOT" nics --json > nics.json
  expected=$(cd "$root/drivers" && ls ./*.c | sed 's|^\./||; s|\.c$||' | grep -vx -e nic -e skeleton)
  [ "$(json '"\n".join(x["driver"] for x in d)' < nics.json)" = "$expected" ]
  for driver in $expected; do
    [ "$(grep -c 'NIC_ID(0x' "$root/drivers/$driver.c")" = \
      "$(json "[len(x['ids']) for x in d if x['driver'] == '$driver'][0]" < nics.json)" ]
  done
  run -0 "$MKBOOT" nics
  for driver in $expected; do
    assert_contains "$output" "$driver: "
    grep -q "^| $driver |" "$root/docs/nics.md" || { echo "docs/nics.md lacks $driver"; return 1; }
  done
  assert_contains "$output" "10ec:8139  Realtek RTL8139, RTL8139C+  QEMU: rtl8139"
}

@test "nics --json: the keys and their kinds" {
  "$MKBOOT" nics --json > nics.json
  python3 - <<'PY'
import json, re
for d in json.load(open('nics.json')):
    assert list(d) == ['driver', 'chips', 'legacy_flags', 'isa_models', 'ids'], d
    assert all(type(d[k]) is list for k in ('legacy_flags', 'isa_models')), d
    for i in d['ids']:
        assert list(i) == ['vendor', 'device', 'title', 'qemu'], i
        assert re.fullmatch('[0-9a-f]{4}', i['vendor']) and re.fullmatch('[0-9a-f]{4}', i['device'])
        assert i['title'] and type(i['qemu']) is list, i
PY
}

@test "nics: QEMU has the models that the table names" {
  qemu-system-i386 -device help > help.txt 2>&1 || skip "no qemu-system-i386"
  for model in $("$MKBOOT" nics --json |
    json '" ".join(m for x in d for m in x["isa_models"] + [m for i in x["ids"] for m in i["qemu"]])'); do
    grep -q "^name \"$model\"" help.txt || { echo "QEMU has no $model"; return 1; }
  done
}

@test "nics NAME: driver, PCI ID, model, GRUB Legacy's flag" {
  for name in rtl8139 RTL8139 10ec:8139 10EC:8138 --enable-rtl8139; do
    [ "$("$MKBOOT" nics --json "$name" | json '[x["driver"] for x in d]')" = "['rtl8139']" ]
  done
  [ "$("$MKBOOT" nics all)" = "$("$MKBOOT" nics)" ]
}

@test "nics NAME: unknown ones get the nearest name, or the reason: exit status 3" {
  run -3 --separate-stderr "$MKBOOT" nics rtl8193
  [ -z "$output" ]
  [ "$stderr" = "mkboot: error: unknown network card 'rtl8193'; did you mean 'rtl8139'? \`mkboot nics\` lists them all" ]
  run -3 "$MKBOOT" nics 10ec:8168 --json
  assert_contains "$output" "no driver here knows the card 10ec:8168 (Realtek RTL8111/8168): QEMU has no such card"
  run -3 "$MKBOOT" nics --enable-3c90x
  assert_contains "$output" "GRUB Legacy had a driver '3c90x', but there is none here"
  run -3 "$MKBOOT" nics firmware
  assert_contains "$output" "'firmware' is no driver"
}

@test "nics: a wrong command line: exit status 2" {
  run -2 "$MKBOOT" nics --frob
  [ "$output" = "mkboot: error: there is no option --frob; see: mkboot nics --help" ]
  run -2 "$MKBOOT" nics a b
  [ "$output" = "mkboot: error: one name at a time, and there are 2; see: mkboot nics --help" ]
  run -2 "$MKBOOT" nics --detect rtl8139
  [ "$output" = "mkboot: error: --detect takes no name; see: mkboot nics --help" ]
  run -0 --separate-stderr "$MKBOOT" nics --help
  assert_contains "$output" "mkboot nics [NAME | --detect] [--json]"
}

@test "nics --detect: known, known to have no driver, unknown, wireless; not the display" {
  card 0000:00:02.0 030000 10ec 8139
  card 0000:03:00.0 028000 8086 2723
  card 0000:00:19.0 020000 dead beef
  card 0000:00:04.0 020000 10ec 8168
  card 0000:00:03.0 020000 10ec 8139
  export MKBOOT_SYS=sys
  run -0 --separate-stderr "$MKBOOT" nics --detect
  [ -z "$stderr" ]
  diff -u - <(printf '%s\n' "$output") <<'TEXT'
0000:00:03.0  10ec:8139  Realtek RTL8139, RTL8139C+  driver rtl8139; write nic: rtl8139
0000:00:04.0  10ec:8168  Realtek RTL8111/8168        no driver: QEMU has no such card, so no driver for it could be proved here; write nic: firmware
0000:00:19.0  dead:beef  unknown                     no driver: none here knows this card; write nic: firmware
0000:03:00.0  8086:2723  unknown                     no driver: this is no Ethernet card, and GRUB knows no others
TEXT
  "$MKBOOT" nics --detect --json > found.json
  [ "$(json '[(x["address"], x["vendor"] + x["device"], x["driver"], x["nic"]) for x in d]' < found.json)" = \
    "[('0000:00:03.0', '10ec8139', 'rtl8139', 'rtl8139'), ('0000:00:04.0', '10ec8168', None, 'firmware'), ('0000:00:19.0', 'deadbeef', None, 'firmware'), ('0000:03:00.0', '80862723', None, None)]" ]
  [ "$(json '[(x["title"], x["why_not"] is None) for x in d][0]' < found.json)" = "('Realtek RTL8139, RTL8139C+', True)" ]
}

@test "nics --detect: no card, no PCI bus: exit status 1; a bus that cannot be read: 5" {
  mkdir -p sys/bus/pci/devices
  MKBOOT_SYS=sys run -1 --separate-stderr "$MKBOOT" nics --detect
  [ -z "$output" ]
  [ "$stderr" = "mkboot: error: this machine has no network card on PCI" ]
  MKBOOT_SYS=sys run -1 --separate-stderr "$MKBOOT" nics --detect --json
  [ "$output" = "[]" ]
  MKBOOT_SYS=nowhere run -1 "$MKBOOT" nics --detect
  [ "$output" = "mkboot: error: this machine has no PCI bus: there is no nowhere/bus/pci/devices" ]
  rmdir sys/bus/pci/devices
  touch sys/bus/pci/devices
  MKBOOT_SYS=sys run -5 "$MKBOOT" nics --detect
  assert_contains "$output" "sys/bus/pci/devices: cannot look for network cards"
}

@test "nics --detect: as an ordinary user, on this machine" {
  run "$MKBOOT" nics --detect
  [ "$status" = 0 ] || [ "$status" = 1 ]
  here=$output
  [ "$(id -u)" = 0 ] || return 0
  # root can drop to nobody; the program may lie where nobody cannot reach it
  cp "$MKBOOT" "$dir/mkboot" && chmod 755 "$dir" "$dir/mkboot"
  run setpriv --reuid=65534 --regid=65534 --clear-groups "$dir/mkboot" nics --detect
  [ "$output" = "$here" ]
}

@test "dhcp: a network of which only the card is known; boot files in the server's folder" {
  demo_recipe <<<'network: {nic: rtl8139}'
  run -3 "$MKBOOT" dhcp demo.yaml --for dnsmasq
  assert_contains "$output" "demo.yaml:6:10: error: DHCP configuration needs the network's subnet; add subnet: "
  demo_recipe <<<'network: {nic: rtl8139, subnet: 192.168.1.0/24, path: boot/ace}'
  run -3 "$MKBOOT" dhcp demo.yaml --for dnsmasq
  assert_contains "$output" "the network has no TFTP server; add server: "
  run -0 "$MKBOOT" dhcp demo.yaml --for dnsmasq --server 192.168.1.3
  assert_contains "$output" "boot/ace/bios.0"
  [[ $output != *demo/bios.0* ]]
}

@test "completion: verbs, and network cards from the table" {
  complete_words() { # the words so far; the last one is being completed
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _mkboot
    printf '%s\n' "${COMPREPLY[@]}"
  }
  # shellcheck source=/dev/null
  source "$root/completions/mkboot.bash"
  for verb in build check test dhcp nics toolchain; do
    "$MKBOOT" $verb --help > /dev/null
    [ "$(complete_words mkboot $verb)" = $verb ]
  done
  [ "$(complete_words "$MKBOOT" nics rtl)" = rtl8139 ]
  # every option of toolchain's help, where it is taken
  [ "$(complete_words mkboot toolchain l)" = list ]
  run -0 "$MKBOOT" toolchain --help
  for option in $(grep -o '^ *--[a-z0-9]*' <<< "$output"); do
    [ "$(complete_words mkboot toolchain build "$option")" = "$option" ]
  done
  [ "$(complete_words mkboot toolchain clean --)" = --help ]
  [ "$(complete_words mkboot toolchain build --source debi)" = debian ]
  [ "$(complete_words "$MKBOOT" test --nic al)" = all ]
  [ "$(complete_words "$MKBOOT" test --nic rtl)" = rtl8139 ]
  [ "$(complete_words "$MKBOOT" test --nic virtio-net-pci-m)" = virtio-net-pci-modern ]
  [ "$(complete_words "$MKBOOT" nics --det)" = --detect ]
  [ "$(complete_words "$MKBOOT" build --only diskless-f)" = diskless-floppy ]
}

# --- scripts/nic-table.awk -------------------------------------------------------------------------

# Every awk that is here: they differ in what they let through.
awks() {
  for awk in mawk gawk original-awk busybox; do
    if command -v "$awk" > /dev/null; then echo "$awk"; fi
  done
}

table() { # AWK FILE...
  local awk=$1
  shift
  [ "$awk" != busybox ] || awk="busybox awk"
  # shellcheck disable=SC2086
  LC_ALL=C.UTF-8 $awk -f "$root/scripts/nic-table.awk" "$@"
}

@test "nic-table.awk: a good driver, the same table from every awk" {
  cat > a.c <<'C'
/* NIC_ID and NIC_ABOUT in a comment are nothing. */
static const struct nic_id ids[] = {
	NIC_ID(0x10ec, 0x8029, FLAG | 1, "One (first), rev. 1", "x"),
	NIC_ID(0x1050, 0x0940, 0, "Two's", ""), /* on a board */
	NIC_ID(0x1050, 0x0941, 0, "Three", "y-1,z_2"),
};
NIC_ABOUT("Chips", "ne,ns8390", "y_isa")
C
  cat > expected <<'C'
/* Made by scripts/nic-table.awk from drivers/; not to be edited. */
#include "nic/nic.h"

static const struct nic_id ids_a[] = {
	{0x10ec, 0x8029, "One (first), rev. 1", "x"},
	{0x1050, 0x0940, "Two's", ""},
	{0x1050, 0x0941, "Three", "y-1,z_2"},
};

const struct nic_driver nic_drivers[] = {
	{"a", "Chips", "ne,ns8390", "y_isa", ids_a, 3},
};
const size_t nic_n_drivers = sizeof nic_drivers / sizeof *nic_drivers;
C
  for awk in $(awks); do
    table "$awk" a.c > made.c
    diff -u expected made.c
  done
}

# A line in the place of the good one: an error, with its place, from every awk.
refused() { # LINE WORDS
  local awk
  for awk in $(awks); do
    printf '%s\n' 'NIC_ABOUT("Chips", "", "")' '	NIC_ID(0x10ec, 0x8029, 0, "One", "x"),' "$1" > bad.c
    run ! table "$awk" bad.c
    assert_contains "$output" "bad.c:3: "
    assert_contains "$output" "$2"
  done
}

@test "nic-table.awk: a line that is not as drivers/nic.h says is an error" {
  form="this must be NIC_ID("
  refused '	NIC_ID(0x10ec, 0x8139, 0, "Title", "x")' "$form"         # no comma
  refused '	NIC_ID(0x10ec, 0x8139, 0, "Title", "x"), x' "$form"
  refused '	NIC_ID (0x10ec, 0x8139, 0, "Title", "x"),' "$form"
  refused '	NIC_ID(0x10EC, 0x8139, 0, "Title", "x"),' "$form"       # upper case
  refused '	NIC_ID(0x10ec, 0x813, 0, "Title", "x"),' "$form"
  refused '	NIC_ID(0x10ec, 0x81390, 0, "Title", "x"),' "$form"
  refused '	NIC_ID(VENDOR, 0x8139, 0, "Title", "x"),' "$form"
  refused '	NIC_ID(0x10ec, 0x8139, "Title", "x"),' "$form"          # no data
  refused '	NIC_ID(0x10ec, 0x8139, , "Title", "x"),' "$form"
  refused '	NIC_ID(0x10ec, 0x8139, F(1, 2), "Title", "x"),' "$form"
  refused '	NIC_ID(0x10ec, 0x8139, 0, TITLE, "x"),' "$form"
  refused '	NIC_ID(0x10ec, 0x8139, 0, "Title"),' "$form"
  refused '	NIC_ID(0x10ec, 0x8139, 0, "Ti" "tle", "x"),' "$form"
  refused '	NIC_ID(0x10ec, 0x8139, 0, "Ti\"tle", "x"),' "$form"
  refused '	NIC_ID(0x10ec, 0x8139, 0, "Ti\\tle", "x"),' "$form"
  refused '	NIC_ID(0x10ec, 0x8139, 0,' "$form"                      # two lines
  refused '	NIC_ID' "$form"
  refused '	NIC_IDS(0x10ec, 0x8139, 0, "Title", "x"),' "$form"
  refused '	NIC_ID(0x10ec, 0x8139, 0, "T", "x"), NIC_ID(0x10ec, 0x8138, 0, "T", "x"),' "$form"
  refused $'	NIC_ID(0x10ec, 0x8139, 0, "Title", "x"),\r' "$form"
  refused 'ids[] = { NIC_ID(0x10ec, 0x8139, 0, "Title", "x"), };' "this must be NIC_"
  refused '	NIC_ID(0x10ec, 0x8139, 0, "", "x"),' "a title is ASCII"
  refused '	NIC_ID(0x10ec, 0x8139, 0, " Title", "x"),' "a title is ASCII"
  refused '	NIC_ID(0x10ec, 0x8139, 0, "Títle", "x"),' "a title is ASCII"
  refused '	NIC_ID(0x10ec, 0x8139, 0, "Title", "x, y"),' "QEMU's models must be names"
  refused '	NIC_ID(0x10ec, 0x8139, 0, "Title", "x,"),' "QEMU's models must be names"
  refused '	NIC_ID(0x10ec, 0x8139, 0, "Title", "X"),' "QEMU's models must be names"
  refused '	NIC_ID(0x10ec, 0x8029, 0, "Title", ""),' "the PCI ID 0x10ec, 0x8029 is in bad.c:2 already"
  refused 'NIC_ABOUT("Chips", "", "")' "a second NIC_ABOUT"
}

@test "nic-table.awk: NIC_ABOUT lines that are not as they should be" {
  for line in 'NIC_ABOUT("Chips", "")' 'NIC_ABOUT("Chips", "", "");' ' NIC_ABOUT("Chips", "", "")' \
    'NIC_ABOUT("Chips", "--enable-ne", "")' 'NIC_ABOUT("Chips", "", "a b")' 'NIC_ABOUT("", "", "")' \
    'NIC_ABOUT("Chips",' 'NIC_ABOUT(CHIPS, "", "")' 'NIC_ABOUT'; do
    for awk in $(awks); do
      printf '%s\n' "$line" '	NIC_ID(0x10ec, 0x8029, 0, "One", "x"),' > bad.c
      run ! table "$awk" bad.c
      assert_contains "$output" "bad.c:1: "
    done
  done
}

@test "nic-table.awk: what is wrong between files" {
  printf '%s\n' 'NIC_ABOUT("A", "ne", "")' '	NIC_ID(0x10ec, 0x8029, 0, "One", "x"),' > a.c
  printf '%s\n' 'NIC_ABOUT("B", "ne", "")' '	NIC_ID(0x10ec, 0x8030, 0, "Two", "y,x"),' > model.c
  printf '%s\n' 'NIC_ABOUT("B", "ne", "")' '	NIC_ID(0x10ec, 0x8029, 0, "Two", "y"),' > id.c
  printf '%s\n' 'NIC_ABOUT("B", "", "")' > none.c
  printf '%s\n' '	NIC_ID(0x10ec, 0x8031, 0, "Two", "y"),' > nothing.c
  : > empty.c
  printf '%s\n' 'NIC_ABOUT("B", "ne", "")' '	NIC_ID(0x10ec, 0x8032, 0, "Two", "y"),' > z.c
  cp z.c Upper.c
  for awk in $(awks); do
    run ! table "$awk" a.c model.c
    assert_contains "$output" "model.c:2: QEMU's model x is in a.c already"
    run ! table "$awk" a.c id.c
    assert_contains "$output" "id.c:2: the PCI ID 0x10ec, 0x8029 is in a.c:2 already"
    run ! table "$awk" a.c none.c
    assert_contains "$output" "none.c: no NIC_ID line"
    run ! table "$awk" a.c nothing.c
    assert_contains "$output" "nothing.c: no NIC_ABOUT line"
    run ! table "$awk" a.c empty.c
    assert_contains "$output" "empty.c: no NIC_ABOUT line"
    run ! table "$awk" z.c a.c
    assert_contains "$output" "a.c: the drivers must come in the order of their names"
    run ! table "$awk" Upper.c
    assert_contains "$output" "Upper.c: a driver's file is named in lower case"
    run ! table "$awk" < /dev/null
    assert_contains "$output" "no drivers"
    # one flag may mean two drivers
    run -0 table "$awk" a.c z.c
  done
}
