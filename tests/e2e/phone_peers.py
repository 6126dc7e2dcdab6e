"""Telephones made by others: SIPp, which plays a script, and baresip, a softphone."""

import asyncio
import json
import shutil
import subprocess
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from skypact.edge.channels.phone import sound

MODULES = "/usr/lib/baresip/modules"
TAG = "[pid]SIPp[call_number]"
KEPT = """[last_Via:]
[last_From:]
[last_To:];tag={tag}
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>"""
DESCRIPTION = """v=0
o=user1 53655765 2353687637 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [{port}] RTP/AVP 0 96
a=rtpmap:0 PCMU/8000
a=rtpmap:96 telephone-event/8000
a=fmtp:96 0-15"""


def reply(status: str, body: str = "", tag: str = TAG) -> str:
    """Return a step that replies to the latest request."""
    kept = KEPT.format(tag=tag)
    if not tag:
        kept = kept.replace(";tag=", "")
    if body:
        kept += "\nContent-Type: application/sdp"
    again = ' retrans="500"' if body else ""
    text = f"SIP/2.0 {status}\n{kept}\nContent-Length: [len]\n\n{body}\n"
    return f"<send{again}><![CDATA[\n{text}\n]]></send>"


INVITED = '<recv request="INVITE" crlf="true"/>'
RINGING = reply("180 Ringing")
TAKEN = reply("200 OK", DESCRIPTION.format(port="media_port")) + '<recv request="ACK"/>'
HEARS_AND_TALKS = (
    reply("200 OK", DESCRIPTION.format(port="rtpstream_audio_port")) + '<recv request="ACK"/>'
)
ENDED = '<recv request="BYE"/>' + reply("200 OK", tag="")


def wait(seconds: float) -> str:
    return f'<pause milliseconds="{round(1000 * seconds)}"/>'


def press(key: str) -> str:
    return f'<nop><action><exec play_dtmf="{key}"/></action></nop>'


def presses(key: str, after_s: float = 0.7) -> list[str]:
    """Return the steps of a person who takes the call and presses a key."""
    return [INVITED, RINGING, wait(0.2), TAKEN, wait(after_s), press(key), ENDED]


BUSY = [INVITED, RINGING, reply("486 Busy Here"), '<recv request="ACK"/>']
DECLINES = [INVITED, RINGING, reply("603 Decline"), '<recv request="ACK"/>']
NEVER_TAKES = [
    INVITED, RINGING, '<recv request="CANCEL"/>', reply("200 OK"),
    reply("487 Request Terminated").replace("[last_CSeq:]", "CSeq: 1 INVITE"),
    '<recv request="ACK"/>',
]  # fmt: skip
SILENT = [INVITED, RINGING, TAKEN, ENDED]


def machine(greeting: Path) -> list[str]:
    """Return the steps of a machine that plays a file of PCMU, 8 kHz."""
    play = f'<nop><action><exec rtp_stream="{greeting},1,0"/></action></nop>'
    return [INVITED, RINGING, HEARS_AND_TALKS, play, ENDED]


def greeting(path: Path, seconds: float) -> Path:
    """Write something that is loud without a pause."""
    at = np.arange(int(seconds * sound.RATE_HZ))
    path.write_bytes(sound.pcmu((np.sin(at / 4) * 9_000).astype(np.int16)))
    return path


@asynccontextmanager
async def sipp(folder: Path, steps: list[str], port: int, sound_port: int) -> AsyncIterator[None]:
    """Run SIPp, which takes any number of calls by these steps."""
    scenario = folder / f"sipp-{port}.xml"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="telephone">\n'
    scenario.write_text(head + "\n".join(steps) + "\n</scenario>\n")
    process = await asyncio.create_subprocess_exec(
        _program("sipp"), "-sf", str(scenario), "-i", "127.0.0.1", "-p", str(port),
        "-mp", str(sound_port), "-nostdin", "-trace_err",
        *("-error_file", str(folder / f"sipp-{port}.errors"), "-default_behaviors", "-bye"),
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await asyncio.sleep(0.3)
        assert process.returncode is None, (folder / f"sipp-{port}.errors").read_text()
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class Softphone:
    """baresip under its control port."""

    def __init__(self, folder: Path, port: int, control_port: int) -> None:
        self._folder, self._control_port = folder, control_port
        self.address = f"sip:watch@127.0.0.1:{port}"

    async def press(self, key: str) -> None:
        """Press a key in the call that it has taken."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._control_port)
        said = json.dumps({"command": "sndcode", "params": key, "token": "t"})
        writer.write(f"{len(said)}:{said},".encode())
        assert b'"ok":true' in await reader.readuntil(b"},")
        writer.close()

    def heard(self) -> np.ndarray:
        """Return the samples that it heard in its last call."""
        path = max(self._folder.glob("dump-*-dec.wav"))
        with wave.open(str(path)) as file:
            return np.frombuffer(file.readframes(file.getnframes()), np.int16)


@asynccontextmanager
async def baresip(folder: Path, port: int, control_port: int) -> AsyncIterator[Softphone]:
    """Run baresip, which takes a call at once and keeps what it hears. port: and the next."""
    with wave.open(str(folder / "silence.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(2 * 8_000 * 60))
    (folder / "config").write_text(
        f"sip_listen 127.0.0.1:{port}\naudio_source aufile,{folder}/silence.wav\n"
        f"audio_player nullaudio,none\nmodule_path {MODULES}\nmodule g711.so\nmodule aufile.so\n"
        f"module sndfile.so\nsnd_path {folder}\nmodule_tmp account.so\nmodule_app menu.so\n"
        f"module_app ctrl_tcp.so\nctrl_tcp_listen 127.0.0.1:{control_port}\n"
    )
    account = f"<sip:watch@127.0.0.1:{port}>;regint=0;answermode=auto;audio_codecs=PCMU/8000/1\n"
    (folder / "accounts").write_text(account)
    process = await asyncio.create_subprocess_exec(
        _program("baresip"), "-f", str(folder), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await asyncio.sleep(0.5)
        assert process.returncode is None
        yield Softphone(folder, port, control_port)
    finally:
        if process.returncode is None:
            process.terminate()  # it ends its recordings then
        await process.wait()


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is missing; make test installs it"
    return found
