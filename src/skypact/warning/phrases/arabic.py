"""Arabic."""

from skypact.core.messages import Context, Stage, ThreatClass
from skypact.warning.phrases.language import Language, Prompts, StageWords, TimeWords

ARABIC = Language(
    tag="ar",
    right_to_left=True,
    numerals="٠١٢٣٤٥٦٧٨٩",
    digits=("صفر", "واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة"),
    comma="، ",
    more="{names}، وأماكن أخرى عددها {count}",
    counted="أماكن عددها {count}",
    sender="المرسل: {nation}.",
    context={
        Context.OPERATION: "",
        Context.EXERCISE: "تمرين، تمرين، تمرين.",
        Context.TEST: "اختبار، اختبار، اختبار.",
    },
    threats={
        ThreatClass.UNKNOWN: "جسم جوي مجهول",
        ThreatClass.BALLISTIC: "صاروخ باليستي",
        ThreatClass.CRUISE: "صاروخ كروز",
        ThreatClass.DRONE: "طائرة مسيّرة",
        ThreatClass.AIRCRAFT: "طائرة",
        ThreatClass.ROCKET: "قذيفة صاروخية",
    },
    stages={
        Stage.PREPARE: StageWords(
            title="تهديد جوي: استعدوا",
            text="تهديد جوي: {threat}. المكان: {places}. {time} ابقوا قرب الملجأ وانتظروا "
            "التعليمات.",
        ),
        Stage.TAKE_COVER: StageWords(
            title="تهديد جوي: احتموا الآن",
            text="تهديد جوي: {threat}. المكان: {places}. {time} احتموا الآن في الملجأ وابقوا فيه "
            "حتى إعلان زوال الخطر.",
        ),
        Stage.ALL_CLEAR: StageWords(
            title="زوال الخطر",
            text="زال الخطر. المكان: {places}. يمكنكم مغادرة الملجأ. ابتعدوا عن الحطام.",
        ),
        Stage.CORRECTION: StageWords(
            title="تصحيح: إنذار خاطئ",
            text="تصحيح: أُرسل الإنذار السابق بالخطأ. المكان: {places}. لا يوجد تهديد معروف. لا "
            "يلزم أي إجراء.",
        ),
        Stage.TEST: StageWords(
            title="اختبار خط الإنذار",
            text="هذا اختبار لخط الإنذار. لا يحدث شيء. يرجى تأكيد الاستلام.",
        ),
    },
    time=TimeWords(
        seconds_between="الوقت المتبقي بالثواني: من {low} إلى {high}.",
        seconds_about="الوقت المتبقي بالثواني: حوالي {high}.",
        seconds_within="الوقت المتبقي بالثواني: {high} على الأكثر.",
        minutes_between="الوقت المتبقي بالدقائق: من {low} إلى {high}.",
        minutes_about="الوقت المتبقي بالدقائق: حوالي {high}.",
        minutes_within="الوقت المتبقي بالدقائق: {high} على الأكثر.",
        now="قد يصل في أي لحظة.",
    ),
    prompts=Prompts(
        ask="للقبول اضغط {accept}. للرفض اضغط {reject}.",
        stored="تم حفظ تأكيدك. شكراً.",
        rejected="تم حفظ رفضك. شكراً.",
        unstored="تعذّر حفظ جوابك. يرجى الاتصال بمركز المراقبة.",
        ended="لم تعد هذه المكالمة لازمة. شكراً.",
    ),
)
