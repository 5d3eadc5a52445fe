# SPDX-License-Identifier: GPL-3.0-or-later
load ../common

setup() { setup_folder; }

@test "no verb, an unknown verb, a verb nearly right: exit status 2" {
  run -2 "$MKBOOT"
  [ "$output" = "mkboot: error: say what to do; see: mkboot --help" ]
  run -2 "$MKBOOT" frobnicate
  [ "$output" = "mkboot: error: there is no verb 'frobnicate'; see: mkboot --help" ]
  run -2 "$MKBOOT" biuld
  [ "$output" = "mkboot: error: there is no verb 'biuld'; did you mean 'build'?" ]
}

@test "unknown options and missing values: exit status 2, one message" {
  run -2 "$MKBOOT" build --frob
  [ "$output" = "mkboot: error: there is no option --frob; see: mkboot build --help" ]
  run -2 "$MKBOOT" build -o
  [ "$output" = "mkboot: error: -o needs a value; see: mkboot build --help" ]
  run -2 "$MKBOOT" build a.yaml b.yaml
  [ "$output" = "mkboot: error: one recipe or kernel at a time, and there are 2; see: mkboot build --help" ]
  run -2 "$MKBOOT" build --only iso,cd
  [ "$output" = "mkboot: error: there is no output 'cd': there are iso, floppy, diskless-cd, diskless-floppy, tftp, http, dhcp, run; see: mkboot build --help" ]
}

@test "the help, the manual and completion have every output, every way to boot, every verb" {
  manual=$(tr -d '\n\t' < "$root/docs/mkboot.1.scd")
  completion=$(cat "$root/completions/mkboot.bash")
  run -2 "$MKBOOT" build --only none
  outputs=${output#*there are }
  outputs=${outputs%;*}
  help=$("$MKBOOT" build --help)
  assert_contains "$help" "only these: ${outputs//, /,}"
  for o in ${outputs//,/}; do
    assert_contains "$(cat "$root/docs/mkboot-recipe.5.scd")" "*$o*"
    assert_contains "$manual" "$o"
    [ "$o" = tftp ] || [ "$o" = http ] || grep -q "\`$o\`" "$root/docs/manifest.md"
  done
  assert_contains "$manual" "just these of_${outputs//, /,}_"
  assert_contains "$completion" "--only) words=\"${outputs//,/}\""
  "$MKBOOT" test --help | sed -n '/ways to boot:/,/; or all$/p' |
    sed 's/.*ways to boot://; s/; or all//' | tr -s ', \n' '\n' | sed '/^$/d' > vias
  [ "$(wc -l < vias)" = 14 ]
  # the same as the program's own, in its order
  diff vias <(grep -o '^	{"[a-z0-9-]*", PLATFORM_' "$root/mkboot/vm/vias.c" | cut -d'"' -f2)
  for v in $(cat vias); do
    assert_contains "$manual" "$v"
    assert_contains "${completion//$'\n'/ }" " $v"
  done
  # one verb below the other, and what they do in one column
  run -0 "$MKBOOT" --help
  verbs=$(sed -n 's/^  \([a-z]\{1,\}\)  *.*/\1/p' <<< "$output")
  [ "$(wc -w <<< "$verbs")" = 9 ]
  for v in $verbs; do
    assert_contains "$output" "$(printf '\n  %-9s ' "$v")"
    assert_contains "$(cat "$root/docs/mkboot.1.scd")" "
*$v*
"
  done
  run -0 awk 'length > 100' <<< "$output"
  [ -z "$output" ]
}

@test "every option that --help has is in the manual and in the completion, and the other way round" {
  completion=$(tr -s ' \n' ' ' < "$root/completions/mkboot.bash")
  for v in init build check run test dhcp serve nics; do
    "$MKBOOT" $v --help | sed -n 's/^ \{2,6\}\(-[a-z], \)\?\(--[a-z][a-z-]*\).*/\2/p' | sort -u > help
    [ -s help ]
    # --help is offered as well; it does not speak of itself
    sed "s/.* $v:-\*) words=\"\([^\"]*\)\".*/\1/" <<< "$completion" | tr ' ' '\n' | grep -v -x -e --help |
      sort -u > offered
    diff help offered
    # in the synopsis, which is one line a verb
    grep "^\*mkboot $v\*" "$root/docs/mkboot.1.scd" | grep -o -- '--[a-z][a-z-]*' | sort -u > synopsis
    # -j and -o stand there in their short form
    grep -v -x -e --jobs -e --output help | diff - synopsis
  done
}

@test "no recipe and no mkboot.yaml: exit status 2" {
  run -2 "$MKBOOT" build
  assert_contains "$output" "there is no ./mkboot.yaml"
}

@test "./mkboot.yaml is read where nothing is named" {
  cp "$demo_elf" k.elf
  printf 'name: here\nmenu: {entries: [{title: Demo, kernel: k.elf}]}\n' > mkboot.yaml
  run -0 "$MKBOOT" check
  assert_contains "$output" "Multiboot 2"
}

@test "dhcp: a missing or unknown server: exit status 2" {
  demo_recipe </dev/null
  run -2 "$MKBOOT" dhcp demo.yaml
  [ "$output" = "mkboot: error: say which server it is for, as in --for dnsmasq; see: mkboot dhcp --help" ]
  run -2 "$MKBOOT" dhcp demo.yaml --for dnsmask
  [ "$output" = "mkboot: error: there is no DHCP server 'dnsmask'; did you mean 'dnsmasq'?" ]
  run -2 "$MKBOOT" dhcp --for fritzbox
  [ "$output" = "mkboot: error: there is no DHCP server 'fritzbox'; see: mkboot dhcp --list" ]
  # what their programs, packages and vendors call them
  while read -r word server; do
    run -2 "$MKBOOT" dhcp --for "$word"
    [ "$output" = "mkboot: error: there is no DHCP server '$word'; did you mean '$server'?" ]
  done <<'EOF'
dhcpd isc
isc-dhcp-server isc
kea-dhcp4 kea
kea-dhcp4-server kea
Pi-hole pihole
OPNsense opnsense
tftpd tftpd-hpa
systemd-networkd networkd
EOF
}

@test "SOURCE_DATE_EPOCH that is no time: exit status 2" {
  demo_recipe </dev/null
  SOURCE_DATE_EPOCH=yesterday run -2 "$MKBOOT" build demo.yaml
  assert_contains "$output" "SOURCE_DATE_EPOCH=yesterday is not a number"
}

@test "--help and --version go to standard output, exit status 0" {
  run -0 --separate-stderr "$MKBOOT" --help
  assert_contains "$output" "usage: mkboot VERB"
  [ -z "$stderr" ]
  for verb in init build check run test dhcp serve nics toolchain; do
    run -0 --separate-stderr "$MKBOOT" $verb --help
    assert_contains "$output" "mkboot $verb "
  done
  run -0 "$MKBOOT" --version
  assert_contains "$output" "mkboot "
}

@test "standard output that cannot be written is an error" {
  demo_recipe </dev/null
  run -5 bash -c '"$0" check demo.yaml > /dev/full' "$MKBOOT"
  assert_contains "$output" "standard output: cannot write"
}

@test "a closed standard output is an error, too" {
  run -5 bash -c '"$0" --help >&-' "$MKBOOT"
  assert_contains "$output" "standard output: cannot write"
}
