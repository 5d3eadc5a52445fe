#!/bin/sh
# Boot "@recipe@" in QEMU. Written by mkboot. See: qemu.sh --help
@#left@
# QEMU has no card for the network drivers of @via@: it is not here.
@/left@
set -eu

usage() {
  cat <<'END'
usage: qemu.sh [VIA] @#has_network@[--tap IF] @/has_network@[--accel NAME] [-- QEMU ARGS]

Boot what mkboot wrote, in QEMU. The first serial port is on the terminal; Ctrl-C there ends it. The
exit status is QEMU's: the kernel's own, 2 * N + 1, where it writes N to port 0xf4 (isa-debug-exit).

VIA: one of (the first by default)
@#vias@
  @via@
@/vias@

@#has_network@
--tap IF      the network card is on the tap interface IF of this machine, where a DHCP and a TFTP
              server answer, instead of in QEMU's own network
@/has_network@
--accel NAME  kvm, hvf, whpx, tcg (the default, which works everywhere)
Behind --:    further options of QEMU's, as in: -- -display none -s -S

$QEMU is the program, qemu-system-x86_64 by default. For UEFI it takes OVMF, from the folder
$MKBOOT_OVMF or wherever distributions put it.
END
}

fail() { # STATUS MESSAGE
  printf 'qemu.sh: %s\n' "$2" >&2
  exit "$1"
}

via=@default_via@
@#has_network@
tap=
@/has_network@
accel=tcg
while [ $# -gt 0 ]; do
  case $1 in
  -h | --help)
    usage
    exit 0
    ;;
@#has_network@
  --tap)
    [ $# -ge 2 ] || fail 2 '--tap needs the name of an interface'
    tap=$2
    shift
    ;;
@/has_network@
  --accel)
    [ $# -ge 2 ] || fail 2 '--accel needs a name'
    accel=$2
    shift
    ;;
  --)
    shift
    break
    ;;
  -*) fail 2 "there is no option $1 (QEMU's come behind --); see: qemu.sh --help" ;;
  *) via=$1 ;;
  esac
  shift
done

qemu=${QEMU:-qemu-system-x86_64}
command -v "$qemu" >/dev/null || fail 4 "$qemu is missing; install it (Debian: qemu-system-x86)"

# In QEMU's options a comma ends a value; doubled, it is one.
commas() { printf '%s\n' "$1" | sed 's/,/,,/g'; }
folder=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
top=$(commas "$folder")
@#has_network@
tftp=$top/tftp
http=
@/has_network@
@#has_uefi@

# OVMF's code and variables, for x64 or ia32: the first of PLACES; of FOLDER, by the same names. There
# only a name that says so means ia32.
ovmf_in() { # PLACES PACKAGE FOLDER
  while read -r code vars; do
    [ -n "$vars" ] || continue
    if [ -n "$3" ]; then
      case $2:${code##*/} in
      ovmf-ia32:*32* | ovmf-ia32:*i386* | ovmf:*) ;;
      *) continue ;;
      esac
      code=$3/${code##*/} vars=$3/${vars##*/}
    fi
    if [ -r "$code" ] && [ -r "$vars" ]; then
      code=$(commas "$code") vars=$(commas "$vars")
      return 0
    fi
  done <<END
$1
END
  return 1
}
ovmf() { # PLACES PACKAGE TITLE
  if [ -n "${MKBOOT_OVMF:-}" ] && ovmf_in "$1" "$2" "$MKBOOT_OVMF"; then return; fi
  ovmf_in "$1" "$2" '' || fail 4 "OVMF for $3 is missing; install it (Debian: $2), or set MKBOOT_OVMF to its folder"
}
ovmf64='
@#ovmf64@
@code@ @vars@
@/ovmf64@
'
ovmf32='
@#ovmf32@
@code@ @vars@
@/ovmf32@
'
@/has_uefi@
@#has_network@

# QEMU's own network, which looks like the recipe's, or the tap interface.
network() { # VALUE
  net=$1
  if [ -n "$tap" ]; then
    net=tap,id=net,ifname=$(commas "$tap"),script=no,downscript=no
  fi
}
no_network() { # WHY
  [ -n "$tap" ] || fail 1 "QEMU's own network will not do: $1. Put the card on a tap interface: --tap IF"
}
@/has_network@
@#has_http@

# HTTP: mkboot itself is the web server, a process a connection.
web_server() { # ADDRESS
  [ -z "$tap" ] || return 0
  server=$(command -v mkboot) || fail 4 'this loads by HTTP, and mkboot is the web server: it must be in PATH'
  quoted() { printf '%s\n' "$1" | sed "s/'/'\\\\''/g; s/,/,,/g; s/^/'/; s/\$/'/"; }
  http=",guestfwd=tcp:$1:80-cmd:$(quoted "$server") test --guest-http $(quoted "$folder/tftp/@recipe@") @folder@"
}
@/has_http@
@#moved@

# The recipe has the server's files in the folder @folder@.
move() {
  moved=$(mktemp -d)
  trap 'rm -rf "$moved"' EXIT
  mkdir -p "$moved"/@moved_above@
  ln -s "$folder"/tftp/@recipe@ "$moved"/@folder@
  tftp=$(commas "$moved")
}
@/moved@

# A display where there is one to show it on.
[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname)" = Darwin ] || set -- -display none "$@@"
set -- -serial stdio "$@@"

case $via in
@#vias@
@via@)
@#uefi64@
  ovmf "$ovmf64" ovmf 'UEFI x64'
@/uefi64@
@#uefi32@
  ovmf "$ovmf32" ovmf-ia32 'UEFI ia32'
@/uefi32@
@#networked@
@#moved@
  move
@/moved@
@#http@
  web_server @http_address@
@/http@
@#own_net@
  network @netdev@
@/own_net@
@^own_net@
  no_network @why_not@
  network ''
@/own_net@
@/networked@
  set -- \
@#lines@
    @line@ \
@/lines@
    "$@@"
  ;;
@/vias@
*) fail 2 "there is no way to boot $via; see: qemu.sh --help" ;;
esac

@^moved@
exec "$qemu" "$@@"
@/moved@
@#moved@
# Something has to be removed afterwards: QEMU is ended when this is.
exec 3<&0
"$qemu" "$@@" <&3 3<&- &
pid=$!
exec 3<&-
trap 'kill "$pid" 2>/dev/null || :' HUP INT TERM
while :; do
  status=0
  wait "$pid" || status=$?
  kill -0 "$pid" 2>/dev/null || exit "$status"
done
@/moved@
