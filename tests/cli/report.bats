# SPDX-License-Identifier: GPL-3.0-or-later
# A run's reports, as those who read them do: the XML by its schema, the page in a browser. They are
# of a run by hand (tests/unit/report_fixture.h), whose guests write whatever they like; that of a
# real run is tests/boot/report.bats's.
load ../common

setup() {
  setup_folder
  "$O/tests/test_report" .
}

valid() { xmllint --noout --schema "$root/tests/schema/junit.xsd" "$1"; }

# A change to the XML that somebody who reads it would not take.
refused() { # WHAT SED-PROGRAM
  sed -z "$2" junit.xml > broken.xml
  if cmp -s junit.xml broken.xml; then echo "$1: nothing was changed"; return 1; fi
  if valid broken.xml; then echo "$1: taken"; return 1; fi
}

@test "JUnit: valid by what Jenkins, Ant and GitLab ask for" {
  valid junit.xml
  # What they would show.
  python3 - <<'PY'
import xml.etree.ElementTree as ET
root = ET.parse("junit.xml").getroot()
cases = root.findall("testsuite/testcase")
assert len(cases) == 6 and len(root.findall(".//failure")) == 2
bad = [c for c in cases if c.get("name") == "cd-bios-second"][0]
failure = bad.find("failure")
assert failure.get("message") == 'the guest wrote "</script>", which the test rejects'
assert '\nexpected: "demo: done" & no "</script>"\n' in failure.text
assert "repeat it by hand:\n  qemu-system-x86_64 -m 64M\n" in failure.text
assert "]]> & <b title='x' y=\"z\"> </pre></script>" in bad.find("system-out").text
assert "\U0001f427" in bad.find("system-out").text
assert "[[ATTACHMENT|" not in bad.find("system-out").text
PY
}

@test "JUnit: the schema refuses what they would not take" {
  refused "no name" 's/<testcase name="cd-bios"/<testcase/'
  refused "an empty name" 's/<testcase name="cd-bios"/<testcase name=""/'
  refused "no class" 's/ classname="demo.cd-bios"//'
  refused "no count" 's/ failures="[0-9]*"//2'
  refused "no time stamp" 's/ timestamp="[^"]*"//'
  refused "a time zone" 's/ timestamp="[^"]*/&Z/'
  refused "a time that is no number" 's/ time="12.346"/ time="1e1"/2'
  refused "a failure without its type" 's/ type="boot"//'
  refused "two failures" 's/<failure.*<\/failure>\n/&<failure message="" type="boot"\/>/'
  refused "system-out before the failure" 's/      <failure/      <system-out\/>&/'
  refused "properties behind testcases" 's/\(    <properties>.*<\/properties>\n\)\(.*<\/testcase>\n\)/\2\1/'
  refused "properties in a testcase" 's/<testcase name[^>]*>/&<properties\/>/'
  refused "a failure before the properties" 's/    <properties>/<failure message="" type="boot"\/>&/'
  refused "a name twice" 's/name="cd-bios-second"/name="cd-bios"/'
  refused "no system-err" 's/    <system-err><\/system-err>//'
  refused "another element" 's/<\/testcase>/<log\/>&/'
  refused "a control character" 's/demo: done/demo:\x07done/'
  refused "the end of a CDATA section" 's/]]&gt;/]]>/'
  refused "an open tag" 's/&lt;b title/<b title/'
}

@test "HTML: the page in a browser: pictures, phone and desk, light and dark, no network" {
  # MKBOOT_REPORT_LOOK=FOLDER keeps what it looks like.
  run -0 timeout 120 python3 "$root/tests/cli/report_page.py" index.html 6
  if [ -n "${MKBOOT_REPORT_LOOK:-}" ]; then
    for scheme in light dark; do
      for width in 360 1100; do
        timeout 120 python3 "$root/tests/cli/report_page.py" index.html 6 \
          "$MKBOOT_REPORT_LOOK/$scheme-$width.png" $width $scheme 1600
      done
    done
  fi
}

# The page is broken in some way: the browser must find it.
found() { # WORDS SED-PROGRAM
  sed -z "$2" index.html > broken.html
  if cmp -s index.html broken.html; then echo "$1: nothing was changed"; return 1; fi
  run -1 timeout 120 python3 "$root/tests/cli/report_page.py" broken.html 6
  assert_contains "$output" "$1"
}

@test "HTML: the browser's test finds what is wrong with a page" {
  found "not 6 boots" 's/<ol class="boots">\n<li>/<ol class="boots">\n<li><\/li><li>/'
  found "a picture does not decode" 's/base64,iVBOR/base64,AAAA/'
  found "there are scripts" 's/<footer>/<script>document.title = 1<\/script>&/'
  found "refers to something outside" 's/<footer>/<a href="x.html">x<\/a>&/'
  found "the browser's console" 's/<footer>/<meta http-equiv="Content-Security-Policy" content="no-such-thing x">&/'
  found "wider than" 's/<footer>/<div style="width: 400px">x<\/div>&/'
  found "too little contrast" 's/--soft: #[0-9a-f]*/--soft: #aaaaaa/'
  found "the dark scheme is the light one" 's/prefers-color-scheme: dark/max-width: 1px/'
  found "those that failed do not come first" 's/class="boot fail" open/class="boot ok"/'
  found "a boot does not open" 's/<footer>/<style>.boot .body { display: none }<\/style>&/'
}
