"""Settings of channels that contradict each other are refused where they stand."""

from typing import Any

import msgspec
import pytest

from skypact.config.channels import ChannelsSettings

PHONE = {"host": "127.0.0.1"}


def taken(table: dict[str, Any]) -> ChannelsSettings:
    return msgspec.convert(table, ChannelsSettings)


def test_no_table_is_no_channel() -> None:
    assert taken({}) == ChannelsSettings()
    assert taken({"phone": PHONE}).phone is not None


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"accept": "2"}, "same key"),
        ({"accept": "*"}, "regex"),
        ({"sound_ports": [16_384, 16_390]}, "sound_ports"),
        ({"sound_ports": [80, 400]}, "sound_ports"),
        ({"user": "u"}, "password_file"),
        ({"register": True}, "register"),
        ({"host": "phone.example"}, "regex"),
        ({"password": "x"}, "unknown field"),
    ],
)
def test_a_phone_that_could_not_work_is_refused(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=why):
        taken({"phone": PHONE | wrong})


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"sender": "with space"}, "regex"),
        ({"host": "0.0.0.0"}, "this machine only"),
        ({"signing_key": "keys/k"}, "belong together"),
        ({"languages": ["fr"]}, "enum"),
    ],
)
def test_a_feed_that_could_not_work_is_refused(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=why):
        taken({"cap": {"sender": "x.example"} | wrong})


MAIL = {"server": "mail.example:587", "sender": "a@b.example"}
HOOK = {"url": "https://a.example/x", "secret_file": "keys/x"}


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ({"mail": MAIL | {"security": "none"}}, "this machine only"),
        ({"mail": MAIL | {"user": "u"}}, "password_file"),
        ({"mail": MAIL | {"sender": "nobody"}}, "regex"),
        ({"webhook": [HOOK | {"url": "http://a.example/x"}]}, "this machine only"),
        ({"webhook": [HOOK | {"url": "ftp://a.example"}]}, "regex"),
        ({"webhook": [HOOK, HOOK]}, "same address"),
        ({"webhook": [{"url": HOOK["url"]}]}, "secret_file"),
        ({"messenger": [{"name": "m", "url": "json://x"}]}, "unknown field"),
        ({"messenger": [{"name": "m", "url_file": "x"}] * 2}, "same address"),
    ],
)
def test_what_could_not_be_sent_by_is_refused(table: dict[str, Any], why: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=why):
        taken(table)


def test_good_tables_are_taken() -> None:
    assert taken({"mail": MAIL}).mail is not None
    local = HOOK | {"url": "http://127.0.0.1:8080/x"}
    assert len(taken({"webhook": [HOOK, local]}).webhooks) == 2
    assert taken({"messenger": [{"name": "m", "url_file": "x"}]}).messengers[0].name == "m"
