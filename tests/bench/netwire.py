# SPDX-License-Identifier: GPL-3.0-or-later
"""A wire for benches: a network namespace with servers on a tap device, behind it tests/net/relay.c,
which delays and loses, and a QEMU (or, behind a second relay, this machine's own TCP). Takes root.

    servers on t0, 192.168.77.1 ── relay ── QEMU
                                        └── relay ── t1, 192.168.77.2, in a namespace of its own
"""
import contextlib
import ctypes
import os
import socket
import subprocess
import sys

from netlab import ROOT, write

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
SERVER, CLIENT = "192.168.77.1", "192.168.77.2"
LOCK_STEP, WINDOWS = "192.168.77.8", "192.168.77.9"  # other TFTP servers
NETDEV = "socket,id=n0,udp=127.0.0.1:7001,localaddr=127.0.0.1:7002"


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def enter_new_namespace():
    if LIBC.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "network namespaces take root")


def quiet(argv, **more):
    """Start a server: what it says goes nowhere."""
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, **more)


class Wire:
    """This process goes into the namespace, and so does what it starts."""

    def __init__(self, work, kept, tree, nbps):
        """NBPS: MAC -> the boot file that DHCP names for it. KEPT: a folder for atftpd."""
        self.relay_program = os.path.join(work, "relay")
        subprocess.run([os.environ.get("CC", "cc"), "-std=c17", "-D_GNU_SOURCE", "-O2", "-o",
                        self.relay_program, os.path.join(ROOT, "tests/net/relay.c")], check=True)
        self.atftpd = subprocess.run([os.path.join(ROOT, "tests/net/atftpd.sh"), kept], check=True,
                                     stdout=subprocess.PIPE, text=True).stdout.strip()
        enter_new_namespace()
        self.jobs, self.client_namespace = [], None
        try:
            self.start(work, tree, nbps)
        except BaseException:
            self.close()
            raise

    def start(self, work, tree, nbps):
        ip("link", "set", "lo", "up")
        # What one connection has learned of the wire would help the next.
        write("/proc/sys/net/ipv4/tcp_no_metrics_save", "1\n")
        ip("tuntap", "add", "t0", "mode", "tap")
        for address in (SERVER, LOCK_STEP, WINDOWS):
            ip("addr", "add", address + "/24", "dev", "t0")
        # iPXE looks for an IPv6 router, too, and waits 13 seconds for one that is not there.
        ip("addr", "add", "fd77::1/64", "dev", "t0", "nodad")
        ip("link", "set", "t0", "up")
        # The client's machine: a process of its own keeps the namespace.
        self.keeper = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                       preexec_fn=enter_new_namespace)
        self.jobs.append(self.keeper)
        self.client_namespace = os.open(f"/proc/{self.keeper.pid}/ns/net", os.O_RDONLY)
        self.start_servers(work, tree, nbps)

    def enter_client(self):
        if LIBC.setns(self.client_namespace, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    def start_servers(self, work, tree, nbps):
        os.chmod(work, 0o755)
        self.jobs.append(quiet([self.atftpd, "--daemon", "--no-fork", "--user", "root.root", "--logfile",
                                os.path.join(work, "atftpd.log"), "--bind-address", SERVER, tree]))
        dhcp = ["dnsmasq", "-C", "/dev/null", "--port=0", "--interface=t0", "--bind-interfaces",
                "--no-daemon", "--no-ping", "--user=root", "--pid-file=",
                "--dhcp-range=192.168.77.100,192.168.77.250,255.255.255.0",
                "--enable-ra", "--dhcp-range=fd77::,ra-only",
                f"--dhcp-leasefile={work}/leases", f"--dhcp-boot=none,,{SERVER}"]
        for n, (mac, nbp) in enumerate(nbps.items()):
            dhcp += [f"--dhcp-host={mac},set:n{n}", f"--dhcp-boot=tag:n{n},{nbp},,{SERVER}"]
        self.jobs.append(quiet(dhcp))
        self.jobs.append(quiet(["in.tftpd", "--foreground", "--user", "root", "--address", LOCK_STEP + ":69",
                                "--secure", tree]))
        self.jobs.append(quiet([sys.executable, os.path.join(ROOT, "tests/net/hostile_tftp.py"), "serve",
                                WINDOWS, LOCK_STEP, tree]))
        write(os.path.join(work, "nginx.conf"), f"""
user root; daemon off; master_process off; pid {work}/nginx.pid; error_log {work}/nginx.log;
events {{}}
http {{
  access_log off; sendfile on; tcp_nodelay on; default_type application/octet-stream;
  client_body_temp_path {work}/n1; proxy_temp_path {work}/n2; fastcgi_temp_path {work}/n3;
  uwsgi_temp_path {work}/n4; scgi_temp_path {work}/n5;
  server {{ listen {SERVER}:80; root {tree}; }}
}}
""")
        self.jobs.append(quiet(["nginx", "-p", work, "-e", f"{work}/nginx.log", "-c", f"{work}/nginx.conf"]))

    @contextlib.contextmanager
    def relay(self, *wish, tap="t0", ports=("7001", "7002")):
        p = subprocess.Popen([self.relay_program, tap, *ports, *wish], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, text=True)
        try:
            if p.stdout.readline() != "relay ready\n":
                raise RuntimeError("the relay did not start")
            yield p
        finally:
            p.terminate()
            p.stdout.read()
            p.wait()
            p.stdout.close()

    @contextlib.contextmanager
    def client(self):
        """The client's machine in QEMU's place behind the relay. Its device is made here, where the
        relay's socket is, and then moved; it is gone when the second relay is."""
        with self.relay(tap="t1", ports=("7002", "7001")):
            ip("link", "set", "t1", "netns", str(self.keeper.pid))
            for words in (["addr", "add", CLIENT + "/24", "dev", "t1"], ["link", "set", "t1", "up"]):
                subprocess.run(["ip", *words], check=True, preexec_fn=self.enter_client)
            yield

    def curl(self, path, size):
        """Seconds from the request to the last byte, by this machine's TCP."""
        said = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w",
                               "%{size_download} %{time_pretransfer} %{time_total}",
                               f"http://{SERVER}/{path}"],
                              check=True, stdout=subprocess.PIPE, text=True, preexec_fn=self.enter_client)
        got, before, end = said.stdout.split()
        if int(got) != size:
            raise RuntimeError(f"curl: {got} of {size} bytes")
        return float(end) - float(before)

    def listen(self):
        """All frames on the servers' side."""
        return socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))

    def close(self):
        for job in self.jobs:
            job.kill()
            job.wait()
            if job.stdin:
                job.stdin.close()
        if self.client_namespace is not None:
            os.close(self.client_namespace)
