# SPDX-License-Identifier: GPL-3.0-or-later
load ../common
load ../toolchain

setup() { setup_folder; }

@test "the installed program works from anywhere, with its own data" {
  make -s -C "$root" O="$O" install DESTDIR="$dir/stage" PREFIX=/usr
  run -0 find stage -type f
  assert_contains "$output" "stage/usr/bin/mkboot"
  assert_contains "$output" "stage/usr/share/man/man1/mkboot.1"
  assert_contains "$output" "stage/usr/share/man/man5/mkboot-recipe.5"
  assert_contains "$output" "stage/usr/share/bash-completion/completions/mkboot"
  demo_recipe <<'YAML'
network: {server: 192.168.77.1, subnet: 192.168.77.0/24}
YAML
  sed -i "s/one two/it's one/" demo.yaml # takes rawargs
  # elsewhere, so that the source tree cannot be found from it
  mv stage/usr "$dir/usr"
  run -0 env -u MKBOOT_DATA strace -f -e trace=openat,access,newfstatat -o trace "$dir/usr/bin/mkboot" build demo.yaml
  run -1 grep -F "$root/templates" trace
  run -1 grep -F "$root/grub-configs" trace
  run -1 grep -F "$root/protocols" trace
  for f in portable.h wire/wire.h; do cmp "$root/protocols/$f" "$dir/usr/share/mkboot/protocols/$f"; done
  (cd out/demo && sha256sum -c --quiet SHA256SUMS)
}

@test "the installed program compiles network drivers where there is no source tree" {
  MKBOOT_CACHE=$kept "$MKBOOT" toolchain fetch
  own_cache
  make -s -C "$root" O="$O" install DESTDIR="$dir/stage" PREFIX=/usr
  demo_recipe <<'YAML'
network: {nic: rtl8139}
outputs: [diskless-floppy, diskless-cd, tftp]
YAML
  cat > hide.sh <<SH
set -e
mount -t tmpfs none '$root'
case '$O' in '$root'/*) ;; *) mount -t tmpfs none '$O' ;; esac
cd '$dir'
[ ! -e '$root/drivers' ]
exec "\$@"
SH
  run -0 as_root env -u MKBOOT_DATA unshare -m sh hide.sh env MKBOOT_CACHE="$MKBOOT_CACHE" \
    "$dir/stage/usr/bin/mkboot" build demo.yaml
  (cd out/demo && sha256sum -c --quiet SHA256SUMS)
  # the same bytes as from the source tree
  "$MKBOOT" build demo.yaml -o here
  cmp out/demo/demo-diskless-floppy.img here/demo/demo-diskless-floppy.img
  # which has its documentation with it
  [ -e stage/usr/share/mkboot/drivers/README.md ]
}

@test "the schema accepts every recipe that the program accepts, and knows its mistakes" {
  python3 - "$root" <<'PY'
import glob, json, subprocess, sys
import jsonschema
root = sys.argv[1]
schema = json.load(open(root + "/docs/recipe.schema.json"))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
try:
    import yaml
except ImportError:
    yaml = None
assert yaml, "python3-yaml is missing"
for path in glob.glob(root + "/recipes/*.yaml") + glob.glob(root + "/recipes/*/*.yaml"):
    errors = list(validator.iter_errors(yaml.safe_load(open(path))))
    assert not errors, (path, errors[0].message)
for name in ("unknown-key", "many-errors", "no-menu", "no-entries", "platform", "via", "label"):
    data = yaml.safe_load(open(f"{root}/tests/cli/bad/{name}.yaml"))
    assert list(validator.iter_errors(data)), name
PY
}
