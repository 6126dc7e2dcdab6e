"""English."""

from skypact.core.messages import Context, Stage, ThreatClass
from skypact.warning.phrases.language import Language, Prompts, StageWords, TimeWords

ENGLISH = Language(
    tag="en",
    right_to_left=False,
    numerals="0123456789",
    digits=("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    comma=", ",
    more="{names} and {count} more",
    counted="{count} places",
    sender="Sent by {nation}.",
    context={
        Context.OPERATION: "",
        Context.EXERCISE: "Exercise, exercise, exercise.",
        Context.TEST: "Test, test, test.",
    },
    threats={
        ThreatClass.UNKNOWN: "unidentified object",
        ThreatClass.BALLISTIC: "ballistic missile",
        ThreatClass.CRUISE: "cruise missile",
        ThreatClass.DRONE: "drone",
        ThreatClass.AIRCRAFT: "aircraft",
        ThreatClass.ROCKET: "rocket",
    },
    stages={
        Stage.PREPARE: StageWords(
            title="Air threat: prepare",
            text="Air threat: {threat}. Place: {places}. {time} Stay near shelter and wait for "
            "instructions.",
        ),
        Stage.TAKE_COVER: StageWords(
            title="Air threat: take cover now",
            text="Air threat: {threat}. Place: {places}. {time} Take cover now and stay there "
            "until the all-clear.",
        ),
        Stage.ALL_CLEAR: StageWords(
            title="All-clear",
            text="All-clear. Place: {places}. You may leave shelter. Keep away from debris.",
        ),
        Stage.CORRECTION: StageWords(
            title="Correction: false warning",
            text="Correction: the earlier warning was sent in error. Place: {places}. No threat is "
            "known. You need do nothing.",
        ),
        Stage.TEST: StageWords(
            title="Test of the warning line",
            text="This is a test of the warning line. Nothing is happening. Please confirm that "
            "you got it.",
        ),
    },
    time=TimeWords(
        seconds_between="Time left in seconds: {low} to {high}.",
        seconds_about="Time left in seconds: about {high}.",
        seconds_within="Time left in seconds: {high} at most.",
        minutes_between="Time left in minutes: {low} to {high}.",
        minutes_about="Time left in minutes: about {high}.",
        minutes_within="Time left in minutes: {high} at most.",
        now="It can arrive at any moment.",
    ),
    prompts=Prompts(
        ask="To accept, press {accept}. To reject, press {reject}.",
        stored="Your confirmation is stored. Thank you.",
        rejected="Your rejection is stored. Thank you.",
        unstored="Your answer could not be stored. Please call your watch centre.",
        ended="This call is no longer needed. Thank you.",
    ),
)
