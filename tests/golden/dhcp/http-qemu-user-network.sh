# QEMU: not written yet for "demo".
