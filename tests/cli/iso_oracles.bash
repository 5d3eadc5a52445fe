# SPDX-License-Identifier: GPL-3.0-or-later
# What programs that are not mkboot's say of an ISO image; for bats files to `load`. Each function
# returns non-zero, and says why on standard error, where its oracle does not agree.

# iso_oracle_xorriso ISO LABEL [bios] [efi]: El Torito entries, MBR, GPT and label as xorriso reads
# them, and every block readable.
iso_oracle_xorriso() {
	local iso=$1 label=$2 report
	shift 2
	report=$(xorriso -indev "$iso" -report_el_torito plain -report_system_area plain \
		-check_media -- 2>&1) || {
		echo "$report" >&2
		return 1
	}
	local -a wanted=("Volume id    : '$label'" 'Media region : .* good$') unwanted=('FAILURE' 'SORRY')
	if [[ " $* " == *' bios '* ]]; then
		wanted+=('El Torito boot img : .* BIOS  y   none  0x0000  0x00      4 '
			'El Torito img path : .* /boot/core.img$'
			'El Torito img opts : .* boot-info-table grub2-boot-info$'
			'System area summary: MBR .*grub2-mbr')
	else
		unwanted+=(' BIOS  y ' 'grub2-mbr')
	fi
	if [[ " $* " == *' efi '* ]]; then
		wanted+=('El Torito boot img : .* UEFI  y   none '
			'System area summary: MBR protective-msdos-label .*GPT$'
			'GPT type GUID      : .* 28732ac11ff8d211ba4b00a0c93ec93b$')
	else
		unwanted+=(' UEFI  y ' 'GPT')
	fi
	local text
	for text in "${wanted[@]}"; do
		grep -q -- "$text" <<<"$report" || { echo "xorriso says nothing like: $text" >&2; return 1; }
	done
	for text in "${unwanted[@]}"; do
		! grep -- "$text" <<<"$report" >&2 || { echo "xorriso should not say: $text" >&2; return 1; }
	done
}

# iso_oracle_sfdisk ISO gpt|dos: both partition tables are whole, and of that kind.
iso_oracle_sfdisk() {
	local out
	# A damaged table beside a whole one is no error to sfdisk, but it says so.
	out=$(sfdisk --verify "$1" 2>&1) && grep -q 'No errors detected' <<<"$out" &&
		! grep -qi 'corrupt' <<<"$out" ||
		{ echo "$out" >&2; return 1; }
	sfdisk --dump "$1" | grep -qx "label: $2" ||
		{ sfdisk --dump "$1" >&2; return 1; }
}

# iso_oracle_esp ISO ESP: the EFI system partition of the GPT is this file, byte for byte.
iso_oracle_esp() {
	local start
	start=$(sfdisk --json "$1" | jq '.partitiontable.partitions[]
		| select(.type == "C12A7328-F81F-11D2-BA4B-00A0C93EC93B").start') || return 1
	cmp <(tail -c +$((start * 512 + 1)) "$1" | head -c "$(stat -c %s "$2")") "$2" >&2
}

# iso_oracle_files ISO PATH=FILE...: xorriso takes these files out of the image as they went in; and
# out of the partition that begins at block 16, which has a tree of its own.
iso_oracle_files() {
	local iso=$1 pair out=$BATS_TEST_TMPDIR
	shift
	[ -n "$out" ] || out=$(mktemp -d)
	tail -c +32769 "$iso" >"$out/partition" || return 1
	for pair; do
		for from in "$iso" "$out/partition"; do
			rm -f "$out/extracted"
			xorriso -osirrox on -indev "$from" -extract "/${pair%%=*}" "$out/extracted" \
				>/dev/null 2>&1
			cmp "$out/extracted" "${pair#*=}" >&2 || return 1
		done
	done
	rm -f "$out/extracted" "$out/partition"
}
