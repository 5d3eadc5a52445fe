# SPDX-License-Identifier: GPL-3.0-or-later
# Whatever way it ends, no QEMU, no temporary folder and no lock stays.
load ../common

@test "killed at 20 random moments of build and boots: nothing is left, what is published is whole" {
  setup_folder
  mkdir work
  cd work
  demo_recipe <<'YAML'
network: {nic: rtl8139, path: boot/elsewhere}
outputs: [iso, floppy, diskless-floppy, tftp]
YAML
  # the driver is compiled for the cache that all tests share, not for this one
  "$MKBOOT" build demo.yaml -o "$dir/before" --only diskless-floppy
  mkdir "$dir/cache"
  cp -al "$MKBOOT_CACHE/toolchain" "$dir/cache/"
  cd "$dir" # what has its working folder in work/ is mkboot or has been started by it
  options=()
  if "$MKBOOT" test --help | grep -q -e ' -j'; then options=(-j 2); fi
  python3 "$BATS_TEST_DIRNAME/leftovers.py" "$dir" "${MKBOOT_TEST_SEED:-$RANDOM}" \
    "$MKBOOT" test "$dir/work/demo.yaml" -o "$dir/out" --via cd-bios,floppy,diskless-floppy \
    "${options[@]}"
}
