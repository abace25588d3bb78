"""Which addresses a source may be at, and connections to nothing else, within one time limit.

A name is resolved once for each connection, every address that it has is judged, and the connection goes to an address that was
judged: a name that answers differently the second time gains nothing. Redirects pass here like any request. The limit on the
whole harvest bounds every wait for the network, so that a server which sends a byte now and then ends too.
Does not belong here: HTTP (`fetch.py`).
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import httpcore

from warehouse.harvest.problems import HarvestError

#: Host and port to the addresses of the host.
Resolve = Callable[[str, int], Sequence[str]]

#: What `allow_private` opens: one's own networks and this machine. 100.64.0.0/10 is carriers' and clouds' private space.
_PRIVATE = [
    ip_network(network)
    for network in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "fc00::/7", "::1/128",
    )
]  # fmt: skip
#: IPv4 in IPv6: translated by a gateway (RFC 6052), and two old tunnels in which a private address can hide.
_NAT64 = ip_network("64:ff9b::/96")
_TUNNELS = [ip_network("2002::/16"), ip_network("2001::/32")]
_GLOBAL_UNICAST = ip_network("2000::/3")
#: Reserved by IANA; not every Python version knows them.
_RESERVED = [ip_network("192.0.0.0/24"), ip_network("192.88.99.0/24")]


def is_allowed(address: str, *, allow_private: bool) -> bool:
    """Whether an IP address may be connected to: global unicast, or private and loopback where that is allowed."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip in _NAT64:
            ip = IPv4Address(int(ip) & 0xFFFFFFFF)
    if any(ip in network for network in _PRIVATE):
        return allow_private
    if isinstance(ip, IPv6Address) and (ip not in _GLOBAL_UNICAST or any(ip in tunnel for tunnel in _TUNNELS)):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not any(ip in net for net in _RESERVED)


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system knows them; decimal, octal and short forms of IPv4 included.

    Raises:
        OSError, UnicodeError: it has none, or is no name.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class Deadline:
    """The moment at which a harvest must be over. seconds: from now on."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left, none below 0."""
        return max(0.0, self._end - time.monotonic())

    def bound(self, timeout: float | None) -> float:
        """A time-out that does not outlast the deadline.

        Raises:
            HarvestError: it is over.
        """
        left = self.left
        if not left:
            raise HarvestError("timeout", detail=f"{self.seconds:g} s", setting="timeout")
        return left if timeout is None else min(timeout, left)


class CheckedNetwork(httpcore.NetworkBackend):
    """Connects to allowed addresses only, and waits for nothing beyond the deadline.

    Args:
        inner: what connects to an address that was judged.
    """

    def __init__(
        self,
        deadline: Deadline,
        *,
        allow_private: bool,
        resolve: Resolve = resolve,
        inner: httpcore.NetworkBackend | None = None,
    ) -> None:
        self._deadline = deadline
        self._allow_private = allow_private
        self._resolve = resolve
        self._inner = inner or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that takes the connection.

        Raises:
            HarvestError: the host has no address, or one that is not allowed.
            httpcore.ConnectError, httpcore.ConnectTimeout: none takes it.
        """
        failure: Exception | None = None
        for address in self._addresses(host, port):
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.bound(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _BoundedStream(stream, self._deadline)
        raise failure or HarvestError("unknown_host", host=host, detail="no address")

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            passing = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
            raise HarvestError("unknown_host", may_pass=passing, host=host, detail=error) from error
        for address in addresses:
            if not is_allowed(address, allow_private=self._allow_private):
                raise HarvestError("refused_address", host=host, address=address)
        return addresses


class _BoundedStream(httpcore.NetworkStream):
    """A stream on which no wait outlasts the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.bound(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.bound(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.bound(timeout))
        return _BoundedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
