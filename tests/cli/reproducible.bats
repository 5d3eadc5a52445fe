# SPDX-License-Identifier: GPL-3.0-or-later
load ../common
load ../toolchain

setup_file() {
  MKBOOT_CACHE=$kept "$MKBOOT" toolchain fetch
}

setup() { setup_folder; }

# A cache that has GRUB's source, and nothing else.
new_cache() {
  mkdir -p "$1/toolchain"
  cp -al "$kept/toolchain/sources" "$1/toolchain/"
}

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
  new_cache c1
  new_cache c2
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
  new_cache cache
  MKBOOT_CACHE=$dir/cache "$MKBOOT" build demo.yaml -o cold
  MKBOOT_CACHE=$dir/cache "$MKBOOT" build demo.yaml -o warm
  # what is compiled is trusted, and there is no place for it but the cache
  find cache -path cache/toolchain -prune -o -type f \
    -exec sh -c 'head -c 100 "$1" > x && cat x > "$1"' _ {} \;
  MKBOOT_CACHE=$dir/cache "$MKBOOT" build demo.yaml -o broken
  diff -r cold warm
  diff -r cold broken
  echo 'grub: {protocols: stock}' >> demo.yaml
  MKBOOT_CACHE=$dir/cache "$MKBOOT" build demo.yaml -o stock
  MKBOOT_CACHE=/proc/none "$MKBOOT" build demo.yaml -o none
  diff -r stock none
}

@test "a warm cache does not remember what no longer holds" {
  cp "$demo_elf" k.elf
  cp "$root/recipes/demo/hello.txt" data
  printf 'menu: {entries: [{title: D, kernel: k.elf, modules: [data]}]}\noutputs: [iso, tftp]\n' > r.yaml
  new_cache cache
  new_cache empty
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

@test "the same for a menu of the user's own, with the network in it and without" {
  cp "$demo_elf" k.elf
  printf 'menu: {file: own.cfg, files: [k.elf]}\noutputs: [{iso: {platforms: [bios, uefi64]}}, tftp]\n' > r.yaml
  for line in 'net_bootp' 'insmod tftp' 'set root=(http,10.0.0.1)' '# httpd'; do
    printf '%s\nmenuentry K { multiboot $base/k.elf }\n' "$line" > own.cfg
    "$MKBOOT" build r.yaml -o all
    "$MKBOOT" build r.yaml -o some --only iso
    cmp all/r/r.iso some/r/r.iso
  done
}
