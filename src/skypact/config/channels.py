"""What `[channels]` of `node.toml` may say: one table for each way to reach people. A channel
without its table is not there. Secrets stand in files of the node's folder, never in `node.toml`.
"""

from typing import Annotated, Literal

import msgspec

Seconds = Annotated[float, msgspec.Meta(gt=0, le=3_600)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
HostPort = Annotated[str, msgspec.Meta(pattern=r"^(\[[0-9a-fA-F:]+\]|[^:\s]+):[0-9]{1,5}$")]
IpAddress = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-fA-F.:]{3,45}$")]
File = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Key = Annotated[str, msgspec.Meta(pattern=r"^[0-9]$")]
LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")
Url = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s]+$", max_length=200)]
TargetName = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class PhoneSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """host, port: of this machine, as the exchange and phones reach it, by UDP; exchange:
    "HOST:PORT" of a SIP server that takes every call, "" where addresses are sip: URIs that lead
    there themselves; domain: the exchange's name in addresses, its host when left out; user,
    password_file: as the exchange knows us; register: tell the exchange where we are, each
    register_s; sound_ports: first and last port of sound, an even one for each call.

    accept, reject: keys; ring_s: how long it rings; repeats, pause_s: how often the warning is
    said, and the wait for a key after each time; call_max_s: a call ends after this;
    machine_greeting_s: a first utterance as long as this is held to be a machine's.
    """

    host: IpAddress
    port: Port = 5060
    exchange: HostPort | Literal[""] = ""
    domain: Annotated[str, msgspec.Meta(max_length=253)] = ""
    user: Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[A-Za-z0-9_.+-]*$")] = ""
    password_file: str = ""
    register: bool = False
    register_s: Annotated[int, msgspec.Meta(ge=60, le=3_600)] = 300
    sound_ports: tuple[Port, Port] = (16_384, 16_783)
    accept: Key = "1"
    reject: Key = "2"
    calls_max: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 100
    ring_s: Seconds = 25.0
    repeats: Annotated[int, msgspec.Meta(ge=1, le=10)] = 2
    pause_s: Seconds = 4.0
    call_max_s: Seconds = 120.0
    machine_greeting_s: Seconds = 4.0
    check_every_s: Seconds = 30.0

    def __post_init__(self) -> None:
        if self.accept == self.reject:
            raise ValueError("accept and reject are the same key")
        first, last = self.sound_ports
        if last - first < 2 * self.calls_max - 1 or first < 1_024:
            raise ValueError(f"sound_ports need {2 * self.calls_max} ports above 1023")
        if self.user and not self.password_file:
            raise ValueError("user needs a password_file")
        if self.register and not (self.exchange and self.user):
            raise ValueError("register needs an exchange and a user")


class CapSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """sender: as CAP asks, unique in the world, such as a domain name; folder: where messages and
    the feed are written; host, port: where they are served, url: as readers find them;
    certificate, key: of HTTPS, files, needed where it leaves this machine; signing_certificate,
    signing_key: of the XML signatures, made when left out; languages: beside the notice's own."""

    sender: Annotated[str, msgspec.Meta(pattern=r"^[^\s,<>&]{3,100}$")]
    folder: File = "state/cap"
    host: str = "127.0.0.1"
    port: Port = 8_744
    url: Annotated[str, msgspec.Meta(pattern=r"^$|^https?://[^\s]+$", max_length=200)] = ""
    certificate: str = ""
    key: str = ""
    signing_certificate: str = ""
    signing_key: str = ""
    languages: tuple[Literal["ar", "en", "fa", "he", "tr"], ...] = ("en",)
    web: Annotated[str, msgspec.Meta(max_length=200)] = ""
    contact: Annotated[str, msgspec.Meta(max_length=200)] = ""
    keep_days: Annotated[float, msgspec.Meta(gt=0, le=3_660)] = 7.0
    check_every_s: Seconds = 30.0

    def __post_init__(self) -> None:
        if not self.certificate and self.host not in LOCAL_HOSTS:
            raise ValueError("without a certificate it is served on this machine only")
        if bool(self.signing_certificate) != bool(self.signing_key):
            raise ValueError("signing_certificate and signing_key belong together")


class MailSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """server: "HOST:PORT"; security: starttls, tls (from the first byte), or none, on this machine
    only; authority: file of a certificate authority, those of the system when left out; user,
    password_file: where the server asks; sender: the address that mail comes from."""

    server: HostPort
    sender: Annotated[str, msgspec.Meta(pattern=r"^[^\s@<>,]+@[^\s@<>,]+$", max_length=200)]
    security: Literal["starttls", "tls", "none"] = "starttls"
    authority: str = ""
    user: Annotated[str, msgspec.Meta(max_length=200)] = ""
    password_file: str = ""
    check_every_s: Seconds = 60.0

    def __post_init__(self) -> None:
        local = self.server.rpartition(":")[0].strip("[]") in LOCAL_HOSTS
        if self.security == "none" and not local:
            raise ValueError("security none is for a server of this machine only")
        if self.user and not self.password_file:
            raise ValueError("user needs a password_file")


class WebhookSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """url: of the receiver, the address of recipients; https, or http on this machine; secret_file:
    shared with it alone; authority: as for mail."""

    url: Url
    secret_file: File
    authority: str = ""
    check_every_s: Seconds = 60.0

    def __post_init__(self) -> None:
        host = self.url.partition("://")[2].partition("/")[0].rpartition("@")[2]
        if self.url.startswith("http:") and host.rpartition(":")[0] not in LOCAL_HOSTS:
            raise ValueError("http is for this machine only, with its port; use https")


class MessengerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """name: the address of recipients; url_file: file that holds the service's Apprise URL, which
    is a secret."""

    name: TargetName
    url_file: File
    check_every_s: Seconds = 300.0


class ChannelsSettings(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"webhooks": "webhook", "messengers": "messenger"},
):
    """None, or no entry: there is no such channel."""

    phone: PhoneSettings | None = None
    cap: CapSettings | None = None
    mail: MailSettings | None = None
    webhooks: tuple[WebhookSettings, ...] = ()
    messengers: tuple[MessengerSettings, ...] = ()

    def __post_init__(self) -> None:
        for table, names in (
            ("webhook", [one.url for one in self.webhooks]),
            ("messenger", [one.name for one in self.messengers]),
        ):
            if len(set(names)) < len(names):
                raise ValueError(f"two tables [[channels.{table}]] are for the same address")
