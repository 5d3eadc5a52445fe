# SPDX-License-Identifier: GPL-3.0-or-later
# For tests that boot over a bad wire (tests/net/lossy.sh), which takes root.

net=$root/tests/net

relay_built() {
  export RELAY=$BATS_FILE_TMPDIR/relay
  gcc -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -Wconversion -Wshadow -Werror -o "$RELAY" "$net/relay.c"
}
