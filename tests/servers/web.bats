#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# UEFI HTTP boot with real servers: nginx and lighttpd with the configuration that mkboot writes, and
# dnsmasq's DHCP. Needs root (network namespaces, a tap device), nginx, lighttpd, dnsmasq, curl,
# qemu-system-x86 and ovmf.

load net
load machines
bats_require_minimum_version 1.5.0

setup_file() {
  PATH=$PATH:/usr/sbin:/sbin
  cd "$BATS_FILE_TMPDIR" || return 1
  write_recipe wire.yaml
  sed -i 's/outputs:.*/outputs: [http, dhcp]/' wire.yaml
  echo 'test: {expect: "demo: done", exit: 33, memory: 128}' >>wire.yaml
  "$MKBOOT" build wire.yaml
}

setup() {
  need ip unshare dnsmasq curl qemu-system-x86_64
  TREE=$BATS_FILE_TMPDIR/out/wire/http
  CONF=$BATS_FILE_TMPDIR/out/wire/dhcp
  net_up
}

teardown() {
  net_down
}

# in_web CONFIG PROGRAM...: with CONFIG and TREE where CONFIG's comment says that they belong, in
# folders that only the program sees.
in_web() {
  unshare -m sh -c '
    mount --make-rprivate / && mount -t tmpfs none /srv && cp -rT "$1" /srv/http &&
    chmod 755 /srv /srv/http && mount -t tmpfs none /run &&
    case $2 in
    *nginx.conf)
      mount -t tmpfs none /var/log/nginx && mount -t tmpfs none /etc/nginx/conf.d &&
      cp "$2" /etc/nginx/conf.d/mkboot.conf ;;
    *) mount -t tmpfs none /etc/lighttpd && cp "$2" /etc/lighttpd/lighttpd.conf ;;
    esac && shift 2 && exec "$@"' in_web "$TREE" "$@"
}
export -f in_web

# Debian's own main configuration, with its default site on port 80.
nginx_start() { # CONFIG
  server_start "start worker processes" bash -c 'TREE=$1; shift; in_web "$@"' web "$TREE" "$1" \
    nginx -g 'daemon off; error_log stderr notice;'
}

lighttpd_start() { # CONFIG
  server_start "server started" bash -c 'TREE=$1; shift; in_web "$@"' web "$TREE" "$1" \
    lighttpd -D -f /etc/lighttpd/lighttpd.conf
}

checks() { # CONFIG PROGRAM...
  TREE=$TREE run -0 ip netns exec "$SERVER_NS" bash -c 'in_web "$@"' web "$@"
}

get() { ip netns exec "$SERVER_NS" curl -sS -m 20 --path-as-is "$@"; }

@test "nginx -t and lighttpd -tt, as the files say, on what was written and on the golden files" {
  need nginx lighttpd
  export TREE
  n=0
  for file in "$CONF/nginx.conf" "$ROOT"/tests/golden/dhcp/*-nginx.conf; do
    checks "$file" nginx -t
    n=$((n + 1))
  done
  for file in "$CONF/lighttpd.conf" "$ROOT"/tests/golden/dhcp/*-lighttpd.conf; do
    checks "$file" lighttpd -tt -f /etc/lighttpd/lighttpd.conf
    n=$((n + 1))
  done
  [ $n -ge 6 ]
  # they would have said so
  sed 's/root /rot /' "$CONF/nginx.conf" >"$BATS_TEST_TMPDIR/nginx.conf"
  run ! ip netns exec "$SERVER_NS" bash -c 'in_web "$@"' web "$BATS_TEST_TMPDIR/nginx.conf" nginx -t
  sed '$d' "$CONF/lighttpd.conf" >"$BATS_TEST_TMPDIR/lighttpd.conf"
  run ! ip netns exec "$SERVER_NS" bash -c 'in_web "$@"' web "$BATS_TEST_TMPDIR/lighttpd.conf" \
    lighttpd -tt -f /etc/lighttpd/lighttpd.conf
}

# Every file whole, its length, a part; nothing else, and nothing written.
serves() {
  local url=http://192.168.77.9 file size method status
  (cd "$TREE" && find . -type f) | sed 's|^\./||' >files
  [ -s files ]
  while read -r file; do
    get -f -D head -H 'Accept-Encoding: gzip' "$url/$file" -o got
    cmp got "$TREE/$file"
    size=$(stat -c %s "$TREE/$file")
    grep -qix $'content-length: '"$size"$'\r' head
    run ! grep -qi -e transfer-encoding -e content-encoding head
    get -f -I "$url/$file" >head
    grep -qix $'content-length: '"$size"$'\r' head
    case $file in
    *.efi) grep -qix $'content-type: application/efi\r' head ;;
    *) grep -qix $'content-type: application/octet-stream\r' head ;;
    esac
    get -f -r 1000-1999 "$url/$file" -o got
    cmp got <(tail -c +1001 "$TREE/$file" | head -c 1000)
  done <files
  for method in PUT POST DELETE; do
    status=$(get -X $method --data-binary x -o got -w '%{http_code}' "$url/wire/uefi64.efi")
    echo "$method: $status"
    [ "$status" = 403 ] || [ "$status" = 405 ]
    cmp <(get "$url/wire/uefi64.efi") "$TREE/wire/uefi64.efi"
    status=$(get -X $method --data-binary x -o got -w '%{http_code}' "$url/wire/new")
    [ "$status" = 403 ] || [ "$status" = 405 ]
  done
  for file in /../../etc/passwd /wire/../../../etc/passwd /%2e%2e/%2e%2e/etc/passwd \
    /wire/..%2f..%2f..%2fetc/passwd /wire/no /wire/ /; do
    status=$(get -o got -w '%{http_code}' "$url$file")
    echo "$file: $status"
    [ "$status" = 400 ] || [ "$status" = 403 ] || [ "$status" = 404 ]
    run ! grep -q root: got
  done
}

@test "nginx serves the tree, whole and in part, and takes nothing" {
  need nginx
  cd "$BATS_TEST_TMPDIR"
  nginx_start "$CONF/nginx.conf"
  serves
}

@test "lighttpd serves the tree, whole and in part, and takes nothing" {
  need lighttpd
  cd "$BATS_TEST_TMPDIR"
  lighttpd_start "$CONF/lighttpd.conf"
  serves
}

# boots VIA: the firmware asks dnsmasq, which tells it the URL.
boots() {
  [ -c /dev/net/tun ] || skip "no /dev/net/tun"
  ip -n "$SERVER_NS" tuntap add dev tap0 mode tap
  ip -n "$SERVER_NS" link set tap0 master br0
  ip -n "$SERVER_NS" link set tap0 up
  dnsmasq_start "${2:-$CONF/dnsmasq.conf}"
  cd "$BATS_FILE_TMPDIR"
  run ip netns exec "$SERVER_NS" timeout 90 "$MKBOOT" run wire.yaml --no-build --via "$1" --tap tap0 \
    </dev/null 3>&-
  echo "$output"
  [[ $output == *"URI: http://"*"/${1#http-}.efi"* ]]
  [[ $output != *"Start PXE"* ]]
}

@test "OVMF boots by HTTP from nginx: DHCP by dnsmasq, no PXE" {
  need nginx
  nginx_start "$CONF/nginx.conf"
  boots http-uefi64
  [ "$status" = 33 ]
  [[ $output == *"URI: http://192.168.77.9/wire/uefi64.efi"* ]]
  # with the DNS server that DHCP names: by stock GRUB's DHCP, and from the recipe's server
  [[ $output == *"[network] trying efinet0"* ]]
  [[ $output == *"command line: [wire]"* ]]
}

@test "OVMF for ia32 boots by HTTP from lighttpd: DHCP by dnsmasq, no PXE" {
  need lighttpd
  lighttpd_start "$CONF/lighttpd.conf"
  boots http-uefi32
  [ "$status" = 33 ]
  [[ $output == *"URI: http://192.168.77.9/wire/uefi32.efi"* ]]
  [[ $output == *"command line: [wire]"* ]]
}

@test "GRUB loads from the server and folder that it came from, not from the recipe's" {
  need nginx
  mkdir -p "$BATS_TEST_TMPDIR/http/moved"
  cp -a "$TREE/wire" "$BATS_TEST_TMPDIR/http/moved/here"
  TREE=$BATS_TEST_TMPDIR/http
  sed 's/192\.168\.77\.9/192.168.77.1/' "$CONF/nginx.conf" >"$BATS_TEST_TMPDIR/nginx.conf"
  # no DNS server: GRUB does not understand EDK2's device path with one in it
  sed 's|http://192\.168\.77\.9/wire/|http://192.168.77.1/moved/here/|; /dns-server/d' \
    "$CONF/dnsmasq.conf" >"$BATS_TEST_TMPDIR/dnsmasq.conf"
  nginx_start "$BATS_TEST_TMPDIR/nginx.conf"
  boots http-uefi64 "$BATS_TEST_TMPDIR/dnsmasq.conf"
  [ "$status" = 33 ]
  [[ $output == *"URI: http://192.168.77.1/moved/here/uefi64.efi"* ]]
  [[ $output != *"[network] trying"* ]]
  [[ $output == *"command line: [wire]"* ]]
}

@test "a file that is not on the server: nginx's page is not taken for it" {
  need nginx
  cp -a "$TREE" "$BATS_TEST_TMPDIR/http"
  TREE=$BATS_TEST_TMPDIR/http
  rm "$TREE"/wire/boot/demo.elf
  nginx_start "$CONF/nginx.conf"
  machines_up
  dnsmasq_start "$CONF/dnsmasq.conf"
  status=0
  EXPECT="command line: [wire]" boot_http || status=$?
  [ "$status" = 1 ]
  [[ $gave_up == *"the server has no such file"* ]]
}
