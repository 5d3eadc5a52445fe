# SPDX-License-Identifier: GPL-3.0-or-later
load ../common

setup() { setup_folder; }

@test "a 64 MiB module arrives whole, and 2 GiB ones take no memory to pack" {
  cp "$demo_elf" k.elf
  head -c 67108877 /dev/urandom > big.mod
  cat > r.yaml <<'YAML'
menu: {entries: [{title: Big, kernel: k.elf, modules: [{file: big.mod, raw: true}]}]}
outputs: [iso, tftp]
test: {expect: "demo: done", exit: 33, memory: 256}
YAML
  crc=$(python3 -c 'import zlib; print("%08x" % zlib.crc32(open("big.mod", "rb").read()))')
  "$MKBOOT" test r.yaml --via cd-bios,usb-bios,cd-uefi64,pxe-bios --log logs
  for via in cd-bios usb-bios cd-uefi64 pxe-bios; do
    tr -d '\r' < logs/$via.log | grep -qxF "module 0: [] length 67108877 crc32 $crc"
  done
  rm -r out big.mod
  yes 'two gibibytes of real data' | head -c 2G > big.mod
  sed -i 's/outputs:.*/outputs: [iso]/' r.yaml
  kb=$(python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$MKBOOT" build r.yaml -o large 2>/dev/null | tail -1)
  echo "peak: $kb KiB"
  [ "$kb" -lt 65536 ]
}
