# SPDX-License-Identifier: GPL-3.0-or-later
# UEFI's Secure Boot: off where nobody asked for it; on, the firmware refuses mkboot's images, which
# are not signed, and the test says that it is for that.
load ../common

setup_file() {
  export dir=$BATS_FILE_TMPDIR
  cd "$dir" || return 1
  demo_recipe <<'YAML'
outputs: [iso, tftp]
YAML
  "$MKBOOT" build demo.yaml
  # a folder with nothing but keys enrolled
  mkdir keys
  ln -s /usr/share/OVMF/OVMF_CODE_4M.ms.fd /usr/share/OVMF/OVMF_VARS_4M.ms.fd keys/
}

setup() { cd "$dir" || return 1; }

@test "without keys: off, and it boots" {
  run -0 "$MKBOOT" test demo.yaml --no-build --via cd-uefi64 --json
  [ "$(jq -r .ok <<< "$output")" = true ]
  # Debian's variable store has no keys: setup mode (UEFI 2.10 §32.3)
  [ "$(jq -r .secure_boot <<< "$output")" = setup ]
}

@test "with keys: refused, for that reason, long before the timeout" {
  for via in cd-uefi64 usb-uefi64 pxe-uefi64; do
    start=$SECONDS
    MKBOOT_OVMF=$dir/keys run -1 "$MKBOOT" test demo.yaml --no-build --via $via --json
    echo "$output"
    [ $((SECONDS - start)) -le 30 ]
    reason=$(jq -r .reason <<< "$output")
    assert_contains "$reason" "Secure Boot is on, and mkboot's images are not signed"
    assert_contains "$reason" "Access Denied"
    [ "$(jq -r .secure_boot <<< "$output")" = on ]
  done
}

@test "Debian's usual firmware checks signatures, too, whatever its descriptor says" {
  mkdir -p plain
  ln -sf /usr/share/OVMF/OVMF_CODE_4M.fd plain/OVMF_CODE_4M.ms.fd
  ln -sf /usr/share/OVMF/OVMF_VARS_4M.ms.fd plain/
  MKBOOT_OVMF=$dir/plain run -1 "$MKBOOT" test demo.yaml --no-build --via cd-uefi64 --json
  assert_contains "$(jq -r .reason <<< "$output")" "Secure Boot is on"
}

@test "the folder's own firmware without keys comes first" {
  mkdir -p both
  ln -sf /usr/share/OVMF/OVMF_{CODE,VARS}_4M{,.ms}.fd both/
  MKBOOT_OVMF=$dir/both run -0 "$MKBOOT" test demo.yaml --no-build --via cd-uefi64
}
