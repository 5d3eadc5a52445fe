# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for mkboot(1)

# From the mkboot at hand, which knows its drivers: their names, and QEMU's models of their cards.
_mkboot_drivers() {
  "${COMP_WORDS[0]}" nics 2> /dev/null | sed -n 's/^\([a-z0-9_]*\): .*/\1/p'
}
_mkboot_models() {
  "${COMP_WORDS[0]}" nics 2> /dev/null | sed -n 's/.*QEMU: //p' | tr -d ',' | tr ' ' '\n'
}
# And the servers that it writes configuration for.
_mkboot_servers() {
  "${COMP_WORDS[0]}" dhcp --list 2> /dev/null | sed -n 's/^  \([a-z0-9-]*\) .*/\1/p'
}

_mkboot() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]}
  local vias="all cd-bios cd-uefi64 cd-uefi32 usb-bios usb-uefi64 usb-uefi32 floppy diskless-cd
    diskless-floppy pxe-bios pxe-uefi64 pxe-uefi32" words=
  COMPREPLY=()
  if [ "$COMP_CWORD" = 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "build check run test dhcp nics toolchain --help --version" -- "$cur")
    return
  fi
  case $prev in
  --for) words=$(_mkboot_servers) ;;
  --only) words="iso floppy diskless-cd diskless-floppy tftp dhcp run" ;;
  --via) words=$vias ;;
  --nic) words="all $(_mkboot_models) virtio-net-pci-legacy virtio-net-pci-modern" ;;
  --source)
    mapfile -t COMPREPLY < <(compgen -W debian -- "$cur"; compgen -f -- "$cur")
    return ;;
  --vm) words="qemu bochs" ;;
  --accel) words="tcg kvm auto" ;;
  --entry) [ "$verb" = run ] || words="all" ;;
  --junit | --debugcon)
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    return ;;
  --sha256 | --expect | --reject | --exit | --timeout | --silence | --memory | --cpus | -j | --jobs | --tap | \
    --args | --server) return ;;
  -o | --output | --log | --report)
    mapfile -t COMPREPLY < <(compgen -d -- "$cur")
    return ;;
  *)
    case $verb:$cur in
    build:-*) words="--output --only --json --help" ;;
    check:-*) words="--json --help" ;;
    test:-*) words="--via --nic --entry --output --no-build --vm --accel --jobs --expect --reject --exit
      --timeout --silence --memory --cpus --json --junit --report --log --help" ;;
    run:-*) words="--via --entry --args --nic --tap --window --memory --cpus --accel --gdb --debugcon --dry-run --output
      --no-build --help" ;;
    dhcp:-*) words="--for --server --list --help" ;;
    nics:-*) words="--detect --json --help" ;;
    nics:*) words="$(_mkboot_drivers) $(_mkboot_models)" ;;
    toolchain:-*)
      case ${COMP_WORDS[2]} in
      list) words="--json --help" ;;
      build) words="--source --sha256 --drivers --json --help" ;;
      fetch) words="--source --sha256 --help" ;;
      *) words="--help" ;;
      esac ;;
    toolchain:*) [ "$COMP_CWORD" != 2 ] || words="list build clean fetch" ;;
    *:-*) ;;
    *)
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return ;;
    esac ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur" | sort -u)
}
complete -o filenames -F _mkboot mkboot
