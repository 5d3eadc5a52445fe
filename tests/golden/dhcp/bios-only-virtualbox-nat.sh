# VirtualBox NAT: not written yet for "demo".
