"""The channel `mail`: e-mail by SMTP, one message a notice, threaded by event."""

import smtplib
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from skypact.config.channels import MailSettings
from skypact.core.messages import Channel, DeliveryState, Notice, NoticeFailure, Stage
from skypact.edge.channels.secret import read_secret
from skypact.edge.channels.threads import in_thread
from skypact.edge.channels.way import Line, NotSentError

SECOND_NS = 1_000_000_000
TIMEOUT_S = 10.0


class Mail:
    """Sends by one SMTP server. Taken by the server is sent; nobody knows who has read it."""

    channel = Channel.MAIL
    at_once = 8
    tries = 4
    deadline_s = 60.0

    def __init__(
        self, settings: MailSettings, folder: Path, nation: str, now_ns: Callable[[], int]
    ) -> None:
        """folder: of the node, for the password. Raises ConfigError."""
        self._settings, self._now_ns = settings, now_ns
        self.every_s = settings.check_every_s
        self._password = read_secret(folder, settings.password_file) if settings.user else ""
        self._tls = ssl.create_default_context(
            cafile=str(folder / settings.authority) if settings.authority else None
        )
        self._domain = settings.sender.rpartition("@")[2]
        self._nation = nation
        host, _, port = settings.server.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)

    async def start(self) -> None:
        """See `Way`; nothing is held open."""

    async def stop(self) -> None:
        """See `Way`."""

    async def send(self, notice: Notice, line: Line) -> None:
        """Hand it to the server; see `Way`."""
        message = self.message(notice)
        said = await in_thread(lambda: self._deliver(message, notice.address))
        await line.report(DeliveryState.SENT, said)

    async def check(self) -> str:
        """See `Way`: connect, encrypt, sign on, and ask for nothing."""
        return await in_thread(self._greet)

    def message(self, notice: Notice) -> EmailMessage:
        """Return the message. Its id is of the notice and the attempt, so that a server or a reader
        that gets it twice can tell; it refers to those before, so that an event is one thread."""
        made = EmailMessage(policy=SMTP)
        made["From"] = self._settings.sender
        made["To"] = notice.address
        made["Subject"] = notice.title
        now = datetime.fromtimestamp(self._now_ns() // SECOND_NS, UTC)
        made["Date"] = format_datetime(now)
        made["Message-ID"] = self._id(f"{notice.notice_id}.{notice.attempt}")
        if notice.references:
            earlier = [self._id(f"{name}.1") for name in notice.references]
            made["In-Reply-To"] = earlier[-1]
            made["References"] = " ".join(earlier)
        made["Auto-Submitted"] = "auto-generated"
        if notice.stage in (Stage.TAKE_COVER, Stage.PREPARE):
            made["Importance"] = "high"
            made["X-Priority"] = "1"
        made["X-Skypact-Context"] = notice.context.value
        made["Content-Language"] = notice.language
        made.set_content(f"{notice.text}\n", cte="quoted-printable")
        return made

    def _id(self, name: str) -> str:
        safe = "".join(c if c.isalnum() or c in "-._" else "-" for c in name)
        return f"<{safe}.{self._nation}@{self._domain}>"

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=TIMEOUT_S, context=self._tls
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S)
        try:
            if settings.security == "starttls":
                # Raises where the server does not offer it: nothing goes out in clear.
                server.starttls(context=self._tls)
            if settings.user:
                server.login(settings.user, self._password)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server

    def _deliver(self, message: EmailMessage, address: str) -> str:
        try:
            with self._connect() as server:
                server.send_message(message, self._settings.sender, [address])
        except (OSError, smtplib.SMTPException) as error:
            raise _failed(error) from error
        return f"taken by {self._settings.server}"

    def _greet(self) -> str:
        try:
            with self._connect() as server:
                code, _ = server.noop()
        except (OSError, smtplib.SMTPException) as error:
            raise _failed(error) from error
        return f"{code} to NOOP"


def _failed(error: OSError | smtplib.SMTPException) -> NotSentError:
    """Return what an error means: a refusal of the recipient or of us lasts, the rest passes."""
    code, text = 0, str(error) or type(error).__name__
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        text = said.decode(errors="replace")
    elif isinstance(error, smtplib.SMTPResponseException):
        code = error.smtp_code
        said = error.smtp_error
        text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    text = f"{code} {text}" if code else text
    lasting = code >= 500 or isinstance(error, smtplib.SMTPNotSupportedError)
    if lasting:
        return NotSentError(NoticeFailure.REFUSED, text)
    return NotSentError(NoticeFailure.UNREACHABLE, text, again=True)
