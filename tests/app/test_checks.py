"""What is noticed in a draft without looking at terms: numbers in any digits, tags, copies, the wrong script."""

import pytest

from app import checks


def kinds(source, target, language):
    return [problem.kind for problem in checks.problems(source, target, "nl", language)]


def test_a_line_break_ends_a_number_and_bold_type_does_not():
    address = "kamer 12<2/>Lindelaan 1<3/>0000 AB"
    assert checks.numbers(address) == {"12": 1, "1": 1, "0000": 1}
    assert checks.numbers("€ 1<1>2</1>5") == {"125": 1}
    assert kinds(address, "غرفة 12<2/>Lindelaan 1<3/>0000 AB", "ar") == []
    assert kinds(address, "ክፍሊ 12<2/>Lindelaan 1<3/>0000 AB", "ti") == []


@pytest.mark.parametrize(
    ("language", "target"),
    [("ar", "تدفع ١٬٢٥٠٫٥٠ يورو قبل 3 مارس"), ("fa", "تا ۳ مارس ۱٬۲۵۰٫۵۰ یورو می‌پردازید"), ("ti", "ክሳብ 3 መጋቢት 1,250.50 ዩሮ ክፈሉ")],
)
def test_the_same_number_in_other_digits_and_separators_is_the_same(language, target):
    assert kinds("U betaalt € 1.250,50 vóór 3 maart.", target, language) == []


@pytest.mark.parametrize(("language", "target"), [("ar", "تدفع قبل 5 مارس"), ("ti", "ክሳብ 5 መጋቢት ክፈሉ")])
def test_another_number_is_told_from_both_sides(language, target):
    found = checks.problems("Betaal vóór 3 maart.", target, "nl", language)
    assert [(p.kind, p.fields["number"]) for p in found] == [("number-missing", "3"), ("number-extra", "5")]


@pytest.mark.parametrize(("language", "target"), [("ar", "رقمك هو ٩٫٩"), ("ti", "ቁጽርኹም 9.9 እዩ")])
def test_a_number_is_named_as_it_is_written(language, target):
    found = checks.problems("Uw V-nummer is 000.000.0000.", target, "nl", language)
    assert [p.fields["number"] for p in found if "number" in p.fields] == ["000.000.0000", "٩٫٩" if language == "ar" else "9.9"]


def test_a_lost_tag_is_severe_and_stands_first():
    found = checks.problems("Bel <1>nu</1> 112.", "اتصل الآن", "nl", "ar")
    assert found[0].kind == "tag-missing" and found[0].severe
    assert "number-missing" in [p.kind for p in found]
    assert kinds("Bel <1>nu</1> 112.", "ሕጂ ደውሉ 112", "ti") == ["tag-missing"]


@pytest.mark.parametrize("language", ["ar", "fa", "ti", "am"])
def test_a_copy_of_the_source_and_another_script_are_told(language):
    assert kinds("Uw aanvraag is goedgekeurd.", "Uw aanvraag is goedgekeurd.", language) == ["copy"]
    assert kinds("Uw aanvraag is goedgekeurd.", "Your application was approved.", language) == ["script"]


def test_a_draft_that_is_empty_has_no_problems():
    assert kinds("Bel <1>nu</1> 112.", " ", "ar") == []
