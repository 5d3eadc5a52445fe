# SPDX-License-Identifier: GPL-3.0-or-later
# Booting in Bochs (packages bochs, bochs-term, bochsbios), headless, with an NE2000 on its vnet:
# the card is at 192.168.10.15, a DHCP and TFTP server that is Bochs itself at 192.168.10.1. With
# BOCHS_NET=slirp it is on a network like QEMU's own: 10.0.2.15, and 10.0.2.2.

# What a boot needs is here, or say what is missing.
bochs_there() {
  local file
  command -v bochs > /dev/null || { echo "no bochs: install bochs, bochs-term, bochsbios, vgabios"; return 1; }
  for file in /usr/share/bochs/BIOS-bochs-latest /usr/share/bochs/VGABIOS-lgpl-latest; do
    [ -e "$file" ] || { echo "no $file: install bochsbios, vgabios"; return 1; }
  done
}

# bochs_config CARD IMAGE TFTP BOOTFILE SERIAL FOLDER: FOLDER/bochsrc and what it refers to.
bochs_config() {
  local card=$1 image=$2 tftp=$3 bootfile=$4 serial=$5 folder=$6
  local slot='' address='' boot=floppy medium mode=${BOCHS_NET:-vnet}

  case $card in
  pci) slot=', slot1=ne2k' ;;
  isa) address=', ioaddr=0x300, irq=3' ;;
  *) echo "no such card: $card"; return 1 ;;
  esac
  medium="floppya: 1_44=\"$image\", status=inserted, write_protected=1"
  case $image in
  *.iso)
    boot=cdrom
    medium="ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path=\"$image\", status=inserted"
    ;;
  esac

  # Either wants its first line just so.
  printf '# %s config\nbootfile = %s\n' "$mode" "$bootfile" > "$folder/net.conf"
  # Debian's Bochs has the debugger, which begins by asking. It is asked again after SIGINT: a
  # clean end, for nothing in the machine can end it as isa-debug-exit ends QEMU.
  printf 'c\nq\n' > "$folder/debugger"
  # sound aborts without a driver; a slow processor makes time in the guest go by faster.
  cat > "$folder/bochsrc" <<RC
config_interface: textconfig
display_library: term
memory: guest=64, host=64
cpu: ips=10000000, reset_on_triple_fault=0
clock: sync=none
romimage: file=/usr/share/bochs/BIOS-bochs-latest, options=fastboot
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
pci: enabled=1, chipset=i440fx$slot
ne2k: type=$card$address, mac=b0:c4:20:00:00:01, ethmod=$mode, ethdev="$tftp", script="$folder/net.conf"
$medium
boot: $boot
com1: enabled=1, mode=file, dev="$serial"
sound: driver=dummy
speaker: enabled=0
mouse: enabled=0
log: $folder/log
panic: action=fatal
error: action=report
info: action=report
RC
}

# bochs_boot CARD IMAGE TFTP BOOTFILE SERIAL [TEXT]
# Boot IMAGE (a floppy, or a CD if it ends in .iso) in a machine whose NE2000 is on CARD, pci or
# isa, and whose TFTP server has the folder TFTP; DHCP names BOOTFILE. What comes out of COM1 is in
# SERIAL. It ends as soon as a line there has TEXT (demo: done): 0; or after BOCHS_TIMEOUT seconds
# (60), or when Bochs ends by itself: 1, with the last lines on standard output.
bochs_boot() {
  local image tftp serial text=${6:-demo: done} work pid status=0

  bochs_there || return 1
  image=$(realpath -e "$2") && tftp=$(realpath -e "$3") && serial=$(realpath "$5") || return 1
  work=$(mktemp -d "${BATS_TEST_TMPDIR:-/tmp}/bochs.XXXXXX") || return 1
  bochs_config "$1" "$image" "$tftp" "$4" "$serial" "$work" || { rm -r "$work"; return 1; }
  : > "$serial"

  # On SIGTERM the display hangs, so the limit is SIGKILL's. timeout makes a process group of its
  # own, led by itself.
  timeout -s KILL "${BOCHS_TIMEOUT:-60}" bochs -q -f "$work/bochsrc" -rc "$work/debugger" \
    < /dev/null > "$work/screen" 2>&1 3>&- &
  pid=$!
  # tail ends with Bochs, and when grep has seen enough.
  tail --pid="$pid" -s 0.1 -n +1 -f "$serial" 2> /dev/null | grep -a -q -m 1 -F -e "$text" || status=1

  kill -INT "$pid" 2> /dev/null || true
  timeout "${BOCHS_GRACE:-5}" tail --pid="$pid" -s 0.1 -f /dev/null ||
    kill -KILL -- "-$pid" 2> /dev/null || true
  wait "$pid" 2> /dev/null || true # Bochs' status says nothing
  if [ $status != 0 ]; then
    printf 'Bochs: "%s" did not come. COM1 ended with:\n' "$text"
    tail -n 20 "$serial"
    printf 'and its own log with:\n'
    grep -v 'i\[' "$work/log" 2> /dev/null | tail -n 10
  fi
  rm -r "$work"
  return $status
}
