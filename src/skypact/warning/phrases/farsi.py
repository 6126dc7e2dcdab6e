"""Farsi."""

from skypact.core.messages import Context, Stage, ThreatClass
from skypact.warning.phrases.language import Language, Prompts, StageWords, TimeWords

FARSI = Language(
    tag="fa",
    right_to_left=True,
    numerals="۰۱۲۳۴۵۶۷۸۹",
    digits=("صفر", "یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه"),
    comma="، ",
    more="{names} و {count} جای دیگر",
    counted="{count} جا",
    sender="فرستنده: {nation}.",
    context={
        Context.OPERATION: "",
        Context.EXERCISE: "تمرین، تمرین، تمرین.",
        Context.TEST: "آزمایش، آزمایش، آزمایش.",
    },
    threats={
        ThreatClass.UNKNOWN: "جسم پرندهٔ ناشناس",
        ThreatClass.BALLISTIC: "موشک بالستیک",
        ThreatClass.CRUISE: "موشک کروز",
        ThreatClass.DRONE: "پهپاد",
        ThreatClass.AIRCRAFT: "هواپیما",
        ThreatClass.ROCKET: "راکت",
    },
    stages={
        Stage.PREPARE: StageWords(
            title="تهدید هوایی: آماده باشید",
            text="تهدید هوایی: {threat}. محل: {places}. {time} نزدیک پناهگاه بمانید و منتظر دستور "
            "باشید.",
        ),
        Stage.TAKE_COVER: StageWords(
            title="تهدید هوایی: فوراً پناه بگیرید",
            text="تهدید هوایی: {threat}. محل: {places}. {time} فوراً به پناهگاه بروید و تا اعلام "
            "رفع خطر همان‌جا بمانید.",
        ),
        Stage.ALL_CLEAR: StageWords(
            title="رفع خطر",
            text="خطر رفع شد. محل: {places}. می‌توانید از پناهگاه خارج شوید. از بقایا دور بمانید.",
        ),
        Stage.CORRECTION: StageWords(
            title="اصلاح: هشدار اشتباه",
            text="اصلاح: هشدار قبلی به اشتباه فرستاده شد. محل: {places}. تهدید شناخته‌شده‌ای وجود "
            "ندارد. نیازی به اقدام نیست.",
        ),
        Stage.TEST: StageWords(
            title="آزمایش خط هشدار",
            text="این آزمایش خط هشدار است. اتفاقی نیفتاده است. لطفاً دریافت را تأیید کنید.",
        ),
    },
    time=TimeWords(
        seconds_between="زمان باقی‌مانده به ثانیه: {low} تا {high}.",
        seconds_about="زمان باقی‌مانده به ثانیه: حدود {high}.",
        seconds_within="زمان باقی‌مانده به ثانیه: حداکثر {high}.",
        minutes_between="زمان باقی‌مانده به دقیقه: {low} تا {high}.",
        minutes_about="زمان باقی‌مانده به دقیقه: حدود {high}.",
        minutes_within="زمان باقی‌مانده به دقیقه: حداکثر {high}.",
        now="هر لحظه ممکن است برسد.",
    ),
    prompts=Prompts(
        ask="برای پذیرش کلید {accept} را بزنید. برای رد کلید {reject} را بزنید.",
        stored="تأیید شما ثبت شد. متشکریم.",
        rejected="رد شما ثبت شد. متشکریم.",
        unstored="پاسخ شما ثبت نشد. لطفاً با مرکز دیده‌بانی تماس بگیرید.",
        ended="این تماس دیگر لازم نیست. متشکریم.",
    ),
)
