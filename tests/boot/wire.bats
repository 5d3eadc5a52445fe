# SPDX-License-Identifier: GPL-3.0-or-later
# What the network protocols have in common (protocols/wire/), as it shows: a server that is not
# there, and how far a file has come.
load ../common

setup() {
  setup_folder
}

@test "a server that is not there is said so in seconds, with its address" {
  demo_recipe <<'YAML'
network: {nic: virtio_net, server: 10.0.2.99, subnet: 10.0.2.0/24}
outputs: [diskless-floppy, tftp]
YAML
  sed -i 's/^menu:/menu:\n  serial: true/' demo.yaml
  "$MKBOOT" build demo.yaml
  # the imitated network has a server at another address by now
  sed -i 's/10.0.2.99/10.0.2.2/' demo.yaml
  # GRUB's own ARP takes 31
  run timeout 60 "$MKBOOT" test demo.yaml --no-build --via diskless-floppy --timeout 25 \
    --expect 10.0.2.99
  [ "$status" = 1 ]
  # who shows the server's address is not the kernel, whatever the test expects
  assert_contains "$output" "GRUB could not start the entry"
  assert_contains "$output" "no answer from 10.0.2.99: it is off, or on another network"
}

@test "how far a file has come: a line on the serial port that proves nothing and is gone at the end" {
  demo_recipe <<'YAML'
network: {nic: virtio_net}
outputs: [diskless-floppy, tftp]
YAML
  truncate -s 128M big.bin
  sed -i 's/^menu:/menu:\n  serial: true/; s/hello.txt/big.bin/' demo.yaml
  "$MKBOOT" build demo.yaml
  timeout 100 "$MKBOOT" test demo.yaml --no-build --via diskless-floppy --log log --memory 512 \
    --expect '/^mkboot demo kernel/'
  tr '\r' '\n' < log/diskless-floppy.log > lines
  grep -qE '^\[network\] loading \[=*>? *\] [0-9]+ of 128 MiB, [0-9]+\.[0-9] MiB/s *$' lines
  grep -qx '  *' lines
  run timeout 100 "$MKBOOT" test demo.yaml --no-build --via diskless-floppy --memory 512 \
    --expect 'of 128 MiB'
  [ "$status" = 1 ]
  assert_contains "$output" "it came from firmware or GRUB only"
}
