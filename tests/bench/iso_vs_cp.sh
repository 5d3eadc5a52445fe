#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# iso_vs_cp.sh ISO_TOOL FOLDER [MIB] [ROUNDS]: an ISO image with one file of MIB (1024) against cp of
# that file, in FOLDER, in turns; the medians of ROUNDS (7) and their ratio.
set -eu
tool=$1 dir=$(mktemp -d "$2/iso_vs_cp.XXXXXX") mib=${3:-1024} rounds=${4:-7}
trap 'rm -rf "$dir"' EXIT
head -c "${mib}M" /dev/urandom >"$dir/payload"
sync

now() { date +%s%N; }
took() { echo $((($(now) - $1) / 1000)); } # microseconds
median() { sort -n "$1" | sed -n "$(((rounds + 1) / 2))p"; }

# One of each unmeasured, and then which goes first changes from round to round.
one_cp() { start=$(now); cp "$dir/payload" "$dir/copy"; took "$start" >>"$dir/$1"; rm "$dir/copy"; }
one_iso() {
	start=$(now)
	"$tool" "$dir/out.iso" - - - "payload=$dir/payload" >/dev/null
	took "$start" >>"$dir/$1"
	rm "$dir/out.iso"
}
one_cp none
one_iso none
for i in $(seq "$rounds"); do
	if [ $((i % 2)) = 0 ]; then one_cp cp; sync; one_iso iso; else one_iso iso; sync; one_cp cp; fi
	sync
done
cp=$(median "$dir/cp") iso=$(median "$dir/iso")
echo "cp ${cp} us, iso ${iso} us, ratio $(awk "BEGIN { printf \"%.3f\", $iso / $cp }")"
