"""Hebrew."""

from skypact.core.messages import Context, Stage, ThreatClass
from skypact.warning.phrases.language import Language, Prompts, StageWords, TimeWords

HEBREW = Language(
    tag="he",
    right_to_left=True,
    numerals="0123456789",
    digits=("אפס", "אחת", "שתיים", "שלוש", "ארבע", "חמש", "שש", "שבע", "שמונה", "תשע"),
    comma=", ",
    more="{names} ומקומות נוספים: {count}",
    counted="מספר מקומות: {count}",
    sender="השולח: {nation}.",
    context={
        Context.OPERATION: "",
        Context.EXERCISE: "תרגיל, תרגיל, תרגיל.",
        Context.TEST: "בדיקה, בדיקה, בדיקה.",
    },
    threats={
        ThreatClass.UNKNOWN: "עצם לא מזוהה",
        ThreatClass.BALLISTIC: "טיל בליסטי",
        ThreatClass.CRUISE: "טיל שיוט",
        ThreatClass.DRONE: "כלי טיס בלתי מאויש",
        ThreatClass.AIRCRAFT: "מטוס",
        ThreatClass.ROCKET: "רקטה",
    },
    stages={
        Stage.PREPARE: StageWords(
            title="איום אווירי: היערכו",
            text="איום אווירי: {threat}. מקום: {places}. {time} הישארו ליד המרחב המוגן והמתינו "
            "להנחיות.",
        ),
        Stage.TAKE_COVER: StageWords(
            title="איום אווירי: היכנסו למרחב המוגן",
            text="איום אווירי: {threat}. מקום: {places}. {time} היכנסו עכשיו למרחב המוגן והישארו "
            "בו עד להודעה על סיום האירוע.",
        ),
        Stage.ALL_CLEAR: StageWords(
            title="האירוע הסתיים",
            text="האירוע הסתיים. מקום: {places}. ניתן לצאת מהמרחב המוגן. התרחקו משברים.",
        ),
        Stage.CORRECTION: StageWords(
            title="תיקון: התרעת שווא",
            text="תיקון: ההתרעה הקודמת נשלחה בטעות. מקום: {places}. לא ידוע על איום. אין צורך "
            "בפעולה.",
        ),
        Stage.TEST: StageWords(
            title="בדיקת קו ההתרעה",
            text="זוהי בדיקה של קו ההתרעה. לא קורה דבר. נא לאשר קבלה.",
        ),
    },
    time=TimeWords(
        seconds_between="הזמן שנותר בשניות: {low} עד {high}.",
        seconds_about="הזמן שנותר בשניות: בערך {high}.",
        seconds_within="הזמן שנותר בשניות: {high} לכל היותר.",
        minutes_between="הזמן שנותר בדקות: {low} עד {high}.",
        minutes_about="הזמן שנותר בדקות: בערך {high}.",
        minutes_within="הזמן שנותר בדקות: {high} לכל היותר.",
        now="עלול להגיע בכל רגע.",
    ),
    prompts=Prompts(
        ask="לאישור הקישו {accept}. לדחייה הקישו {reject}.",
        stored="האישור נשמר. תודה.",
        rejected="הדחייה נשמרה. תודה.",
        unstored="לא ניתן היה לשמור את התשובה. נא להתקשר למוקד.",
        ended="אין עוד צורך בשיחה זו. תודה.",
    ),
)
