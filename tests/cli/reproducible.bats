# SPDX-License-Identifier: GPL-3.0-or-later
load ../common

setup() { setup_folder; }

@test "two builds in different folders, at different times, by different people: the same bytes" {
  for n in 1 2; do
    mkdir -p "folder-$n"
    (
      cd "folder-$n"
      demo_recipe <<'YAML'
network: {server: 192.168.77.1, subnet: 192.168.77.0/24}
YAML
      # other inodes, other times of the files
      [ $n = 1 ] || { cp hello.txt x; mv x hello.txt; touch -d '2001-02-03' k.elf; }
    )
  done
  (cd folder-1 && TZ=UTC LC_ALL=C MKBOOT_CACHE=$dir/c1 "$MKBOOT" build demo.yaml)
  sleep 2.1 # FAT times have two seconds
  (umask 077 && TZ=Asia/Tokyo LC_ALL=C.UTF-8 MKBOOT_CACHE=$dir/c2 "$MKBOOT" build folder-2/demo.yaml -o other)
  diff -r folder-1/out/demo other/demo
}

@test "without SOURCE_DATE_EPOCH, the newest input's time is the only one" {
  unset SOURCE_DATE_EPOCH
  demo_recipe </dev/null
  touch -d '2020-01-01T00:00:00Z' k.elf demo.yaml
  touch -d '2021-01-01T00:00:00Z' hello.txt
  "$MKBOOT" build demo.yaml
  [ "$(jq .source_date_epoch out/demo/manifest.json)" = "$(date -d 2021-01-01T00:00:00Z +%s)" ]
  cp -r out/demo first
  sleep 1.1
  "$MKBOOT" build demo.yaml
  diff -r first out/demo
}

@test "a warm cache and a cold one, no cache and a broken one: the same bytes" {
  demo_recipe </dev/null
  MKBOOT_CACHE=$dir/cache "$MKBOOT" build demo.yaml -o cold
  MKBOOT_CACHE=$dir/cache "$MKBOOT" build demo.yaml -o warm
  MKBOOT_CACHE=/proc/none "$MKBOOT" build demo.yaml -o none
  find cache -type f -exec sh -c 'head -c 100 "$1" > x && cat x > "$1"' _ {} \;
  MKBOOT_CACHE=$dir/cache "$MKBOOT" build demo.yaml -o broken
  diff -r cold warm
  diff -r cold none
  diff -r cold broken
}

@test "a warm cache does not remember what no longer holds" {
  cp "$demo_elf" k.elf
  cp "$root/recipes/demo/hello.txt" data
  printf 'menu: {entries: [{title: D, kernel: k.elf, modules: [data]}]}\noutputs: [iso, tftp]\n' > r.yaml
  MKBOOT_CACHE=$dir/cache "$MKBOOT" build r.yaml -o first
  gzip -n data && mv data.gz data # GRUB needs gzio now, and the menu is the same
  MKBOOT_CACHE=$dir/cache "$MKBOOT" build r.yaml -o warm
  MKBOOT_CACHE=$dir/empty "$MKBOOT" build r.yaml -o cold
  diff -r warm cold
}

@test "--only iso gives the ISO that the whole build gives" {
  head -c 510 /dev/zero > s.bin
  printf '\125\252' >> s.bin
  cp "$demo_elf" k.elf
  cat > r.yaml <<'YAML'
menu: {entries: [{title: S, kernel: s.bin}, {title: K, kernel: k.elf}]}
outputs: [{iso: {platforms: [bios]}}, {tftp: {platforms: [bios, uefi64]}}]
YAML
  "$MKBOOT" build r.yaml -o all
  "$MKBOOT" build r.yaml -o some --only iso
  cmp all/r/r.iso some/r/r.iso
}
