"""IPv4 and IPv6 at once, and either alone."""

import ctypes
import errno
import os
import socket
import struct
import subprocess

import pytest

from conftest import DEADLINE, GREETER, SETTINGS

GREETING = (200, b'{"response":"Moin!"}')


def greets(server, host, **more):
    status, _, body = server.ask(host=host, **more)
    return (status, body) == GREETING


def healthcheck(server, **settings):
    environment = server.settings | settings | {"GREETER_MANAGEMENT_PORT": str(server.management)}
    return subprocess.run([GREETER, "healthcheck"], env=environment, capture_output=True, timeout=DEADLINE, text=True)


@pytest.mark.parametrize("listen", [None, "*", "::"])
def test_one_instance_serves_both_families(start, listen):
    server = start(GREETER_ACCESS_LOG="true", **({"GREETER_HOST": listen} if listen else {}))
    for address in ("127.0.0.1", "::1"):
        assert greets(server, address)
        line = server.logged("request")
        assert line["client"] == address, "IPv4 is logged as IPv4, whatever the socket"
        assert line["host"].startswith(address if "." in address else "[::1]:")
    done = healthcheck(server)
    assert (done.returncode, done.stdout) == (0, "healthy\n"), done.stderr


@pytest.mark.parametrize("own, other", [("127.0.0.1", "::1"), ("::1", "127.0.0.1")])
def test_one_address_serves_its_family_alone(start, own, other):
    server = start(GREETER_HOST=own)
    assert greets(server, own)
    with pytest.raises(ConnectionRefusedError):
        server.ask(host=other)
    done = healthcheck(server)
    assert (done.returncode, done.stdout) == (0, "healthy\n"), done.stderr
    url = f"http://[::1]:{server.port}/" if own == "::1" else f"http://127.0.0.1:{server.port}/"
    asked = [GREETER, "healthcheck", "--url", url, "--expect", "Moin!"]
    assert subprocess.run(asked, timeout=DEADLINE).returncode == 0


def test_both_families_share_what_one_address_may_have(start):
    """An IPv4 client of a socket for both families is the same client as of one for IPv4: it is counted by its address."""
    server = start(GREETER_MAX_CONNECTIONS_PER_ADDRESS="1")
    with socket.create_connection(("127.0.0.1", server.port)) as held, socket.create_connection(("::1", server.port)) as other:
        for connection in (held, other):  # in, each of an address of its own
            connection.settimeout(DEADLINE)
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert server.ask(host="127.0.0.1")[0] == server.ask(host="::1")[0] == 503
        assert greets(server, "127.0.0.1", own="127.0.0.2")


def without_ipv6():
    """As on a kernel without IPv6, or under systemd's RestrictAddressFamilies=AF_INET: socket(AF_INET6) is refused."""
    load, equals, give = 0x20, 0x15, 0x06
    allow, refuse = 0x7FFF0000, 0x00050000 | errno.EAFNOSUPPORT
    socket_call = {"x86_64": 41, "aarch64": 198}[os.uname().machine]
    program = [
        (load, 0, 0, 0),  # the call's number
        (equals, 0, 3, socket_call),
        (load, 0, 0, 16),  # its first argument
        (equals, 0, 1, socket.AF_INET6),
        (give, 0, 0, refuse),
        (give, 0, 0, allow),
    ]
    code = b"".join(struct.pack("HBBI", *line) for line in program)
    filters = ctypes.create_string_buffer(code, len(code))
    described = struct.pack("HxxxxxxP", len(program), ctypes.addressof(filters))
    libc = ctypes.CDLL(None, use_errno=True)
    for call in ((38, 1, 0, 0, 0), (22, 2, described, 0, 0)):  # PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP
        if libc.prctl(*call) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


def test_without_ipv6_it_serves_ipv4(start):
    server = start(before_exec=without_ipv6)
    assert greets(server, "127.0.0.1")
    with pytest.raises(ConnectionRefusedError):
        server.ask(host="::1")
    assert healthcheck(server).returncode == 0


def test_an_ipv6_address_without_ipv6_says_what_to_do():
    settings = SETTINGS | {"GREETER_HOST": "::"}
    done = subprocess.run([GREETER], env=settings, capture_output=True, text=True, timeout=DEADLINE, preexec_fn=without_ipv6)
    assert done.returncode == 2
    assert "this machine has no IPv6" in done.stderr and "GREETER_HOST" in done.stderr
