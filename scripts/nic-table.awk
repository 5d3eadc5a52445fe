# SPDX-License-Identifier: GPL-3.0-or-later
# awk -f nic-table.awk drivers/*.c: mkboot's table of network drivers (mkboot/nic/nic.h) from the
# NIC_ABOUT and NIC_ID lines of the drivers themselves (drivers/nic.h). Every such line is taken or
# is an error, the first of which ends it; any POSIX awk does.
function fail(where, text) {
  printf "%s: %s\n", where, text > "/dev/stderr"
  failed = 1
  exit 1
}
function here() { return FILENAME ":" FNR }
function name_of(path) {
  sub(/.*\//, "", path)
  sub(/\.c$/, "", path)
  return path
}
# Names by commas, or nothing: they are written in recipes and given to QEMU.
function need_names(list, what) {
  if (list !~ /^[a-z0-9][a-z0-9_-]*(,[a-z0-9][a-z0-9_-]*)*$/ && list != "")
    fail(here(), what " must be names in lower case with commas between them, and nothing else: \"" list "\"")
}
function need_title(text) {
  if (text !~ /[A-Za-z]/ || text ~ /^ | $/ || text ~ /[^ -~]/)
    fail(here(), "a title is ASCII, with a letter in it and no space at either end: \"" text "\"")
}
# A model of QEMU's is one card: two drivers cannot both be it.
function claim_models(list,    models, n, i) {
  n = split(list, models, ",")
  for (i = 1; i <= n; i++) {
    if (models[i] in model_of && model_of[models[i]] != FILENAME)
      fail(here(), "QEMU's model " models[i] " is in " model_of[models[i]] " already")
    model_of[models[i]] = FILENAME
  }
}
function about(line,    part) {
  if (line ~ /\\/ || split(line, part, "\"") != 7 || part[1] != "NIC_ABOUT(" || part[3] != ", " || part[5] != ", " || part[7] != ")")
    fail(here(), "this must be NIC_ABOUT(\"chips\", \"legacy flags\", \"ISA models\"), on one line")
  if (FILENAME in abouts) fail(here(), "a second NIC_ABOUT in one driver")
  need_title(part[2])
  need_names(part[4], "legacy flags")
  need_names(part[6], "ISA models")
  claim_models(part[6])
  abouts[FILENAME] = sprintf("\"%s\", \"%s\", \"%s\"", part[2], part[4], part[6])
}
function id(line,    part, key) {
  if (line ~ /\\/ || split(line, part, "\"") != 5 || part[1] !~ ("^[ \t]*NIC_ID\\(" hex ", " hex ", [^, ][^,]*, $") || part[3] != ", " || part[5] != "),")
    fail(here(), "this must be NIC_ID(0xvvvv, 0xdddd, data, \"title\", \"models\"), with digits in lower case, on one line")
  key = substr(line, index(line, "0x"), 14)
  if (key in seen) fail(here(), "the PCI ID " key " is in " seen[key] " already")
  seen[key] = here()
  need_title(part[2])
  need_names(part[4], "QEMU's models")
  claim_models(part[4])
  ids[FILENAME] = ids[FILENAME] sprintf("\t{%s, \"%s\", \"%s\"},\n", key, part[2], part[4])
  n_ids[FILENAME]++
}
BEGIN { hex = "0x[0-9a-f][0-9a-f][0-9a-f][0-9a-f]" }
/^[ \t]*NIC_(ABOUT|ID)/ || /NIC_(ABOUT|ID)[ \t]*\(/ {
  line = $0
  sub(/[ \t]*\/\*[^*]*\*\/[ \t]*$/, "", line)
  if (line ~ /^[ \t]*NIC_ID/) id(line)
  else about(line)
}
END {
  if (failed) exit 1
  if (ARGC < 2) fail("nic-table.awk", "no drivers")
  if (ARGC > 33) fail("nic-table.awk", "more than 32 drivers: the sets of mkboot/nic/nic.h have 32 bits")
  print "/* Made by scripts/nic-table.awk from drivers/; not to be edited. */"
  print "#include \"nic/nic.h\"\n"
  for (i = 1; i < ARGC; i++) {
    name = name_of(ARGV[i])
    if (name !~ /^[a-z0-9_]+$/) fail(ARGV[i], "a driver's file is named in lower case letters, digits and _")
    if (i > 1 && name_of(ARGV[i - 1]) "" >= name "") fail(ARGV[i], "the drivers must come in the order of their names, each once")
    if (!(ARGV[i] in abouts)) fail(ARGV[i], "no NIC_ABOUT line")
    if (n_ids[ARGV[i]] == 0) fail(ARGV[i], "no NIC_ID line")
    printf "static const struct nic_id ids_%s[] = {\n%s};\n", name, ids[ARGV[i]]
    table = table sprintf("\t{\"%s\", %s, ids_%s, %d},\n", name, abouts[ARGV[i]], name, n_ids[ARGV[i]])
  }
  printf "\nconst struct nic_driver nic_drivers[] = {\n%s};\n", table
  print "const size_t nic_n_drivers = sizeof nic_drivers / sizeof *nic_drivers;"
}
