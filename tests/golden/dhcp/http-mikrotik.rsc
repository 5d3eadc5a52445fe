# MikroTik RouterOS: not written yet for "demo".
