# SPDX-License-Identifier: GPL-3.0-or-later
# All of GRUB built from Debian's source package; kept in out/toolchain-cache from run to run, so
# that only the first takes its two minutes.
load ../common
load ../toolchain

bats_require_minimum_version 1.5.0

setup() {
  setup_folder
  export MKBOOT_CACHE=$kept
}

@test "GRUB of Debian's source boots through a network driver of mkboot's" {
  run -0 --separate-stderr "$MKBOOT" toolchain build --json
  echo "$stderr"
  modules=$(jq -r .modules <<<"$output") mkimage=$(jq -r .mkimage <<<"$output")
  version=$(jq -r .version <<<"$output")
  [ "$version" = "$(sed -n 's/^grub_package_version="\(.*\)"/\1/p' /usr/lib/grub/i386-pc/modinfo.sh)" ]
  [ "$mkimage" != "$(command -v grub-mkimage)" ]
  run -0 "$mkimage" --version
  assert_contains "$output" "$version"
  # every module that the distribution's build has (915resolution is of grub-extras)
  diff <(cd /usr/lib/grub/i386-pc && ls -- *.mod | grep -v -e '^efiemu' -e '^915resolution') \
    <(cd "$modules" && ls -- *.mod |
      grep -vxFf <(cd "$root/drivers" && ls -- *.c | sed 's/\.c$/.mod/'; printf '%s.mod\n' wire dhcp) |
      grep -v '^efiemu')
  boots_diskless "$modules" "$mkimage" rtl8139 rtl8139
}

@test "it is there now: nothing is started, and nothing fetched" {
  no_network
  ASAN_OPTIONS=detect_leaks=0 run -0 --separate-stderr strace -f -o trace \
    -e trace=execve,fork,vfork,clone,clone3 "$MKBOOT" toolchain build
  [ -z "$stderr" ]
  [ "$(grep -c execve trace)" = 1 ]
  run -1 grep -E 'fork|clone' trace
}

@test "a recipe that has it so: grub: debian" {
  demo_recipe <<'YAML'
network: {nic: [e1000, rtl8139]}
grub: debian
outputs: [diskless-floppy, diskless-cd, tftp]
YAML
  "$MKBOOT" test demo.yaml --via diskless-floppy,diskless-cd --nic rtl8139,e1000
  grep -q '^GRUB 2.06' <("$MKBOOT" toolchain build)
}
