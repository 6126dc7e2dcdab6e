import socket

import msgspec
import pytest

from skypact.config.settings import DisSettings
from skypact.core.errors import InvariantError, LinkError
from skypact.core.messages import Context
from skypact.edge.clients.dis import DisSender
from skypact.sensors.dis.pdu import DEACTIVATED
from skypact.sensors.dis.write import rows_of
from tests.unit.edge.clients.pictures import picture


def received(made: socket.socket) -> list[bytes]:
    found: list[bytes] = []
    made.settimeout(0.05)
    while True:
        try:
            found.append(made.recv(65_535))
        except TimeoutError:
            return found


def test_pictures_go_to_the_simulators_when_due() -> None:
    said: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as simulator:
        simulator.bind(("127.0.0.1", 0))
        to = f"udp://127.0.0.1:{simulator.getsockname()[1]}"
        sender = DisSender(DisSettings(to=to, exercise_id=9, every_s=2.0), said.append)
        sender.take(picture((1, 2)))
        sender.take(picture((1, 2), at_s=1))
        rows = rows_of(received(simulator))
        assert (rows["entity"].tolist(), rows["exercise"].tolist()) == ([1, 2], [9, 9])
        sender.take(picture((2, 3), at_s=2))
        rows = rows_of(received(simulator))
        assert rows["entity"].tolist() == [2, 3, 1]
        assert (rows["appearance"] == DEACTIVATED).tolist() == [False, False, True]
        with pytest.raises(InvariantError):
            sender.take(picture(context=Context.OPERATION, at_s=4))
        sender.close()
    assert said == [f"EXERCISE: DIS entity states go to {to}"]


def test_settings_say_what_is_wrong() -> None:
    with pytest.raises(msgspec.ValidationError, match="use udp://HOST:PORT"):
        msgspec.convert({"to": "tcp://127.0.0.1:3000"}, DisSettings)
    with pytest.raises(LinkError, match="can't be found"):
        DisSender(DisSettings(to="udp://no.such.host.invalid:3000"), print)
