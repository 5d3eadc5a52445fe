# SPDX-License-Identifier: GPL-3.0-or-later
# GRUB's TFTP client against a server that does everything wrong (tests/net/hostile_kinds.py): a
# machine fetches a file of every kind, one after another, and then boots. What comes is right to the
# last byte, or there is a message, soon; and the next one is fetched as if nothing had been.
load ../common
load wires

# The machines, and what each of them waits for besides; the others have no use for it.
cards=(uefi:virtio-net-pci rtl8139 pxe:e1000)
slow() {
  case $1 in
  rtl8139) echo "+silence +options-in-words-only +never-ends-without-size +roll-over-window +oversize-fragments" ;;
  pxe:*) echo "+silence-amid +another-address +left-alone-silent +left-alone-error" ;;
  uefi:*) echo "+silence-after-oack +the-same-block-for-ever +roll-over-512" ;;
  esac
}

setup_file() {
  export dir=$BATS_FILE_TMPDIR
  cd "$dir" || return 1
  relay_built
  local card driver
  for card in "${cards[@]}"; do
    driver=
    [ "$card" != rtl8139 ] || driver=$card
    mkdir "$card"
    (
      cd "$card" || exit 1
      cp "$demo_elf" k.elf
      head -c 1000013 /dev/urandom > big.mod
      # shellcheck disable=SC2046
      python3 "$net/hostile_tftp.py" menu $(slow "$card") > menu.cfg
      cat > r.yaml <<YAML
name: demo
menu: {file: menu.cfg, files: [k.elf, big.mod]}
network: {${driver:+nic: $driver, }server: 192.168.77.1, subnet: 192.168.77.0/24}
outputs: [${driver:+diskless-floppy, }tftp]
YAML
      "$MKBOOT" build r.yaml
    )
  done
  # QEMU's status is 33, where all is well: a failure to xargs
  printf '%s\n' "${cards[@]}" | TFTPD=hostile LIMIT=500 MEMORY=64 as_root xargs -P 3 -I CARD "$net/lossy.sh" CARD \
    CARD/out/demo/demo-diskless-floppy.img CARD/out/demo/tftp CARD/log || [ $? -eq 123 ]
}

setup() { cd "$dir" || return 1; }

judged() { # CARD: of all kinds, and what was booted afterwards
  tr -d '\r' < "$1/log" > lines
  # shellcheck disable=SC2046
  python3 "$net/hostile_tftp.py" check "$1/log" $(slow "$1") || { cat "$1/log.tftpd"; return 1; }
  grep -qx 'command line: \[after\]' lines
  grep -qx "module 0: \[\] length 1000013 crc32 $(python3 -c 'import sys, zlib
print("%08x" % zlib.crc32(open(sys.argv[1], "rb").read()))' "$1/big.mod")" lines
  grep -qx 'demo: done' lines
}

@test "BIOS, a driver of mkboot's: every kind of hostile server" { judged rtl8139; }
@test "BIOS, UNDI: every kind of hostile server" { judged pxe:e1000; }
@test "UEFI x64: every kind of hostile server" { judged uefi:virtio-net-pci; }

# What must be seen, seen.
@test "other bytes, no message, one that names another file, too late, no end: all is said" {
  altered() { # SED WORDS
    tr -d '\r' < rtl8139/log | sed "$1" > altered
    run -1 python3 "$net/hostile_tftp.py" check altered +silence
    assert_contains "$output" "NOT OK: $2"
  }
  run -0 python3 "$net/hostile_tftp.py" check rtl8139/log +silence
  altered '/hostile\/plain/s/^......../01234567/' "WRONG BYTES, ['01234567']: plain"
  altered '/hostile\/plain/d' "the file did not come: plain"
  altered '/^error: .*hostile\/silence/d' "no message of 'silence'"
  altered '/^error: .*hostile\/early-end:/s/early-end/plain/' "no message of 'early\\-end'"
  altered '/^\[\[plain/,/^Elapsed/s/^Elapsed.*/Elapsed time: 31.000 seconds/' "more than 30 s: plain"
  altered '/^\[\[early-end\]\]/,/^\[\[status/{/^Elapsed/d}' "it did not end: early-end"
  altered '/^\[\[error-control\]\]/,/^\[\[status/s/says: /&\x1b/' "control bytes on the terminal: error-control"
}
