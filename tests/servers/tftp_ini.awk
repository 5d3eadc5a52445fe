# SPDX-License-Identifier: GPL-3.0-or-later
# A strict reader of the .ini of TFTP Server MT and SP, as their own opentftp.ini describes it: the
# server skips a section that it does not know, and warns of no more than an option. Prints each
# mistake, and exits 1 where there is one.
#
#   awk [-v sp=1] -f ini.awk -f tftp_ini.awk FILE.ini

function open_section(line) {
  section = substr(line, 2, length(line) - 2)
  if (section ~ /_/)
    wrong("section names have hyphens here, not underscores: [" section "]")
  else if (!(section in known))
    wrong("unknown section [" section "]")
  if (section in opened)
    wrong("only the first [" section "] is read")
  opened[section] = 1
}

# ADDRESS or ADDRESS:PORT.
function listen(value,  part, n) {
  n = split(value, part, ":")
  if (n > 2 || !is_ip(part[1]) || (n == 2 && part[2] !~ /^[1-9][0-9]*$/) || part[2] > 65535)
    wrong("not ADDRESS or ADDRESS:PORT: " value)
  if (++listens > 8)
    wrong("more than 8 addresses")
}

# One folder alone, or aliases; not in quotes, which would be part of the name.
function home(value,  eq) {
  homes++
  eq = index(value, "=")
  if (eq)
    aliases++
  if ((aliases && aliases != homes) || (!aliases && homes > 1))
    wrong("one folder, or aliases alone: " value)
  if (aliases > 8)
    wrong("more than 8 aliases")
  if (eq && substr(value, 1, eq - 1) !~ /^[A-Za-z0-9_-]+$/)
    wrong("not an alias: " value)
  if (substr(value, eq + 1) !~ /^(\/|[A-Za-z]:\\)[^"<>|*?;#]*$/)
    wrong("not a whole path: " value)
}

function clients(value,  ends, n) {
  n = split(value, ends, "-")
  if (n > 2 || !is_ip(ends[1]) || (n == 2 && (!is_ip(ends[2]) || number(ends[1]) > number(ends[2]))))
    wrong("not an address or a range: " value)
  if (++ranges > 32)
    wrong("more than 32 ranges")
}

function between(name, value, low, high) {
  if (value !~ /^[0-9]+$/ || value + 0 < low || value + 0 > high)
    wrong(name " is no number from " low " to " high ": " value)
}

function ports(value,  ends) {
  if (sp)
    wrong("the single port server has no port-range")
  if (split(value, ends, "-") != 2) {
    wrong("not a port range: " value)
    return
  }
  between("port-range", ends[1], 1024, 65534)
  between("port-range", ends[2], ends[1], 65534)
}

function option(name, value) {
  if (name in seen)
    wrong("twice: " name)
  seen[name] = 1
  if (name == "blksize") {
    between(name, value, 512, 65464)
    if (value > 1468)
      wrong("a block does not fit into an Ethernet frame: " value)
  } else if (name == "timeout")
    between(name, value, 1, 255)
  else if (name == "port-range")
    ports(value)
  else if (name == "ThreadPoolSize") {
    between(name, value, 0, 100)
    if (sp)
      wrong("the single port server has no ThreadPoolSize")
  } else if (name == "username") {
    if (value !~ /^[A-Za-z0-9_-]+$/)
      wrong("not a user: " value)
  } else if (name == "Read") {
    if (value != "Y")
      wrong("nobody can read: " value)
  } else if (name == "Write" || name == "Overwrite") {
    if (value != "N")
      wrong("the tree is read-only, so not " name "=" value)
  } else
    wrong("unknown option " name)
}

BEGIN {
  known["LISTEN-ON"] = known["HOME"] = known["LOGGING"] = known["ALLOWED-CLIENTS"] = 1
  known["TFTP-OPTIONS"] = 1
}

/^[^A-Za-z0-9\/]/ { wrong("comments start with ;: " $0); next }
section == "" { wrong("outside of any section: " $0); next }
/[;#]/ { wrong("there are no comments at a line's end: " $0); next }
section == "LISTEN-ON" { listen($0); next }
section == "HOME" { home($0); next }
section == "ALLOWED-CLIENTS" { clients($0); next }
section == "LOGGING" {
  if ($0 != "None" && $0 != "Errors" && $0 != "All")
    wrong("not a level: " $0)
  next
}
section == "TFTP-OPTIONS" {
  assignment($0)
}

END {
  if (!homes)
    wrong("no folder in [HOME]: the server would take its own, or /home")
  if (!("Write" in seen) || !("Overwrite" in seen) || !("Read" in seen) || !("blksize" in seen))
    wrong("Read, Write, Overwrite or blksize is missing")
  exit bad
}
