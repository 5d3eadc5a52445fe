# SPDX-License-Identifier: GPL-3.0-or-later
# awk -f nic-table.awk drivers/*.c: mkboot's table of network drivers (mkboot/nic/nic.h) from the
# NIC_ABOUT and NIC_ID lines of the drivers themselves. A line that is not as drivers/nic.h says is
# an error, and so is a PCI ID that two lines have.
function fail(text) {
  printf "%s:%d: %s\n", FILENAME, FNR, text > "/dev/stderr"
  failed = 1
  exit 1
}
function flush_driver() {
  if (driver == "") return
  if (n_ids == 0) { printf "%s: no NIC_ID line\n", driver > "/dev/stderr"; failed = 1; exit 1 }
  printf "static const struct nic_id ids_%s[] = {\n%s};\n", driver, ids
  table = table sprintf("\t{\"%s\", %s, ids_%s, %d},\n", driver, about, driver, n_ids)
  driver = ids = ""
  n_ids = 0
}
BEGIN {
  print "/* Made by scripts/nic-table.awk from drivers/; not to be edited. */"
  print "#include \"nic/nic.h\"\n"
  str = "\"[^\"\\\\]*\""
  hex = "0x[0-9a-f][0-9a-f][0-9a-f][0-9a-f]"
}
/^[ \t]*NIC_ABOUT/ {
  flush_driver()
  if ($0 !~ "^NIC_ABOUT\\(" str ", " str ", " str "\\)$")
    fail("this must be NIC_ABOUT(\"chips\", \"legacy flags\", \"ISA models\"), on one line")
  driver = FILENAME
  sub(/.*\//, "", driver)
  sub(/\.c$/, "", driver)
  about = $0
  sub(/^NIC_ABOUT\(/, "", about)
  sub(/\)$/, "", about)
}
/^[ \t]*NIC_ID/ {
  if (driver == "") fail("NIC_ID before NIC_ABOUT")
  if ($0 !~ "^[ \t]*NIC_ID\\(" hex ", " hex ", [^,\"]+, " str ", " str "\\),$")
    fail("this must be NIC_ID(0xvvvv, 0xdddd, data, \"title\", \"models\"), on one line")
  id = substr($0, index($0, "0x"), 14)
  if (id in seen) fail("the PCI ID " id " is in " seen[id] " already")
  seen[id] = FILENAME
  line = $0
  sub(/^[ \t]*NIC_ID\(/, "", line)
  sub(/\),$/, "", line)
  text = substr(line, index(line, "\""))
  ids = ids sprintf("\t{%s, %s},\n", id, text)
  n_ids++
}
END {
  if (failed) exit 1
  flush_driver()
  printf "\nconst struct nic_driver nic_drivers[] = {\n%s};\n", table
  print "const size_t nic_n_drivers = sizeof nic_drivers / sizeof *nic_drivers;"
}
