"""The other end of a feed: what a simulated radar or a replayed receiver sends."""

import asyncio
import socket

from skypact.core.errors import LinkError

CLIENT_BUFFER_BYTES = 1024 * 1024
CLIENTS_MAX = 64
ACCEPTED_S = 0.05
SEND_BUFFER_BYTES = 1024 * 1024


class UdpSender:
    """Sends datagrams to one address. sent, failed: how many went out, how many did not."""

    def __init__(self, host: str, port: int) -> None:
        """Raises LinkError when the host can't be found."""
        try:
            family, _, _, _, self._address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[
                0
            ]
        except OSError as error:
            raise LinkError(f"{host} can't be found: {error}", link=f"udp:{port}") from error
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self.sent = self.failed = 0

    def send(self, datagram: bytes) -> None:
        """Send at once or count a failure: a radar does not wait for its listeners."""
        try:
            self.socket.sendto(datagram, self._address)
        except OSError:
            self.failed += 1
        else:
            self.sent += 1

    def close(self) -> None:
        self.socket.close()


class BeastServer:
    """Serves a byte stream to every client that connects, each from the next whole frame on."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._clients: dict[asyncio.StreamWriter, None] = {}
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._stopped = False

    async def start(self) -> None:
        """Listen; raises LinkError when the port can't be had."""
        try:
            self._server = await asyncio.start_server(self._serve, self._host, self._port)
        except OSError as error:
            where = f"tcp://{self._host}:{self._port}"
            raise LinkError(f"the port can't be had: {error}", link=where) from error

    async def stop(self) -> None:
        """Close the port and drop all clients."""
        self._stopped = True
        if self._server is not None:
            self._server.close()
        for writer in list(self._clients):
            self._drop(writer)
        # A connection that was accepted just before may not have come to `_serve` yet.
        await asyncio.sleep(ACCEPTED_S)
        await asyncio.gather(*self._serving)

    @property
    def port(self) -> int:
        """Return the port that clients connect to, also when 0 was asked for."""
        if self._server is None:
            return self._port
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def clients(self) -> int:
        return len(self._clients)

    def send(self, frames: bytes) -> None:
        """Send whole frames to all clients; one that reads too slowly is dropped."""
        for writer in list(self._clients):
            if writer.transport.get_write_buffer_size() > CLIENT_BUFFER_BYTES:
                self._drop(writer)
            else:
                writer.write(frames)

    def _drop(self, writer: asyncio.StreamWriter) -> None:
        self._clients.pop(writer, None)
        writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._stopped or len(self._clients) >= CLIENTS_MAX:
            writer.transport.abort()
            return
        self._clients[writer] = None
        serving = asyncio.current_task()
        assert serving is not None
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)
        try:
            while await reader.read(4096):
                pass  # what a client says is of no interest; its end of stream is
        except OSError:
            pass
        finally:
            self._drop(writer)
