# SPDX-License-Identifier: GPL-3.0-or-later
# A strict reader of the .ini of Dual DHCP DNS Server, or of Open DHCP Server: the servers skip without
# a word what they do not understand. Prints each mistake, and exits 1 where there is one.
#
#   awk [-v open=1] -f ini.awk -f dual_ini.awk FILE.ini

function is_url(s) {
  return s ~ /^"http:\/\/[0-9.]+\/[^"]+"$/ && is_ip(substr(s, 9, index(substr(s, 9), "/") - 1))
}

# A string in quotes, with none inside, of at most MAX bytes.
function is_string(s, max) {
  return s ~ /^"[^"]+"$/ && length(s) - 2 <= max
}

# What a section must have, when it ends.
function end_section() {
  if (section == "RANGE_SET") {
    if (!("DHCPRange" in seen))
      wrong("a [RANGE_SET] without DHCPRange")
    if (!filtered)
      unfiltered++
    if (filtered && n_http && n_http != filtered)
      wrong("PXEClient and HTTPClient in one set")
    if (n_http && file != "" && (!is_url(file) || !("60" in seen)))
      wrong("HTTPClient wants a URL, and 60=\"HTTPClient\" in the answer")
    if (!n_http && (is_url(file) || "60" in seen))
      wrong("a URL or option 60 for clients that are none of HTTPClient")
  }
  if (kind == "MAC") {
    if (!("IP" in seen))
      wrong("[" section "] has no IP: it would never get an address")
    if (!("NextServer" in seen) || !("BootFileName" in seen))
      wrong("[" section "] must repeat NextServer and BootFileName, for BOOTP")
    if (is_url(file) != ("60" in seen))
      wrong("a URL and 60=\"HTTPClient\" belong together")
  }
  if (section == "GLOBAL_OPTIONS" && !("NextServer" in seen))
    wrong("no NextServer in [GLOBAL_OPTIONS]: siaddr would be 0.0.0.0")
  if (section == lease_section && !("AddressTime" in seen))
    wrong("no AddressTime in [" section "]")
  split("", seen)
  filtered = n_http = 0
  file = ""
}

function open_section(line) {
  end_section()
  section = substr(line, 2, length(line) - 2)
  kind = section
  if (section ~ /^[0-9a-f][0-9a-f](:[0-9a-f][0-9a-f])+$/) {
    kind = "MAC"
    if (length(section) != 17)
      wrong("not a MAC: [" section "]")
  } else if (!(section in known)) {
    wrong("unknown section [" section "]")
  }
  if (open && (section == "SERVICES" || section == "TIMINGS"))
    wrong("Open DHCP Server has no [" section "]")
  if (section != "RANGE_SET" && section in opened)
    wrong("only the first [" section "] is read")
  opened[section] = 1
}

function range(value,  ends, i) {
  if (split(value, ends, "-") != 2 || !is_ip(ends[1]) || !is_ip(ends[2]) ||
      number(ends[1]) > number(ends[2])) {
    wrong("not a range: " value)
    return
  }
  for (i = 1; i <= n_ranges; i++)
    if (number(ends[1]) <= last[i] && number(ends[2]) >= first[i])
      wrong("the range overlaps another: " value)
  first[++n_ranges] = number(ends[1])
  last[n_ranges] = number(ends[2])
}

function option(name, value) {
  if (!(name in type))
    wrong("unknown option " name)
  else if (index(" " place[name] " ", " " kind " ") == 0)
    wrong(name " does not belong in [" section "]")
  if (name in seen && name != "FilterVendorClass")
    wrong("only the first " name " of a section is read")
  if ("HostName" in seen)
    wrong("nothing is read behind HostName, so not " name)
  seen[name] = 1
  if (type[name] == "ip" && !is_ip(value))
    wrong(name " is not an address: " value)
  if (type[name] == "number" && value !~ /^[0-9]+$/)
    wrong(name " is not a number: " value)
  if (type[name] == "string" && !is_string(value, name == "BootFileName" ? 127 : 255))
    wrong(name " is not a string in quotes, or too long: " value)
  if (type[name] == "range")
    range(value)
  if (type[name] == "vendor" && value != "\"HTTPClient\"")
    wrong("not \"HTTPClient\": " name "=" value)
  if (name == "BootFileName")
    file = value
  if (name == "IP" && !(value in ips))
    ips[value] = section
  else if (name == "IP")
    wrong("two hosts have " value)
  if (name == "FilterVendorClass") {
    filtered++
    if (filtered > 32)
      wrong("more than 32 filters")
    if (value ~ /^"HTTP/)
      n_http++
    if (value !~ /^"(PXE|HTTP)Client:Arch:[0-9][0-9][0-9][0-9][0-9]:UNDI:[0-9][0-9][0-9][0-9][0-9][0-9]"$/)
      wrong("not a whole vendor class (there are no wildcards): " value)
    if (value in classes)
      wrong("the vendor class is in two sets: " value)
    classes[value] = 1
  }
}

function declare(name, what, where) {
  type[name] = what
  place[name] = where
}

BEGIN {
  known["SERVICES"] = known["LISTEN_ON"] = known["LOGGING"] = known["TIMINGS"] = 1
  known["HTTP_INTERFACE"] = known["RANGE_SET"] = known["GLOBAL_OPTIONS"] = 1
  lease_section = open ? "GLOBAL_OPTIONS" : "TIMINGS"
  declare("AddressTime", "number", lease_section)
  declare("DHCPRange", "range", "RANGE_SET")
  declare("FilterVendorClass", "string", "RANGE_SET")
  declare("IP", "ip", "MAC")
  declare("HostName", "string", "MAC")
  declare("SubnetMask", "ip", "RANGE_SET GLOBAL_OPTIONS MAC")
  declare("Router", "ip", "RANGE_SET GLOBAL_OPTIONS MAC")
  declare("DomainServer", "ip", "RANGE_SET GLOBAL_OPTIONS MAC")
  declare("NextServer", "ip", "RANGE_SET GLOBAL_OPTIONS MAC")
  declare("BootFileName", "string", "RANGE_SET GLOBAL_OPTIONS MAC")
  declare("60", "vendor", "RANGE_SET MAC")
}

/^[^A-Za-z0-9]/ { wrong("comments start with ;: " $0); next }
section == "" { wrong("outside of any section: " $0); next }
/[;#]/ && !/="[^"]*"$/ { wrong("there are no comments at a line's end: " $0); next }
section == "SERVICES" {
  if ($0 != "DHCP" && $0 != "DNS")
    wrong("not a service: " $0)
  next
}
section == "LISTEN_ON" {
  if (!is_ip($0))
    wrong("not an address: " $0)
  next
}
{
  assignment($0)
}

END {
  end_section()
  if (!("GLOBAL_OPTIONS" in opened))
    wrong("GLOBAL_OPTIONS is missing")
  if (!open && (!("SERVICES" in opened) || !("TIMINGS" in opened)))
    wrong("SERVICES or TIMINGS is missing")
  if (unfiltered != 1)
    wrong("there must be one [RANGE_SET] without a filter, for everybody else")
  exit bad
}
