# SPDX-License-Identifier: GPL-3.0-or-later
# An OpenWrt router that can be run here: `uci` is openwrt_uci.py, /etc/config is a folder of the
# test's, and dnsmasq's init script notes that it was called.

UCI=$BATS_TEST_DIRNAME/openwrt_uci.py

# openwrt_up: with a section of its own, which must stay as it is.
openwrt_up() {
  ROUTER=$BATS_TEST_TMPDIR/router
  mkdir -p "$ROUTER/bin"
  printf "\nconfig dhcp 'lan'\n\toption interface 'lan'\n\toption start '100'\n" >"$ROUTER/dhcp"
  printf '#!/bin/sh\nexec python3 "%s" uci "%s/dhcp" "$@"\n' "$UCI" "$ROUTER" >"$ROUTER/bin/uci"
  printf '#!/bin/sh\necho "$1" >>"%s/restarts"\n' "$ROUTER" >"$ROUTER/bin/dnsmasq-init"
  chmod +x "$ROUTER"/bin/*
}

# openwrt_run SCRIPT: 0 where uci had nothing against it, and dnsmasq was restarted behind it all.
openwrt_run() {
  rm -f "$ROUTER/restarts" "$ROUTER/dhcp.mistakes"
  [ "$(grep -c '^/etc/init\.d/dnsmasq restart$' "$1")" = 1 ] || return 1
  sed "s#^/etc/init\.d/dnsmasq restart\$#'$ROUTER/bin/dnsmasq-init' restart#" "$1" >"$ROUTER/run.sh"
  PATH=$ROUTER/bin:$PATH sh "$ROUTER/run.sh" || return 1
  [ "$(cat "$ROUTER/restarts")" = restart ] || return 1
  [ ! -e "$ROUTER/dhcp.mistakes" ] && [ ! -e "$ROUTER/dhcp.pending" ]
}

# What mkboot added to the router's own configuration.
openwrt_added() {
  sed -n "/^config [a-z]* 'mkboot_/,\$p" "$ROUTER/dhcp"
}
