"""Numbers, dates, addresses and codes are carried over where it is certain which stands for which, and nowhere else."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from languages import marks
from memory.matching import find_matches
from memory.placeables import placeables
from memory.repairs import repaired

LRM = "\u200e"


def repair(source, target, text, source_language="nl", target_language="ar"):
    return repaired(source, target, text, source_language=source_language, target_language=target_language)


CARRIED = [
    # languages, unit's source, its target, the asked text, the target repaired
    ("nl ar", "Binnen 6 weken.", "خلال 6 أسابيع.", "Binnen 8 weken.", "خلال 8 أسابيع."),
    ("nl ar", "Binnen 6 weken.", "خلال ٦ أسابيع.", "Binnen 8 weken.", "خلال ٨ أسابيع."),
    ("nl fa", "Binnen 6 weken.", "ظرف ۶ هفته.", "Binnen 12 weken.", "ظرف ۱۲ هفته."),
    ("nl ti", "Binnen 6 weken.", "ኣብ ውሽጢ 6 ሰሙን።", "Binnen 8 weken.", "ኣብ ውሽጢ 8 ሰሙን።"),
    ("nl am", "Artikel 28 lid 1", "አንቀጽ 28 ንዑስ አንቀጽ 1", "Artikel 29 lid 2", "አንቀጽ 29 ንዑስ አንቀጽ 2"),
    ("nl am", "Artikel 28 lid 1", "አንቀጽ 28 ንዑስ አንቀጽ 1", "Artikel 28a lid 1", "አንቀጽ 28a ንዑስ አንቀጽ 1"),
    ("nl ar", "Artikel 3.15", "المادة 3.15", "Artikel 3.89b", "المادة 3.89b"),
    # signs of numbers: those of the language, unless the translator kept the source's
    ("nl ar", "Het is € 1.250,50.", "المبلغ ١٬٢٥٠٫٥٠ يورو.", "Het is € 980,75.", "المبلغ ٩٨٠٫٧٥ يورو."),
    ("nl ar", "Het is € 980,75.", "المبلغ ٩٨٠٫٧٥ يورو.", "Het is € 1.250,50.", "المبلغ ١٬٢٥٠٫٥٠ يورو."),
    ("nl ar", "Het is € 12,50.", "المبلغ 12.50 يورو.", "Het is € 1.980,75.", "المبلغ 1,980.75 يورو."),
    ("nl ar", "Het is € 12,50.", "المبلغ 12,50 يورو.", "Het is € 1.980,75.", "المبلغ 1.980,75 يورو."),
    ("nl ti", "Het is € 12,50.", "ዋግኡ 12.50 ዩሮ እዩ።", "Het is € 1.980,75.", "ዋግኡ 1,980.75 ዩሮ እዩ።"),
    ("nl tr", "Het is € 12,50.", "Tutar 12,50 avro.", "Het is € 1.980,75.", "Tutar 1.980,75 avro."),
    ("ar nl", "المبلغ ١٬٢٥٠٫٥٠ يورو.", "Het is € 1.250,50.", "المبلغ ٩٨٠٫٧٥ يورو.", "Het is € 980,75."),
    # dates, by names of months and by numbers
    ("nl ar", "Kom op 12 maart 2027.", "احضر في 12 مارس 2027.", "Kom op 5 juni 2028.", "احضر في 5 يونيو 2028."),
    ("nl ar", "Kom op 12 maart 2027.", "احضر في ١٢ آذار ٢٠٢٧.", "Kom op 5 juni 2028.", "احضر في ٥ حزيران ٢٠٢٨."),
    ("nl ar", "Kom op 12 maart.", "احضر في 12 مارس/آذار.", "Kom op 5 juni.", "احضر في 5 يونيو/حزيران."),
    ("nl ar", "Kom op 12-03-2027.", "احضر في ١٢ مارس ٢٠٢٧.", "Kom op 05-06-2027.", "احضر في ٥ يونيو ٢٠٢٧."),
    ("nl ti", "Kom op 12 maart 2027.", "ብ12 መጋቢት 2027 ንዑ።", "Kom op 5 april 2027.", "ብ5 ሚያዝያ 2027 ንዑ።"),
    ("nl am", "Kom op 12 maart 2027.", "በ12 ማርች 2027 ይምጡ።", "Kom op 5 april 2027.", "በ5 ኤፕሪል 2027 ይምጡ።"),
    ("nl prs", "Kom op 12 maart 2027.", "به تاریخ ۱۲ مارچ ۲۰۲۷ بیایید.", "Kom op 5 mei 2027.", "به تاریخ ۵ می ۲۰۲۷ بیایید."),
    ("nl en", "Kom op 3 mei 2027.", "Come on May 3, 2027.", "Kom op 12 juni 2028.", "Come on June 12, 2028."),
    ("nl en", "Kom op 25-05-2027.", "Come on 05/25/2027.", "Kom op 06-07-2027.", "Come on 07/06/2027."),
    ("nl zh-Hans", "Kom op 3 mei 2027.", "请于2027年5月3日来。", "Kom op 12 juni 2028.", "请于2028年6月12日来。"),
    ("nl ti", "Kom om 14.30 uur.", "ሰዓት 14:30 ንዑ።", "Kom om 9.15 uur.", "ሰዓት 9:15 ንዑ።"),
    # addresses, telephone numbers, codes
    ("nl ar", "Mail info@coa.nl.", "راسل info@coa.nl.", "Mail hulp@ind.nl.", "راسل hulp@ind.nl."),
    ("nl ti", "Kijk op www.coa.nl.", "ኣብ www.coa.nl ርኣዩ።", "Kijk op https://ind.nl/ti.", "ኣብ https://ind.nl/ti ርኣዩ።"),
    ("nl ar", "Uw V-nummer: V-123.456.", "رقم V: V-123.456.", "Uw V-nummer: V-987.654.", "رقم V: V-987.654."),
    ("nl ar", "Postbus 1, 2312 AB Leiden", "صندوق 1، 2312 AB لايدن", "Postbus 7, 2333 CD Leiden", "صندوق 7، 2333 CD لايدن"),
    # tags hold digits that are no numbers; values that change places change them in the target too
    ("nl ar", "van <1>6</1> tot 8", "من <1>6</1> إلى 8", "van <1>8</1> tot 6", "من <1>8</1> إلى 6"),
]


@pytest.mark.parametrize(("languages", "source", "target", "text", "expected"), CARRIED)
def test_what_differs_is_carried_over_as_the_target_language_writes_it(languages, source, target, text, expected):
    found = repair(source, target, text, *languages.split())
    assert found is not None
    assert found.text == expected
    for change in found.changes:
        assert found.text[change.start : change.end] == change.now
        assert change.was in target


@pytest.mark.parametrize(
    ("languages", "source", "target", "text", "why"),
    [
        ("nl ar", "6 weken en 6 dagen", "6 أسابيع و6 أيام", "6 weken en 8 dagen", "which six is meant cannot be told"),
        ("nl ar", "Binnen 6 weken.", "خلال ستة أسابيع.", "Binnen 8 weken.", "written in words"),
        ("nl ti", "Binnen 6 weken.", "6 ሰሙን፡ 6 መዓልቲ።", "Binnen 8 weken.", "two sixes for one"),
        ("nl ar", "Binnen 6 weken.", "خلال 6 أسابيع.", "Binnen 6 weken.", "nothing differs"),
        ("nl ar", "Binnen 6 weken.", "خلال 6 أسابيع.", "Binnen 8 dagen.", "a word differs too"),
        ("nl ar", "Op 12 maart 2027.", "في 12 مارس 2027.", "Op 12 weken 2027.", "a date became something else"),
        ("nl ar", "Op 12 maart 2027.", "في 12 مارس 2027.", "Op 5 juni.", "the year is missing"),
        ("nl en", "Op 05-05-2027.", "On 05-05-2027.", "Op 06-07-2027.", "day and month cannot be told"),
        ("nl fa", "Op 12 maart 2027.", "در ۲۱ اسفند ۱۴۰۵.", "Op 5 juni 2027.", "another calendar"),
        ("nl ar", "van 6 tot 1250", "من 6 إلى 1.250 و1250", "van 6 tot 1300", "two numbers it may be"),
        ("nl ar", "Bel 1 of 2", "اتصل بـ 1 أو 2", "Bel 1 of 2 of 3", "another number of numbers"),
    ],
)  # fmt: skip
def test_nothing_is_repaired_where_it_is_not_certain(languages, source, target, text, why):
    assert repair(source, target, text, *languages.split()) is None, why


def test_a_repaired_number_that_would_read_backwards_gets_marks_and_keeps_those_it_has():
    marked = repair("Bel 088-0430430.", f"اتصل بـ {LRM}088-0430430{LRM}.", "Bel 071-1234567.")
    assert marked.text == f"اتصل بـ {LRM}071-1234567{LRM}."
    plain = repair("Bel 0880430430.", "اتصل على 0880430430.", "Bel 071-1234567.")
    assert plain.text == f"اتصل على {LRM}071-1234567{LRM}."
    assert [plain.text[c.start : c.end] for c in plain.changes] == ["071-1234567"]
    assert not marks.needs_mark(marked.text + plain.text)
    two = repair("Bel 112 of 113.", "اتصل على 112 أو 113.", "Bel 071-1234567 of 088-0430430.")
    assert [two.text[c.start : c.end] for c in two.changes] == ["071-1234567", "088-0430430"]
    arabic = repair("Bel 088-0430430.", "اتصل بـ ٠٨٨-٠٤٣٠٤٣٠.", "Bel 071-1234567.")
    assert arabic.text == "اتصل بـ ٠٧١-١٢٣٤٥٦٧."  # no mark would help digits that Arabic wrote itself


@pytest.mark.parametrize(
    ("target_language", "target", "text", "notes"),
    [
        ("ar", "خلال 6 أسابيع", "Binnen 8 weken", ()),
        ("ar", "خلال 6 أسابيع", "Binnen 14 weken", ("plural",)),
        ("en", "Within 6 weeks", "Binnen 8 weken", ()),
        ("en", "Within 6 weeks", "Binnen 1 weken", ("plural",)),
        ("ar", "أسابيع: 6", "Binnen 14 weken", ()),  # no word follows
    ],
)
def test_a_number_that_is_counted_with_another_form_says_so(target_language, target, text, notes):
    assert repair("Binnen 6 weken", target, text, "nl", target_language).notes == notes


def test_numbers_and_dates_are_read_as_their_language_means_them():
    def values(text, language):
        return [p.values[0] for p in placeables(text, language)]

    assert values("€ 1.250,50 op 12-03-2027", "nl") == [Decimal("1250.50"), dt.date(2027, 3, 12)]
    assert values("€ 1,250.50 on 3/12/2027", "en") == [Decimal("1250.50"), dt.date(2027, 3, 12)]
    assert values("١٬٢٥٠٫٥٠ في ١٢ مارس", "ar") == [Decimal("1250.50"), (3, 12)]
    assert values("በ12 መጋቢት 2027 ሰዓት 14:30", "ti") == [dt.date(2027, 3, 12), ("14", "30")]
    assert values("088-0430430", "nl") == ["0880430430"]
    assert [p.kind for p in placeables("NL91 ABNA 0417 1643 00, V-123, artikel 28a", "nl")] == ["code"] * 3
    assert placeables("<1>በ<2/></1> ሰላም", "am") == []


def test_a_match_offers_both_its_target_and_the_repaired_one(session, a_unit):
    a_unit("Binnen 6 weken.", "خلال ٦ أسابيع.")
    [match] = find_matches(session, "Binnen 8 weken.", source_language="nl", target_language="ar")
    assert (match.kind, match.target, match.repaired.text) == ("near exact", "خلال ٦ أسابيع.", "خلال ٨ أسابيع.")
    [match] = find_matches(session, "Binnen 6 weken.", source_language="nl", target_language="ar")
    assert (match.kind, match.repaired) == ("exact", None)


NUMBERS = st.integers(2, 99999).filter(lambda n: n != 2027)


@settings(max_examples=200, deadline=None)
@given(a=NUMBERS, b=NUMBERS, c=NUMBERS, d=NUMBERS, zero=st.sampled_from([0x30, 0x660, 0x6F0]), data=st.data())
def test_whatever_the_numbers_the_repaired_text_is_the_one_a_person_would_write(a, b, c, d, zero, data):
    def said(x, y):
        text = f"خلال {x} أسابيع و{y} يورو في 2027"
        return "".join(chr(zero + int(k)) if k.isascii() and k.isdigit() else k for k in text)

    def asked(x, y):
        return f"Binnen {x} weken en {y} euro in 2027"

    found = repair(asked(a, b), said(a, b), asked(c, d))
    if (a, b) == (c, d) or (a == b and c != d):
        assert found is None
    else:
        assert found.text == said(c, d)


@settings(max_examples=200, deadline=None)
@given(source=st.text(max_size=40), target=st.text(max_size=40), text=st.text(max_size=40))
def test_no_text_is_too_strange_to_be_looked_at(source, target, text):
    found = repair(source, target, text)
    assert found is None or found.changes
