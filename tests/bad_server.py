"""A web server on 127.0.0.1 that misbehaves as it is told, and a network in which it is the public host `portal.test`."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpcore

from warehouse.harvest.network import resolve
from warehouse.harvest.run import World

HOST, PUBLIC_ADDRESS = "portal.test", "93.184.215.14"


class Request(BaseHTTPRequestHandler):
    """One request; a route answers it in any way it likes."""

    protocol_version = "HTTP/1.1"
    server: "Server"  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        with self.server.lock:
            self.server.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            answers = self.server.routes[path]
            answer = answers.pop(0) if isinstance(answers, list) and len(answers) > 1 else answers
        # The client goes away as soon as it has seen enough.
        with contextlib.suppress(OSError):
            (answer[0] if isinstance(answer, list) else answer)(self)

    def answer(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """A whole and right answer, but for what the headers say; `content_length="3"` is Content-Length: 3."""
        self.send_response(status)
        given = {name.replace("_", "-").title(): value for name, value in headers.items()}
        for name, value in ({"Content-Length": str(len(body))} | given).items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def raw(self, *pieces: bytes) -> None:
        """Bytes as they are, then the end of the connection."""
        for piece in pieces:
            self.wfile.write(piece)
        self.close_connection = True

    def drip(self, pieces: Iterable[bytes]) -> None:
        """A piece now and then, until the client goes away or the server ends."""
        for piece in pieces:
            if self.server.ended.wait(0.02):
                break
            self.wfile.write(piece)
        self.close_connection = True

    def silence(self) -> None:
        """Nothing at all, until the server ends."""
        self.server.ended.wait(5)
        self.close_connection = True

    def reset(self) -> None:
        """The connection reset in the middle of it."""
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.shutdown(socket.SHUT_RD)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the method that it replaces
        pass


Route = Callable[[Request], None]


class Server(ThreadingHTTPServer):
    """routes: path to its answer, or to a list of answers, of which the last stays. seen: path and headers of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.routes: dict[str, Route | list[Route]] = {}
        self.seen: list[tuple[str, Mapping[str, str]]] = []
        self.lock = threading.Lock()
        self.ended = threading.Event()

    @property
    def port(self) -> int:
        return self.server_address[1]

    def url(self, path: str, scheme: str = "http") -> str:
        return f"{scheme}://{HOST}:{self.port}{path}"

    @contextlib.contextmanager
    def serving(self) -> Iterator["Server"]:
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.ended.set()
            self.shutdown()
            self.server_close()
            thread.join()


@dataclass
class Internet(httpcore.SyncBackend):
    """A network in which `portal.test` is a public host: connections to its address reach the server, all others are real.

    addresses: what names resolve to, each time anew. connected: the addresses that connections were made to. waits: the pauses
    that were asked for, none of which is waited for.
    """

    addresses: dict[str, list[Sequence[str]]] = field(default_factory=lambda: {HOST: [[PUBLIC_ADDRESS]]})
    connected: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)

    def connect_tcp(self, host: str, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        self.connected.append(host)
        return super().connect_tcp("127.0.0.1" if host == PUBLIC_ADDRESS else host, *args, **kwargs)

    def resolve(self, host: str, port: int) -> Sequence[str]:
        answers = self.addresses.get(host)
        if answers is None:
            return resolve(host, port)
        return answers.pop(0) if len(answers) > 1 else answers[0]

    @property
    def world(self) -> World:
        return World(resolve=self.resolve, backend=self, environ=self.environ, sleep=self.waits.append)
