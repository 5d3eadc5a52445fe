# SPDX-License-Identifier: GPL-3.0-or-later
# What the .ini files of Achal Dhir's servers have in common, to be read before dual_ini.awk or
# tftp_ini.awk: lines, sections, comments. Those have open_section(), option() and the table `known`.

function wrong(what) {
  printf "%s:%d: %s\n", FILENAME, FNR, what
  bad = 1
}

function is_ip(s,  part, n, i) {
  n = split(s, part, ".")
  if (n != 4)
    return 0
  for (i = 1; i <= 4; i++)
    if (part[i] !~ /^(0|[1-9][0-9]?[0-9]?)$/ || part[i] > 255)
      return 0
  return 1
}

function number(ip,  part) {
  split(ip, part, ".")
  return ((part[1] * 256 + part[2]) * 256 + part[3]) * 256 + part[4]
}

function assignment(line,  eq) {
  eq = index(line, "=")
  if (eq < 2)
    wrong("not NAME=VALUE: " line)
  else
    option(substr(line, 1, eq - 1), substr(line, eq + 1))
}

{
  if (!sub(/\r$/, ""))
    wrong("the line does not end in CR LF")
  if (length($0) > 509)
    wrong("the line is too long")
}
/\r/ { wrong("a CR inside the line") }
/[^ -~]/ { wrong("not ASCII") }
/^[ \t]|[ \t]$/ { wrong("blanks at an end of the line") }
/^$/ || /^;/ { next }
/^\[/ {
  if ($0 ~ /^\[[^][]*\]$/)
    open_section($0)
  else
    wrong("not a section: " $0)
  next
}
