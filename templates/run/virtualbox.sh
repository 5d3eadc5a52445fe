#!/bin/sh
# Boot "@recipe@" in VirtualBox 7. Written by mkboot. See: virtualbox.sh --help
@#left@
# VirtualBox has no card for the network drivers of @via@: it is not here.
@/left@
set -eu

usage() {
  cat <<'END'
usage: virtualbox.sh [VIA] [--bridge IF] [--serial FILE] [--headless]
       virtualbox.sh --remove

Make a machine in VirtualBox that boots what mkboot wrote, in the place of the one made before, and
start it.

VIA: one of (the first by default)
@#ways@
  @via@
@/ways@

--bridge IF    the card is on the real network behind this machine's interface IF, where a DHCP and a
               TFTP server answer, instead of in VirtualBox's NAT, which has a TFTP server of its own
--serial FILE  what the kernel writes on its first serial port
--headless     no window
--remove       only remove the machine
END
}

fail() { # STATUS MESSAGE
  printf 'virtualbox.sh: %s\n' "$2" >&2
  exit "$1"
}

@#first@
via=@via@
@/first@
bridge=
serial=
type=gui
remove=
while [ $# -gt 0 ]; do
  case $1 in
  -h | --help)
    usage
    exit 0
    ;;
  --bridge | --serial)
    [ $# -ge 2 ] || fail 2 "$1 needs a value"
    if [ "$1" = --bridge ]; then bridge=$2; else serial=$2; fi
    shift
    ;;
  --headless) type=headless ;;
  --remove) remove=yes ;;
  -*) fail 2 "there is no option $1; see: virtualbox.sh --help" ;;
  *) via=$1 ;;
  esac
  shift
done

command -v VBoxManage >/dev/null || fail 4 'VBoxManage is missing; install VirtualBox'
top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
vm=mkboot-@recipe@

firmware=bios
boot=
medium=
@#has_nic@
nbp=
@/has_nic@
pinned=
case $via in
@#ways@
@via@)
@#efi@
  firmware=efi64
@/efi@
@#dvd@
  boot=dvd medium=$top/@file@
@/dvd@
@#floppy@
  boot=floppy medium=$top/@file@
@/floppy@
@#net@
  boot=net nbp=@nbp@
@/net@
@#loads@
@#pinned@
  pinned=yes
@/pinned@
@/loads@
  ;;
@/ways@
*) fail 2 "there is no way to boot $via; see: virtualbox.sh --help" ;;
esac
if [ -n "$pinned" ] && [ -z "$bridge" ] && [ -z "$remove" ]; then
  fail 1 "$via loads from the recipe's own server and folder, which are in the image, and VirtualBox's NAT has others: use --bridge IF"
fi

# The machine made before. Its media are taken out first, so that nothing of them is removed with it.
if VBoxManage showvminfo "$vm" --machinereadable >/dev/null 2>&1; then
  VBoxManage storagectl "$vm" --name=IDE --remove
  VBoxManage storagectl "$vm" --name=Floppy --remove
  VBoxManage unregistervm "$vm" --delete
fi
[ -z "$remove" ] || exit 0

# From 7.1 on VirtualBox wants to know the processor's kind, and before it did not know the option.
case $(VBoxManage --version) in
[0-6].* | 7.0.*) VBoxManage createvm --name="$vm" --ostype=Other_64 --register ;;
*) VBoxManage createvm --name="$vm" --platform-architecture=x86 --ostype=Other_64 --register ;;
esac
VBoxManage modifyvm "$vm" --memory=@memory@ --cpus=@cpus@ --firmware="$firmware" --ioapic=on \
  --boot1="$boot" --boot2=none --boot3=none --boot4=none --uart1 0x3F8 4
if [ -n "$serial" ]; then
  case $serial in /*) ;; *) serial=$PWD/$serial ;; esac
  VBoxManage modifyvm "$vm" --uart-mode1 file "$serial"
fi
VBoxManage storagectl "$vm" --name=IDE --add=ide --controller=PIIX4
VBoxManage storagectl "$vm" --name=Floppy --add=floppy --controller=I82078
case $boot in
dvd) VBoxManage storageattach "$vm" --storagectl=IDE --port=0 --device=0 --type=dvddrive --medium="$medium" ;;
floppy) VBoxManage storageattach "$vm" --storagectl=Floppy --port=0 --device=0 --type=fdd --medium="$medium" ;;
esac
@#has_nic@

@#nic_driven@
# The card is one that GRUB has a driver for in the image.
@/nic_driven@
@^nic_driven@
# The card is for its PXE ROM: GRUB has no driver for a card of VirtualBox's in the image.
@/nic_driven@
VBoxManage modifyvm "$vm" --nic-type1=@nic@ --cable-connected1=on
if [ -n "$bridge" ]; then
  VBoxManage modifyvm "$vm" --nic1=bridged --bridge-adapter1="$bridge"
else
  VBoxManage modifyvm "$vm" --nic1=nat --nat-tftp-prefix1="$top/tftp"
  [ -z "$nbp" ] || VBoxManage modifyvm "$vm" --nat-tftp-file1="$nbp"
  # Newer versions have the TFTP server off, and at the gateway's address; older ones, in which it
  # is always on and at 10.0.2.4, do not know the option.
  if VBoxManage modifyvm "$vm" --nat-enable-tftp1=on 2>/dev/null; then
    VBoxManage modifyvm "$vm" --nat-tftp-server1=10.0.2.2
  fi
fi
@/has_nic@
@^has_nic@

# No network: the recipe has none, or GRUB has no driver for a card of VirtualBox's in the image.
VBoxManage modifyvm "$vm" --nic1=none
@/has_nic@

VBoxManage startvm "$vm" --type="$type"
