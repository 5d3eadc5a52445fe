# Windows Server DHCP: not written yet for "demo".
