import msgspec
import pytest

from skypact.core.codec import decode, encode
from skypact.core.ids import Issuer
from skypact.core.messages import Context, SensorRegistration, Standing, TurnMeasured


def said(standing: Standing) -> SensorRegistration:
    return SensorRegistration(
        **Issuer("auria", "tracking", Context.TEST).header(1, 2),
        sensor="north",
        standing=standing,
        before=Standing.GOOD,
        range_bias_m=500.0,
        range_sd_m=20.0,
        range_scale=0.0,
        azimuth_bias_rad=0.005,
        azimuth_sd_rad=0.0001,
        elevation_bias_rad=0.0,
        elevation_sd_rad=0.001,
        time_bias_s=2.0,
        time_sd_s=0.05,
        place_enu_m=(0.0, 0.0, 0.0),
        noise_ratio=(1.0, 5.2, 1.0),
    )


@pytest.mark.parametrize("standing", Standing)
def test_every_standing_has_its_sentence_and_survives_the_wire(standing: Standing) -> None:
    message = said(standing)
    assert decode(encode(message), "test") == message
    others = {said(other).text for other in Standing if other != standing}
    assert message.text not in others


def test_noise_is_told_in_numbers() -> None:
    assert "5.2 times" in said(Standing.NOISY).text


def test_a_bias_out_of_bounds_is_refused() -> None:
    wrong = msgspec.json.encode(msgspec.structs.replace(said(Standing.GOOD), range_bias_m=1e9))
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(wrong, type=SensorRegistration)


def test_a_measured_turn_is_told_in_words() -> None:
    header = {"id": "a-1", "observed_ns": 1, "received_ns": 1, "origin": "a"}
    known = header | {"context": Context.TEST, "sensor": "north", "settings_s": 5.0}
    fast, same = (TurnMeasured(**known, period_s=period_s) for period_s in (0.625, 5.0))
    assert fast.text.startswith("turns in 0.62 s, its settings say 5 s")
    assert same.text == "turns in 5 s, as its settings say"
