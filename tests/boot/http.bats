# SPDX-License-Identifier: GPL-3.0-or-later
# UEFI HTTP boot: the tree, and the machine whose variables name the URL.
load ../common

setup() {
  setup_folder
  demo_recipe <<'YAML'
network: {server: 192.168.77.9, subnet: 192.168.77.0/24}
outputs: [http]
YAML
}

@test "the tree boots on x64 and ia32, by the server that the image came from, without PXE" {
  run -0 "$MKBOOT" test demo.yaml --via all --log logs
  [ "${#lines[@]}" = 2 ]
  for via in http-uefi64 http-uefi32; do
    log=logs/$via.log
    grep -qF 'command line: [one two]' "$log"
    grep -qF 'module 0: [] length 6' "$log"
    grep -qF "URI: http://192.168.77.9/demo/${via#http-}.efi" "$log"
    run ! grep -aqF 'Start PXE' "$log"
    # DHCP once, the firmware's
    run ! grep -aqF '[network] trying' "$log"
  done
}

@test "the files: the applications, and what they load, as in the TFTP tree" {
  sed -i 's/outputs:.*/outputs: [http, tftp]/' demo.yaml
  "$MKBOOT" build demo.yaml
  (cd out/demo/http && find . -type f | sort) | diff - <(printf './demo/%s\n' boot/hello.txt boot/k.elf uefi32.efi uefi64.efi)
  diff -r out/demo/http/demo/boot out/demo/tftp/demo/boot
  [ "$(jq -r '.artifacts[] | select(.kind == "http-nbp") | .boots_by[]' out/demo/manifest.json | sort | xargs)" = "http-uefi32 http-uefi64" ]
  (cd out/demo && sha256sum -c --quiet SHA256SUMS)
  # for one of them
  sed -i 's/outputs:.*/outputs: {http: {platforms: [uefi32]}}/' demo.yaml
  "$MKBOOT" build demo.yaml
  [ ! -e out/demo/http/demo/uefi64.efi ]
  sed -i 's/uefi32/bios/' demo.yaml
  run -3 "$MKBOOT" check demo.yaml
  assert_contains "$output" "demo.yaml:7:11: error: the tree for HTTP boot is not for BIOS"
}

@test "a folder of the recipe's own name on the server; a command line that can be repeated" {
  sed -i 's|subnet|path: boot/images, subnet|' demo.yaml
  "$MKBOOT" test demo.yaml --via http-uefi64 --log logs
  grep -qF 'URI: http://192.168.77.9/boot/images/uefi64.efi' logs/http-uefi64.log
  run -33 "$MKBOOT" run demo.yaml --no-build --via http-uefi64
  assert_contains "$output" "demo: done"
  line=$("$MKBOOT" run demo.yaml --no-build --via http-uefi64 --dry-run)
  run -33 timeout 100 sh -c "$line"
  assert_contains "$output" "demo: done"
}

@test "without the server's address: said at the output" {
  sed -i '/^network/d' demo.yaml
  run -3 "$MKBOOT" check demo.yaml
  assert_contains "$output" "demo.yaml:6:11:"
  assert_contains "$output" "'http' needs"
  assert_contains "$output" "server: 192.168.1.2"
}

@test "a card without a driver of the firmware's: said" {
  run -3 "$MKBOOT" test demo.yaml --via http-uefi64 --nic e1000
  assert_contains "$output" "no driver of its own for the card e1000"
}

@test "an entry that the ISO fetches by HTTP comes from this tree, too" {
  cat > r.yaml <<'YAML'
name: r
menu: {timeout: 0, entries: [{title: Far, kernel: k.elf, args: far, load: network}]}
network: {server: 192.168.77.9, subnet: 192.168.77.0/24, protocol: http, nic: rtl8139}
outputs: [iso, http]
test: {expect: "demo: done", exit: 33}
YAML
  "$MKBOOT" test r.yaml --via cd-bios --log logs
  grep -qF 'command line: [far]' logs/cd-bios.log
  sed -i 's/http, nic/tftp, nic/' r.yaml
  run -3 "$MKBOOT" check r.yaml
  assert_contains "$output" "add tftp to 'outputs'"
}

# What is broken must not pass.
fails() { # REASON
  run -1 "$MKBOOT" test demo.yaml --no-build --via http-uefi64
  echo "$output"
  assert_contains "${lines[0]}" "FAIL"
  assert_contains "$output" "$1"
}

@test "broken: an application that is cut off, a file that is not there, a wrong folder" {
  "$MKBOOT" build demo.yaml
  cp -a out whole
  truncate -s 200000 out/demo/http/demo/uefi64.efi
  fails 'failed to load Boot0000 "mkboot"'
  rm -rf out && cp -a whole out
  rm out/demo/http/demo/boot/hello.txt
  fails "file \`/demo/boot/hello.txt' not found"
  rm -rf out && cp -a whole out
  mv out/demo/http/demo/boot out/demo/http/boot
  fails "file \`/demo/boot/k.elf' not found"
  rm -rf out && cp -a whole out
  truncate -s 100 out/demo/http/demo/boot/k.elf
  fails "error: "
  # the web server has it in another folder than the one that the machine is told
  rm -rf out && cp -a whole out
  mv out/demo/http/demo out/demo/http/other
  run -5 "$MKBOOT" test demo.yaml --no-build --via http-uefi64
  assert_contains "$output" "out/demo/http/demo/uefi64.efi"
}
