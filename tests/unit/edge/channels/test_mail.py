"""Mail through a real SMTP server: encrypted, signed on, threaded."""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from skypact.config.channels import MailSettings
from skypact.config.private import write_private
from skypact.core.messages import Channel, Context, DeliveryState, NoticeFailure, Stage
from skypact.edge.channels.mail import Mail
from skypact.edge.channels.way import NotSentError
from skypact.edge.links import pki
from tests.unit.edge.channels.notices import Ledger, notice

D = DeliveryState


class Box:
    """What the server took. refuse: its answer to a recipient, "" for taking all."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.refuse = ""
        self.encrypted: list[bool] = []

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        self.encrypted.append(session.ssl is not None)
        made = message_from_bytes(envelope.content or b"", policy=default)
        self.taken.append(made)  # type: ignore[arg-type]
        return "250 OK"


def signs_on(server: Any, session: Any, envelope: Any, mechanism: Any, given: Any) -> AuthResult:
    good = isinstance(given, LoginPassword) and (given.login, given.password) == (b"sky", b"s3cret")
    return AuthResult(success=good, handled=good)


@contextmanager
def smtp_server(folder: Path, **options: Any) -> Iterator[tuple[Box, int]]:
    """Run a server in a thread of its own, with a certificate of an authority in the folder."""
    authority = pki.make_authority(folder, "auria", Context.EXERCISE, time.time_ns())
    made = pki.issue(authority, pki.Role.INTAKE, time.time_ns(), ("127.0.0.1",))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    (folder / "authority.pem").write_bytes(authority.certificate.read_bytes())
    box = Box()
    given = {"tls_context": context, "authenticator": signs_on} | options
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port, **given)
    server.start()
    try:
        yield box, port
    finally:
        server.stop()


def mail(folder: Path, port: int, **settings: Any) -> Mail:
    write_private(folder / "password", "s3cret")
    given = {
        "server": f"127.0.0.1:{port}", "sender": "watch@auria.example",
        "authority": "authority.pem", "user": "sky", "password_file": "password",
    } | settings  # fmt: skip
    return Mail(MailSettings(**given), folder, "auria", time.time_ns)


def sent(one: Mail, work: Callable[[Mail, Ledger], Awaitable[None]]) -> Ledger:
    ledger = Ledger()
    asyncio.run(work(one, ledger))  # type: ignore[arg-type]
    return ledger


async def send_two(one: Mail, ledger: Ledger) -> None:
    first = notice(Channel.MAIL, "chief@auria.example", language="ar")
    second = notice(
        Channel.MAIL, "chief@auria.example", stage=Stage.ALL_CLEAR, notice_id="n2",
        references=("n1",),
    )  # fmt: skip
    for each in (first, second):
        await one.send(each, ledger.line(each))


def test_mail_is_encrypted_signed_on_and_threaded(tmp_path: Path) -> None:
    with smtp_server(tmp_path, auth_required=True) as (box, port):
        ledger = sent(mail(tmp_path, port), send_two)
    assert ledger.states == [D.SENT] * 2
    assert box.encrypted == [True, True]
    first, second = box.taken
    assert first["Message-ID"] == "<n1.1.auria@auria.example>"
    assert second["References"] == second["In-Reply-To"] == first["Message-ID"]
    assert "تمرين" in first["Subject"]
    assert "تمرين" in first.get_content()
    assert first["To"] == "chief@auria.example"
    assert first["X-Skypact-Context"] == "exercise"
    assert (first["Importance"], second["Importance"]) == ("high", None)


def failure(one: Mail) -> NotSentError:
    async def send() -> None:
        each = notice(Channel.MAIL, "chief@auria.example")
        await one.send(each, Ledger().line(each))

    with pytest.raises(NotSentError) as caught:
        asyncio.run(send())
    return caught.value


def test_nothing_goes_out_in_clear(tmp_path: Path) -> None:
    with smtp_server(tmp_path, tls_context=None, authenticator=None) as (box, port):
        assert failure(mail(tmp_path, port, user="")).failure is NoticeFailure.REFUSED
    assert box.taken == []


def test_a_server_of_another_authority_is_not_believed(tmp_path: Path) -> None:
    with smtp_server(tmp_path) as (box, port):
        failed = failure(mail(tmp_path, port, authority=""))
    assert "CERTIFICATE_VERIFY_FAILED" in failed.evidence
    assert box.taken == []


@pytest.mark.parametrize(
    ("answer", "meant", "again"),
    [
        ("550 no such user", NoticeFailure.REFUSED, False),
        ("451 try later", NoticeFailure.UNREACHABLE, True),
    ],
)
def test_what_a_refusal_means(
    tmp_path: Path, answer: str, meant: NoticeFailure, again: bool
) -> None:
    with smtp_server(tmp_path) as (box, port):
        box.refuse = answer
        failed = failure(mail(tmp_path, port))
    assert (failed.failure, failed.again, failed.evidence) == (meant, again, answer)


def test_a_wrong_password_is_told_and_not_tried_again(tmp_path: Path) -> None:
    with smtp_server(tmp_path) as (_, port):
        one = mail(tmp_path, port, user="other")
        failed = failure(one)
        with pytest.raises(NotSentError, match="535"):
            asyncio.run(one.check())
    assert (failed.failure, failed.again) == (NoticeFailure.REFUSED, False)


def test_the_heartbeat_signs_on(tmp_path: Path) -> None:
    with smtp_server(tmp_path) as (box, port):
        assert asyncio.run(mail(tmp_path, port).check()) == "250 to NOOP"
    assert box.taken == []


def test_no_server_is_tried_again(tmp_path: Path) -> None:
    with smtp_server(tmp_path) as (_, port):
        pass
    failed = failure(mail(tmp_path, port))
    assert (failed.failure, failed.again) == (NoticeFailure.UNREACHABLE, True)


def test_headers_cannot_be_smuggled_in(tmp_path: Path) -> None:
    with smtp_server(tmp_path) as (_, port):
        one = mail(tmp_path, port)
        with pytest.raises(ValueError, match=r"linefeed|newline"):
            one.message(notice(Channel.MAIL, "a@b.example", title="x\r\nBcc: y@z.example"))
