# SPDX-License-Identifier: GPL-3.0-or-later
# What `mkboot test` writes about a real run, of which one boot fails, as those who read it do.
# MKBOOT_REPORT_PICTURE=FILE.png keeps what the page looks like; docs/report.png is made so.
load ../common

setup() { setup_folder; }

broken_run() {
  cp "$demo_elf" demo.elf
  cp "$root/recipes/demo/hello.txt" .
  cat > demo.yaml <<'YAML'
name: demo
menu:
  timeout: 1
  serial: true
  entries:
    - {title: Demo, kernel: demo.elf, args: mkboot demo, modules: [{file: hello.txt, args: hello.txt says hello}]}
network: {server: 192.168.77.1, subnet: 192.168.77.0/24, nic: auto}
outputs: [iso, floppy, diskless-floppy, tftp]
test: {expect: "demo: done", timeout: 60, memory: 128}
YAML
  "$MKBOOT" build demo.yaml
  # Half a kernel on the server: what is fetched does not boot, what is on the media does.
  truncate -s 8000 out/demo/tftp/demo/boot/demo.elf
  run -1 "$MKBOOT" test demo.yaml --no-build --report report --junit junit.xml \
    --via cd-bios,cd-uefi64,usb-bios,floppy,diskless-floppy
  echo "$output"
}

@test "a run of which one boot fails: its lines, its page in a browser, its XML" {
  broken_run
  [ "$(grep -c ' ok  ' <<<"$output")" = 4 ]
  assert_contains "$output" "diskless-floppy FAIL"
  assert_contains "$output" "repeat it by hand:"
  assert_contains "$output" "    serial port:"
  # GRUB's menu is there to be read, without its frame.
  assert_contains "$output" "    | *Demo"
  if grep -qE '\| *(\+-|\\x|\|)' <<<"$output"; then echo "frames, or bytes"; return 1; fi

  xmllint --noout --schema "$root/tests/schema/junit.xsd" junit.xml
  [ "$(xmllint --xpath 'count(//testcase)' junit.xml)" = 5 ]
  [ "$(xmllint --xpath 'string(//testcase[failure]/@name)' junit.xml)" = diskless-floppy ]
  [ "$(xmllint --xpath 'string(//property[@name="cd-uefi64.secure_boot"]/@value)' junit.xml)" != "" ]

  timeout 120 python3 "$root/tests/cli/report_page.py" report/index.html 5
  # a thumbnail and a picture each
  [ "$(grep -c 'src="data:image/png;base64,' report/index.html)" = 10 ]
  # What is on the page is what was booted.
  while read -r sum file; do
    [ "$file" = manifest.json ] || grep -q "<code>$sum</code>" report/index.html
  done < out/demo/SHA256SUMS
  if [ -n "${MKBOOT_REPORT_PICTURE:-}" ]; then
    timeout 120 python3 "$root/tests/cli/report_page.py" report/index.html 5 page.png 1000 light 1640
    pngquant --speed 1 --output small.png 64 page.png
    optipng -quiet -o5 -strip all small.png
    cp small.png "$MKBOOT_REPORT_PICTURE"
  fi
}
