"""What a notice says."""

import pytest

from skypact.core.messages import Stage
from tests.unit.warning.alerting.night import PEOPLE, T0, Night, S, notices

LONG = {f"Quarter {i}": 300.0 + i for i in range(300)}


@pytest.mark.parametrize("language", ["ar", "en", "fa", "he", "tr"])
def test_in_every_language_and_on_every_stage(language: str):
    text = PEOPLE.replace('person = "A. Tahan"', f'person = "A. Tahan"\nlanguage = "{language}"')
    night = Night(text=text)
    (first,) = notices(night.raised())
    (end,) = notices(night.cleared())
    for notice, stage in ((first, Stage.PREPARE), (end, Stage.ALL_CLEAR)):
        assert (notice.language, notice.stage) == (language, stage)
        assert notice.title
        assert notice.speech
        assert len(notice.text) <= 360


def test_of_many_places_the_soonest_are_named_and_no_text_is_too_long():
    night = Night()
    (notice,) = notices(night.raised(places=LONG))[:1]
    assert "Quarter 0" in notice.text
    assert len(notice.text) <= 360
    assert len(notice.areas) == 200
    assert notice.areas[0].name == "Quarter 0"
    assert notice.areas[0].polygon_deg == ()


def test_an_end_is_of_use_for_an_hour():
    night = Night()
    night.raised()
    (end,) = notices(night.cleared())
    assert end.expires_ns == T0 + 3_600 * S
