"""A SIP user agent that calls out over UDP: transactions, calls, requests from the other side.

RFC 3261 sections 8, 9, 12-15, 17. It takes no calls. Nothing here knows what a warning is.
"""

import asyncio
import ipaddress
import secrets
from collections.abc import Callable, Coroutine
from typing import Any

from skypact.core.errors import DecodeError, LinkError
from skypact.edge.channels.phone import sip
from skypact.edge.channels.phone.dialog import Dialog, Target, target
from skypact.edge.channels.phone.digest import Credentials, answer

T1_S, T2_S = 0.5, 4.0
GIVE_UP_AFTER = 64  # times T1: timers B and F
REMEMBERED_S, STOP_S = 32.0, 2.0
PRODUCT = "Skypact"
ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS"


class NoReplyError(Exception):
    """Nothing came back in time."""


class Agent(asyncio.DatagramProtocol):
    """One socket for all calls. host, port: where it listens and what it tells others; proxy: where
    everything goes, None: where the URIs lead."""

    def __init__(
        self, host: str, port: int, proxy: Target | None, who: Credentials | None, domain: str
    ) -> None:
        self.host, self.port, self.domain = host, port, domain or _bracketed(host)
        self._proxy, self._who = proxy, who
        self._transport: asyncio.DatagramTransport | None = None
        self._waiting: dict[tuple[str, str], asyncio.Queue[sip.Response]] = {}
        self._acknowledgements: dict[tuple[str, str], tuple[bytes, tuple[str, int]]] = {}
        self._hung_up: dict[str, tuple[Dialog, Callable[[], None]]] = {}
        self._renewed: dict[str, Callable[[bytes], bytes]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self.refused = 0

    async def start(self) -> None:
        """Bind; `port` is then the real one. Raises LinkError when it can't."""
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.create_datagram_endpoint(lambda: self, (self.host, self.port))
        except OSError as error:
            raise LinkError(
                f"{self.host}:{self.port} cannot be used: {error.strerror}", link="phone"
            ) from error
        self._transport = transport
        self.port = int(transport.get_extra_info("sockname")[1])

    async def stop(self) -> None:
        """End what still rings or talks, then close."""
        if self._ending:
            await asyncio.wait(self._ending, timeout=STOP_S)
        for task in self._ending:
            task.cancel()
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    @property
    def contact(self) -> str:
        return f"<sip:skypact@{_bracketed(self.host)}:{self.port}>"

    def dialog(self, uri: str) -> Dialog:
        """Return a new call to a URI, not yet made."""
        user = self._who.user if self._who else "skypact"
        local = f"<sip:{user}@{self.domain}>;tag={secrets.token_hex(8)}"
        return Dialog(secrets.token_hex(16), local, f"<{uri}>", uri)

    def follow(
        self, dialog: Dialog, hung_up: Callable[[], None], renewed: Callable[[bytes], bytes]
    ) -> None:
        """Be told when the other side ends the call, and asked when it changes its sound: the new
        description in, ours out; raises DecodeError."""
        self._hung_up[dialog.call_id] = (dialog, hung_up)
        self._renewed[dialog.call_id] = renewed

    def forget(self, dialog: Dialog) -> None:
        self._hung_up.pop(dialog.call_id, None)
        self._renewed.pop(dialog.call_id, None)

    async def invite(
        self, dialog: Dialog, body: bytes, ringing: Callable[[str], None], given_up: asyncio.Event
    ) -> sip.Response:
        """Call; return the final reply, which is acknowledged. A 2xx has filled in the dialog.

        ringing: told the first line of each provisional reply; given_up: when set, the call is
        cancelled, and the reply is that to the INVITE all the same.
        Raises NoReplyError, DecodeError, LinkError.
        """
        extra: list[tuple[str, str]] = [("Contact", self.contact), ("Allow", ALLOW)]
        reply = await self._invite(dialog, [*extra], body, ringing, given_up)
        if reply.status in (401, 407) and (said := self._proof(reply, "INVITE", dialog.uri)):
            reply = await self._invite(dialog, [*extra, said], body, ringing, given_up)
        return reply

    async def bye(self, dialog: Dialog) -> None:
        """End a call that was taken. Raises NoReplyError."""
        await self.ask("BYE", dialog, dialog.uri, Target(*await self._way(dialog.next_hop)))

    def bye_soon(self, dialog: Dialog) -> None:
        """End a call that was taken, while the caller goes on."""
        self._later(self.bye(dialog))

    def let_end(self, inviting: asyncio.Task[sip.Response], dialog: Dialog) -> None:
        """Let an INVITE that is given up come to its end; a call that was taken all the same is
        ended."""

        async def end() -> None:
            await asyncio.wait([inviting], timeout=GIVE_UP_AFTER * T1_S)
            inviting.cancel()
            await asyncio.gather(inviting, return_exceptions=True)
            if dialog.taken:
                await self.bye(dialog)

        self._later(end())

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        ending = asyncio.create_task(work)
        self._ending.add(ending)
        ending.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._ending.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.refused += 1  # the other side is gone, and with it the call

    async def options(self) -> sip.Response:
        """Ask the exchange whether it is there. Raises NoReplyError, LinkError."""
        uri = f"sip:{self.domain}"
        return await self.ask("OPTIONS", self.dialog(uri), uri, Target(*await self._way(uri)))

    async def register(self, for_s: int) -> sip.Response:
        """Tell the exchange where we are. Raises NoReplyError, LinkError."""
        uri = f"sip:{self.domain}"
        dialog = self.dialog(uri)
        dialog.remote = dialog.local.partition(";")[0]
        extra = [("Contact", self.contact), ("Expires", str(for_s))]
        to = Target(*await self._way(uri))
        reply = await self.ask("REGISTER", dialog, uri, to, extra)
        if reply.status in (401, 407) and (said := self._proof(reply, "REGISTER", uri)):
            reply = await self.ask("REGISTER", dialog, uri, to, [*extra, said])
        return reply

    async def ask(
        self,
        method: str,
        dialog: Dialog,
        uri: str,
        to: Target,
        extra: list[tuple[str, str]] | None = None,
    ) -> sip.Response:
        """Send a request that is no INVITE until its final reply (section 17.1.2)."""
        branch = _branch()
        data = self._request(method, uri, branch, [*dialog.headers(method), *(extra or [])])
        return await self._replied(data, to, branch, method)

    async def _replied(self, data: bytes, to: Target, branch: str, method: str) -> sip.Response:
        replies = self._waiting[branch, method] = asyncio.Queue(64)
        wait_s, left_s = T1_S, GIVE_UP_AFTER * T1_S
        try:
            while left_s > 0:
                self._send(data, to)
                try:
                    async with asyncio.timeout(wait_s):
                        while (reply := await replies.get()).status < 200:
                            pass
                        return reply
                except TimeoutError:
                    left_s -= wait_s
                    wait_s = min(2 * wait_s, T2_S, max(left_s, 0.01))
            raise NoReplyError(f"no reply to {method}")
        finally:
            del self._waiting[branch, method]

    async def _invite(
        self,
        dialog: Dialog,
        extra: list[tuple[str, str]],
        body: bytes,
        ringing: Callable[[str], None],
        given_up: asyncio.Event,
    ) -> sip.Response:
        branch, to = _branch(), Target(*await self._way(dialog.uri))
        headers = [*dialog.headers("INVITE"), *extra, ("Content-Type", "application/sdp")]
        data = self._request("INVITE", dialog.uri, branch, headers, body)
        replies = self._waiting[branch, "INVITE"] = asyncio.Queue(64)
        heard = asyncio.Event()
        resending = asyncio.create_task(self._resend(data, to, heard))
        cancelling = asyncio.create_task(self._cancel(dialog, branch, to, given_up, heard))
        try:
            while (reply := await _next(replies, resending)).status < 200:
                heard.set()
                ringing(reply.line)
            heard.set()
            await self._acknowledge(dialog, branch, to, reply)
            return reply
        finally:
            resending.cancel()
            cancelling.cancel()
            del self._waiting[branch, "INVITE"]

    async def _resend(self, data: bytes, to: Target, heard: asyncio.Event) -> None:
        """Send an INVITE again until something is heard (timers A and B)."""
        wait_s, left_s = T1_S, GIVE_UP_AFTER * T1_S
        while left_s > 0 and not heard.is_set():
            self._send(data, to)
            await asyncio.sleep(min(wait_s, left_s))
            left_s -= wait_s
            wait_s *= 2
        if heard.is_set():
            await asyncio.Event().wait()  # from here on only the caller's patience ends it

    async def _cancel(
        self,
        dialog: Dialog,
        branch: str,
        to: Target,
        given_up: asyncio.Event,
        heard: asyncio.Event,
    ) -> None:
        await given_up.wait()
        await heard.wait()  # nothing may be cancelled that has not been heard of (section 9.1)
        data = self._request("CANCEL", dialog.uri, branch, dialog.headers("CANCEL"))
        await self._replied(data, to, branch, "CANCEL")

    async def _acknowledge(
        self, dialog: Dialog, branch: str, to: Target, reply: sip.Response
    ) -> None:
        if reply.status < 300:
            dialog.take(reply)
            branch, to = _branch(), Target(*await self._way(dialog.next_hop))
            headers = dialog.headers("ACK")
        else:
            # To the same place as the INVITE and with its branch (section 17.1.1.3).
            headers = [
                (name, reply.headers.get("to") if name == "To" else value)
                for name, value in dialog.headers("ACK")
            ]
        data = self._request("ACK", dialog.uri, branch, headers)
        self._send(data, to)
        key = (dialog.call_id, f"{dialog.number} INVITE")
        self._acknowledgements[key] = (data, to)
        asyncio.get_running_loop().call_later(REMEMBERED_S, self._acknowledgements.pop, key, None)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if not data.strip(b"\r\n\0"):
            return  # keeps a way through a firewall open
        try:
            message = sip.read(data)
            if isinstance(message, sip.Response):
                self._reply(message._replace(sender=str(addr[0])))
            else:
                self._requested(message, (str(addr[0]), addr[1]))
        except DecodeError:
            self.refused += 1

    def error_received(self, exc: Exception) -> None:
        self.refused += 1  # the port is closed there; timers tell

    def _reply(self, reply: sip.Response) -> None:
        headers = reply.headers
        number, method = sip.sequence(headers)
        branch = sip.parameter(next(iter(headers.all("via")), ""), "branch")
        waiting = self._waiting.get((branch, method))
        if waiting is not None:
            if not waiting.full():
                waiting.put_nowait(reply)
        elif method == "INVITE" and reply.status >= 200:
            # The other side has not seen our ACK (section 13.2.2.4).
            again = self._acknowledgements.get((headers.get("call-id"), f"{number} INVITE"))
            if again is not None:
                self._send(*again)

    def _requested(self, request: sip.Request, sender: tuple[str, int]) -> None:
        headers, method = request.headers, request.method
        sip.sequence(headers)
        if method == "ACK":
            return
        dialog, hung_up = self._hung_up.get(headers.get("call-id"), (None, None))
        known = dialog is not None and dialog.is_of(headers)
        status, body = "481 Call/Transaction Does Not Exist", b""
        if method == "OPTIONS":
            status = "200 OK"
        elif known and method == "BYE" and hung_up is not None:
            status = "200 OK"
            hung_up()
        elif known and method == "INVITE" and dialog is not None:
            try:
                body = self._renewed[dialog.call_id](request.body)
                dialog.take_contact(headers)
                status = "200 OK"
            except DecodeError:
                status = "488 Not Acceptable Here"
        elif method == "INVITE" and not sip.parameter(headers.get("to"), "tag"):
            status = "603 Decline"
        elif method not in ALLOW.split(", "):
            status = "405 Method Not Allowed"
        self._answer(request, status, body, sender)

    def _answer(
        self, request: sip.Request, status: str, body: bytes, sender: tuple[str, int]
    ) -> None:
        headers = request.headers
        kept = [("Via", value) for value in headers.all("via")]
        to = headers.get("to")
        if not sip.parameter(to, "tag"):
            to += f";tag={secrets.token_hex(8)}"
        kept += [(n, headers.get(n)) for n in ("From", "Call-ID", "CSeq")] + [("To", to)]
        kept += [("Record-Route", v) for v in headers.all("record-route")]
        kept += [("Contact", self.contact), ("Allow", ALLOW), ("Server", PRODUCT)]
        if body:
            kept.append(("Content-Type", "application/sdp"))
        self._send(sip.write(f"SIP/2.0 {status}", kept, body), sender)

    def _request(
        self,
        method: str,
        uri: str,
        branch: str,
        headers: list[tuple[str, str]],
        body: bytes = b"",
    ) -> bytes:
        via = f"SIP/2.0/UDP {_bracketed(self.host)}:{self.port};rport;branch={branch}"
        lines = [("Via", via), *headers, ("User-Agent", PRODUCT)]
        return sip.write(f"{method} {uri} SIP/2.0", lines, body)

    def _proof(self, reply: sip.Response, method: str, uri: str) -> tuple[str, str] | None:
        if self._who is None:
            return None
        asked, name = (
            ("www-authenticate", "Authorization")
            if reply.status == 401
            else ("proxy-authenticate", "Proxy-Authorization")
        )
        # Not split at commas: those are between the parts of one challenge.
        challenges = [v for n, v in reply.headers.lines if n.lower() == asked]
        value = answer(challenges, self._who, method, uri, secrets.token_hex(8))
        return (name, value) if value else None

    async def _way(self, uri: str) -> tuple[str, int]:
        host, port = self._proxy or target(uri)
        try:
            return str(ipaddress.ip_address(host)), port
        except ValueError:
            pass
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=2)
        except OSError as error:
            raise LinkError(f"{host} cannot be found", link="phone") from error
        return str(found[0][4][0]), port

    def _send(self, data: bytes, to: tuple[str, int]) -> None:
        if self._transport is not None:
            self._transport.sendto(data, to)


async def _next(
    replies: asyncio.Queue[sip.Response], resending: asyncio.Task[None]
) -> sip.Response:
    """Return the next reply; raises NoReplyError when sending again has been given up."""
    getting = asyncio.create_task(replies.get())
    try:
        await asyncio.wait([getting, resending], return_when=asyncio.FIRST_COMPLETED)
        if getting.done():
            return getting.result()
        raise NoReplyError("no reply to INVITE")
    finally:
        getting.cancel()


def _branch() -> str:
    return f"z9hG4bK{secrets.token_hex(16)}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
