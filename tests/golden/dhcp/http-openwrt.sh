# OpenWrt (uci): not written yet for "demo".
