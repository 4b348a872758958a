"""Sentences that a paragraph supports, and sentences that only look as if it did."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.verify.check import Source, check_sentence
from index.sentences import split_sentences

TAKEOVER = Source(
    "Brookfield Foods said on Monday that it would buy Tarn Dairies for $450m. Tarn, which employs 1,200 people, had "
    "refused an offer of $380m in 2022. The unions did not oppose the deal. Its shares rose 8 per cent to $12.40.",
    "(Business Day, 9 September 2025: Dairy deal)",
    date(2025, 9, 9),
)
TRIAL = Source(
    "The court in Lindholm acquitted Mayor Petra Vance of fraud but fined her former deputy, Olaf Brandt, 20,000 "
    "euros. "
    'Vance called the ruling "a long overdue relief". Prosecutors may appeal within a month. Brandt denied the charge.',
    "(Evening Mail, 3 March 2025: Mayor acquitted)",
    date(2025, 3, 3),
)
FINAL = Source(
    "Arden United beat Castle Rovers 3-1 in Sunday's final before 41,000 people. Rovers' captain, Leo Sandt, missed a "
    "penalty when they were 1-0 down. The winners had never lifted the cup before.",
    "(Sport, 12 May 2025: Arden win the cup)",
    date(2025, 5, 12),
)
CHINESE = Source(
    "云港市政府星期一宣布，以2.4亿元收购东湖剧院，原定7月1日重新开放，现推迟到9月15日。"
    "剧院经理陈立华说，六十名员工一个也不会裁。修缮费用由市政府承担，观众可能要多付百分之五的票价。",
    "（云港日报，2025年6月10日：剧院）",
    date(2025, 6, 10),
)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (TAKEOVER, "Tarn Dairies is to be bought by Brookfield Foods for 450 million dollars."),
        (TAKEOVER, "On 8 September Brookfield said it would acquire Tarn."),
        (TAKEOVER, "In 2022 Tarn turned down a bid of $380m."),
        (TAKEOVER, "Tarn, which has twelve hundred employees, had not accepted an offer of $380m."),
        (TAKEOVER, "The shares climbed 8% to $12.40."),
        (TAKEOVER, "The deal was not opposed by the unions."),
        (TRIAL, "Vance was acquitted of fraud by a court in Lindholm."),
        (TRIAL, "Brandt, her former deputy, was fined 20,000 euros."),
        (TRIAL, "An appeal by prosecutors is possible; they may file it within a month."),
        (TRIAL, "Vance said the ruling was “a long overdue relief”."),
        (FINAL, "Castle Rovers lost to Arden United on 11 May."),
        (FINAL, "Sandt, the captain of Rovers, missed a penalty."),
        (FINAL, "Arden United had not won the cup before."),
        (CHINESE, "东湖剧院将被市政府以2.4亿元收购。"),
        (CHINESE, "剧院60名员工都不会被裁。"),
        (CHINESE, "剧院推迟到9月15日重新开放。"),
    ],
)
def test_what_is_told_in_other_words_is_supported(source, sentence):
    assert check_sentence(sentence, source).reason == ""


PARK = Source(
    "The ban on kites in Ostra Park, which wardens had asked for, was lifted on Monday. Councillor Ida Frey, who voted "
    "against, denied that she had been outvoted by friends of the kite shop. Both gates, and not the four that were "
    "promised, will be painted if money is left. The gardener left at half past six to feed the owls. The disputed "
    "swings were not mended for five months.",
    "(Park Post, 3 June 2025: Kites)",
    date(2025, 6, 3),
)
CHINESE_COURT = Source(
    "法院星期三判决快递公司飞雁赔偿陶艺师安洛平八万五千元。飞雁辩称包装不合格，法院没有采纳。公司表示不上诉，赔偿比原计划晚了两个月。",
    "（云岭日报，2025年3月6日：瓷器）",
    date(2025, 3, 6),
)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (PARK, "Kites are allowed again in Ostra Park, where the ban was lifted on 2 June."),
        (PARK, "Frey said she had not been outvoted by friends of the kite shop."),
        (PARK, "Two gates will be painted if there is money left."),
        (PARK, "The gardener went home at 6.30."),
        (CHINESE_COURT, "飞雁被判赔偿安洛平8.5万元。"),
        (CHINESE_COURT, "飞雁表示不会上诉。"),
    ],
)
def test_what_is_denied_or_turned_round_in_other_words_is_supported(source, sentence):
    assert check_sentence(sentence, source).reason == ""


HARVEST = Source(
    "Vale growers picked 46,000 crates of pears this autumn against 30,000 a year before, the council said on Friday. "
    "Some orchards near Lisk lost their blossom to frost in 2021. Fourteen of the 22 orchards may sell to Norrland. "
    "The council proposes that two wardens be hired on 3 November.",
    "(Vale Post, 20 October 2025: Pears)",
    date(2025, 10, 20),
)


@pytest.mark.parametrize(
    "sentence",
    [
        "The harvest was 16,000 crates larger than in the year before.",
        "For the other eight orchards Norrland stays closed.",
        "Frost took the blossom of some orchards four years ago.",
        "The wardens would start in two weeks.",
        "Some orchards near Lisk lost their flowers to frost in 2021.",
        "Growers of the vale lost no pears before they were picked.",
    ],
)
def test_what_follows_from_the_figures_or_has_no_opposite_beside_it_is_supported(sentence):
    assert check_sentence(sentence, HARVEST).reason == ""


@pytest.mark.parametrize(
    ("sentence", "paragraph"),
    [
        ("She won the second round of the U.S. Open.", "She won the second round of the US Open on Monday."),
        ("The ticket won $1.3 billion.", "The ticket won $1.337 billion."),
        ("The rate rose to 5.3 percent.", "The rate rose to 5.28 percent."),
        ("The ticket won over $1.3 billion.", "The ticket won over $1.337 billion."),
    ],
)
def test_a_name_with_full_stops_and_a_figure_with_fewer_decimals_are_the_same(sentence, paragraph):
    assert check_sentence(sentence, Source(paragraph)).reason == ""


@pytest.mark.parametrize(
    ("claimed", "told"),
    [
        ("$1.2 billion", "$1.337 billion"),
        ("$1.4 billion", "$1.337 billion"),
        ("€1.3 billion", "$1.337 billion"),
        ("$1.33 billion", "$1.337 billion"),
        ("$1.4 billion", "$1.45 billion"),
        ("at least $1.4 billion", "$1.337 billion"),
        ("exactly $1.3 billion", "$1.337 billion"),
        ("version 3.1", "version 3.12"),
        ("0.0 percent more", "0.04 percent more"),
    ],
)
def test_a_figure_that_is_no_rounding_of_another_is_another(claimed, told):
    assert check_sentence(f"The ticket won {claimed}.", Source(f"The ticket won {told}.")).reason.startswith("figure")
    assert check_sentence(f"The ticket won {told}.", Source(f"The ticket won {told} again.")).reason == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "Inflation slows.",
        "The ceasefire holds.",
        "Shares fall 5%.",
        "UPS plans layoffs.",
        "Schools reopen Monday.",
        "Tom Reed quit on Monday.",
        "Trump and Putin meet in Alaska.",
        "12人死亡。",
    ],
)
def test_a_short_sentence_in_the_present_tense_is_a_statement(sentence):
    assert check_sentence(sentence, Source(f"{sentence.rstrip('.')} at last, it is said.")).reason == ""


@pytest.mark.parametrize(
    "sentence",
    ["UPS", "The mayor of Port Amsel.", "His wife.", "From Port Amsel to Westmark.", "阿登市。", "4100万克朗。"],
)
def test_what_has_no_verb_and_little_else_is_no_statement(sentence):
    source = Source(f"It was {sentence[0].lower()}{sentence[1:]}, it is said.")
    assert check_sentence(sentence, source).reason == "no statement"


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("The harvest was 17,000 crates larger than in the year before.", "figure"),
        ("All orchards near Lisk lost their blossom to frost in 2021.", "quantity"),
        ("Every orchard may sell to Norrland.", "quantity"),
        ("Fourteen of the 22 orchards will sell to Norrland.", "certainty"),
        ("Two wardens were hired on 3 November.", "certainty"),
        ("Some orchards near Lisk lost their blossom to frost in 2021, ruining several cider makers.", "added"),
    ],
)
def test_what_is_added_or_made_larger_or_surer_is_not_supported(sentence, reason):
    assert check_sentence(sentence, HARVEST).reason.startswith(reason)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (PARK, "The ban on kites has not been lifted."),
        (PARK, "The ban on kites in Ostra Park was imposed on Monday."),
        (PARK, "Four gates will be painted if money is left."),
        (PARK, "Both gates were painted."),
        (PARK, "The gardener has fed the owls."),
        (PARK, "The swings were not mended for five weeks."),
        (PARK, "Frey supported the lifting of the ban."),
        (CHINESE_COURT, "法院判决陶艺师安洛平赔偿飞雁八万五千元。"),
        (CHINESE_COURT, "法院采纳了飞雁关于包装不合格的辩解。"),
        (CHINESE_COURT, "赔偿比原计划早了两个月。"),
    ],
)
def test_what_is_affirmed_for_denied_or_done_for_open_is_not_supported(source, sentence):
    assert check_sentence(sentence, source).reason != ""


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (TAKEOVER, "Tarn Dairies said that it would buy Brookfield Foods for $450m."),
        (TAKEOVER, "Brookfield Foods said it would buy Tarn Dairies for $380m."),
        (TAKEOVER, "Brookfield Foods said on Tuesday that it would buy Tarn Dairies."),
        (TAKEOVER, "Brookfield Foods has bought Tarn Dairies for $450m."),
        (TAKEOVER, "Tarn had accepted an offer of $380m in 2022."),
        (TAKEOVER, "The unions opposed the deal."),
        (TAKEOVER, "Its shares fell 8 per cent to $12.40."),
        (TAKEOVER, "Brookfield, which employs 1,200 people, had refused an offer of $380m."),
        (TAKEOVER, "Brookfield Foods said on Monday that it would buy Tarn Dairies in Norway for $450m."),
        (TRIAL, "The court in Lindholm acquitted Olaf Brandt of fraud."),
        (TRIAL, 'Brandt called the ruling "a long overdue relief".'),
        (TRIAL, 'Vance called the ruling "a short overdue relief".'),
        (TRIAL, "Prosecutors will appeal within a month."),
        (TRIAL, "Brandt admitted the charge."),
        (TRIAL, "The court in Aldby acquitted Mayor Petra Vance."),
        (FINAL, "Castle Rovers beat Arden United 3-1."),
        (FINAL, "Arden United lost to Castle Rovers."),
        (FINAL, "Arden United beat Castle Rovers 3-1 before 14,000 people."),
        (FINAL, "Arden United had lifted the cup before."),
        (CHINESE, "东湖剧院以2.4亿元收购云港市政府。"),
        (CHINESE, "剧院推迟到7月1日重新开放。"),
        (CHINESE, "剧院六十名员工会被裁。"),
        (CHINESE, "修缮费用由剧院经理承担。"),
    ],
)
def test_what_differs_in_one_thing_is_not_supported(source, sentence):
    assert check_sentence(sentence, source).reason != ""


def test_the_reason_names_what_is_wrong():
    assert check_sentence("Brookfield said it would buy Tarn for $470m.", TAKEOVER).reason == "figure (470000000)"


def test_an_outlet_and_its_day_are_told_by_the_context():
    assert check_sentence("Sport reported on 12 May 2025 that Arden United beat Castle Rovers.", FINAL).supported


def test_without_words_nothing_is_supported():
    assert not check_sentence("", TAKEOVER).supported
    assert not check_sentence("It is what it is.", TAKEOVER).supported


@given(st.sampled_from([TAKEOVER, TRIAL, FINAL, CHINESE]), st.data())
def test_a_verbatim_sentence_of_the_paragraph_is_always_supported(source, data):
    start, end = data.draw(st.sampled_from(split_sentences(source.text)))
    assert check_sentence(source.text[start:end], source).supported


def test_a_part_of_a_sentence_without_what_limits_it_is_not_supported():
    limited = Source("The clinic will reopen in June if the roof is mended.")
    assert not check_sentence("The clinic will reopen in June", limited).supported


@given(st.text(), st.text())
def test_no_text_crashes_the_check(sentence, paragraph):
    check_sentence(sentence, Source(paragraph))
