# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for mkboot(1)

_mkboot() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]}
  local vias="all cd-bios cd-uefi64 cd-uefi32 usb-bios usb-uefi64 usb-uefi32 floppy pxe-bios
    pxe-uefi64 pxe-uefi32" words=
  COMPREPLY=()
  if [ "$COMP_CWORD" = 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "build check test dhcp --help --version" -- "$cur")
    return
  fi
  case $prev in
  --for) words="dnsmasq isc dual-server" ;;
  --only) words="iso floppy tftp dhcp" ;;
  --via) words=$vias ;;
  -o | --output | --log)
    mapfile -t COMPREPLY < <(compgen -d -- "$cur")
    return ;;
  *)
    case $cur in
    -*)
      case $verb in
      build) words="--output --only --json --help" ;;
      check) words="--json --help" ;;
      test) words="--via --expect --exit --timeout --output --no-build --log --json --help" ;;
      dhcp) words="--for --server --help" ;;
      esac ;;
    *)
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return ;;
    esac ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o filenames -F _mkboot mkboot
