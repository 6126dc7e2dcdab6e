"""The channel `phone`: settings and a voice in, calls out."""

from pathlib import Path

from skypact.config.channels import PhoneSettings
from skypact.core.errors import LinkError
from skypact.core.messages import Channel, Context, Notice, NoticeFailure
from skypact.edge.channels.phone.agent import Agent, NoReplyError
from skypact.edge.channels.phone.call import Call, Speeches
from skypact.edge.channels.phone.dialog import Target, uri
from skypact.edge.channels.phone.digest import Credentials
from skypact.edge.channels.phone.media import Metronome, Ports
from skypact.edge.channels.phone.speech import Voice
from skypact.edge.channels.secret import read_secret
from skypact.edge.channels.way import Line, NotSentError
from skypact.warning.phrases.phrases import language_of, prompts


class Phone:
    """Calls people. context: of the node; calls of an exercise say so in every sentence."""

    channel = Channel.PHONE
    tries = 1  # SIP repeats what is lost by itself; who does not answer is the procedure's matter

    def __init__(self, settings: PhoneSettings, folder: Path, context: Context) -> None:
        """folder: of the node, for the password. Raises ConfigError."""
        self.at_once, self.every_s = settings.calls_max, settings.check_every_s
        self.deadline_s = settings.ring_s + settings.call_max_s
        self._settings, self._context = settings, context
        exchange = None
        if settings.exchange:
            host, _, port = settings.exchange.rpartition(":")
            exchange = Target(host.strip("[]"), int(port))
        who = None
        if settings.user:
            who = Credentials(settings.user, read_secret(folder, settings.password_file))
        self._domain = settings.domain or (exchange.host if exchange else "")
        self._exchange = exchange
        self._agent = Agent(settings.host, settings.port, exchange, who, self._domain)
        self._ports = Ports(settings.host, *settings.sound_ports)
        self._metronome, self._voice = Metronome(), Voice()

    async def start(self) -> None:
        """Open the socket for calls. Raises LinkError."""
        await self._agent.start()

    async def stop(self) -> None:
        await self._agent.stop()
        await self._metronome.stop()

    async def send(self, notice: Notice, line: Line) -> None:
        """Call; see `Way`."""
        try:
            address = uri(notice.address, self._domain)
        except ValueError as error:
            raise NotSentError(NoticeFailure.REFUSED, str(error)) from error
        speeches = await self._speeches(notice)
        call = Call(self._agent, self._ports, self._metronome, self._settings)
        await call.make(address, speeches, line, notice.answer)

    async def check(self) -> str:
        """Ask the exchange, by REGISTER when we register there; see `Way`."""
        await self._voice.check()
        if self._exchange is None:
            return "no exchange is set; calls go where their addresses lead"
        try:
            if self._settings.register:
                reply = await self._agent.register(self._settings.register_s)
                if reply.status >= 300:
                    raise NotSentError(NoticeFailure.UNREACHABLE, f"{reply.line} to REGISTER")
                return f"{reply.line} to REGISTER"
            reply = await self._agent.options()
        except (NoReplyError, LinkError) as error:
            raise NotSentError(NoticeFailure.UNREACHABLE, str(error)) from error
        return f"{reply.line} to OPTIONS"  # whatever it says, it is there

    async def _speeches(self, notice: Notice) -> Speeches:
        """Return what the call can say, the warning first, so that it is ready before it rings."""
        table = language_of(notice.language)
        if table is None:
            raise NotSentError(
                NoticeFailure.REFUSED, f"nothing can be said in the language {notice.language!r}"
            )
        words = prompts(notice.language, self._settings.accept, self._settings.reject)
        marked = table.context[self._context]
        asked = f"{notice.speech} {words.ask}" if notice.answer else notice.speech
        # The engine's words say the context already; nobody is called without it.
        warning = asked if asked.startswith(marked) else f"{marked} {asked}"
        ends = (words.stored, words.rejected, words.unstored, words.ended)
        said = [warning, *(f"{marked} {end}".strip() for end in ends)]
        return Speeches(*[await self._voice.say(table.tag, text) for text in said])
