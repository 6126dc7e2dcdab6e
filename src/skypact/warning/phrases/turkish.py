"""Turkish."""

from skypact.core.messages import Context, Stage, ThreatClass
from skypact.warning.phrases.language import Language, Prompts, StageWords, TimeWords

TURKISH = Language(
    tag="tr",
    right_to_left=False,
    numerals="0123456789",
    digits=("sıfır", "bir", "iki", "üç", "dört", "beş", "altı", "yedi", "sekiz", "dokuz"),
    comma=", ",
    more="{names} ve {count} yer daha",
    counted="{count} yer",
    sender="Gönderen: {nation}.",
    context={
        Context.OPERATION: "",
        Context.EXERCISE: "Tatbikat, tatbikat, tatbikat.",
        Context.TEST: "Deneme, deneme, deneme.",
    },
    threats={
        ThreatClass.UNKNOWN: "tanımlanamayan cisim",
        ThreatClass.BALLISTIC: "balistik füze",
        ThreatClass.CRUISE: "seyir füzesi",
        ThreatClass.DRONE: "insansız hava aracı",
        ThreatClass.AIRCRAFT: "uçak",
        ThreatClass.ROCKET: "roket",
    },
    stages={
        Stage.PREPARE: StageWords(
            title="Hava tehdidi: hazırlanın",
            text="Hava tehdidi: {threat}. Yer: {places}. {time} Sığınağa yakın durun ve talimat "
            "bekleyin.",
        ),
        Stage.TAKE_COVER: StageWords(
            title="Hava tehdidi: hemen sığının",
            text="Hava tehdidi: {threat}. Yer: {places}. {time} Hemen sığınağa girin ve tehlikenin "
            "geçtiği bildirilene kadar orada kalın.",
        ),
        Stage.ALL_CLEAR: StageWords(
            title="Tehlike geçti",
            text="Tehlike geçti. Yer: {places}. Sığınaktan çıkabilirsiniz. Enkazdan uzak durun.",
        ),
        Stage.CORRECTION: StageWords(
            title="Düzeltme: yanlış uyarı",
            text="Düzeltme: önceki uyarı yanlışlıkla gönderildi. Yer: {places}. Bilinen bir tehdit "
            "yok. Bir şey yapmanız gerekmiyor.",
        ),
        Stage.TEST: StageWords(
            title="Uyarı hattının denemesi",
            text="Bu, uyarı hattının bir denemesidir. Bir olay yok. Lütfen aldığınızı onaylayın.",
        ),
    },
    time=TimeWords(
        seconds_between="Kalan süre, saniye olarak: {low} ile {high} arası.",
        seconds_about="Kalan süre, saniye olarak: yaklaşık {high}.",
        seconds_within="Kalan süre, saniye olarak: en çok {high}.",
        minutes_between="Kalan süre, dakika olarak: {low} ile {high} arası.",
        minutes_about="Kalan süre, dakika olarak: yaklaşık {high}.",
        minutes_within="Kalan süre, dakika olarak: en çok {high}.",
        now="Her an ulaşabilir.",
    ),
    prompts=Prompts(
        ask="Kabul için {accept} tuşuna basın. Ret için {reject} tuşuna basın.",
        stored="Onayınız kaydedildi. Teşekkürler.",
        rejected="Reddiniz kaydedildi. Teşekkürler.",
        unstored="Yanıtınız kaydedilemedi. Lütfen nöbet merkezini arayın.",
        ended="Bu aramaya artık gerek yok. Teşekkürler.",
    ),
)
