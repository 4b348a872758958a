"""Sources differ in a figure where they tell different amounts of one thing, and nowhere else."""

from __future__ import annotations

import pytest

from bot.accounts import Account
from bot.disagreement.contrast import choose_claims
from bot.evidence import Evidence
from bot.types import Difference

HOW_MANY = "How many people were at the rally?"


def test_two_outlets_that_count_differently_differ_with_the_newer_first(account, contrast):
    first = account("Around 3,800 people stood in the meadow.", "Post")
    second = account("Stewards clicked 6,500 people through.", "Gazette", days=3)
    found = contrast(HOW_MANY, first, second)
    assert found is not None
    assert found.kind is Difference.DIFFERENT
    assert found.words == ("6,500", "3,800")
    assert [side.hit.source for side in found.sides] == ["Gazette", "Post"]
    assert [side.text[a:b] for side in found.sides for a, b in side.highlights] == ["6,500", "3,800"]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("About 3,800 people came.", "The police counted 3,812 people."),
        ("The police counted 420 people.", "At least 300 people came."),
        ("About 3,800 people came.", "Labour and the Greens together brought 6,500 people."),
        ("About 3,800 people came.", "An earlier version of this article said that 6,500 people came."),
        ("Some 3,800 people came.", "They ate 6,500 sandwiches."),
        ("A poll of 1,012 people was held.", "A survey asked 2,400 people."),
        ("In 1971 nineteen people were there.", "There were 64 people."),
        ("About 3,800 people came in March 2025.", "Some 6,500 people came in January 2024."),
        ("They expect 3,800 people.", "There were 6,500 people."),
        ("There were 3,800 people.", "There were 380,000 people."),
    ],
)
def test_rounding_bounds_and_other_things_are_no_difference(text, other, account, contrast):
    assert contrast(HOW_MANY, account(text, "Post"), account(other, "Gazette", days=1)) is None


def test_one_article_does_not_differ_from_itself(account, contrast):
    assert contrast(HOW_MANY, account("3,800 people came.", "Post"), account("6,500 people came.", "Post")) is None


def test_what_is_told_weeks_apart_without_a_word_on_it_is_no_difference(account, contrast):
    later = account("There were 6,500 people.", "Gazette", days=30)
    assert contrast(HOW_MANY, account("There were 3,800 people.", "Post"), later) is None


def test_sentences_on_other_matters_are_no_difference(account, contrast):
    other = account("There were 6,500 people.", "Gazette", days=1, alike=-0.4)
    assert contrast(HOW_MANY, account("There were 3,800 people.", "Post"), other) is None


def test_a_count_that_goes_on_is_an_update(account, contrast):
    later = account("By now 203 people have it.", "Gazette", days=2)
    found = contrast(HOW_MANY, account("By Tuesday 58 people had it.", "Post"), later)
    assert found is not None
    assert (found.kind, found.words) == (Difference.UPDATED, ("203", "58"))


def test_a_later_correction_is_called_one_however_late(account, contrast):
    first = account("Turnout was put at 68.3 per cent.", "Agency")
    later = account("Turnout was 66.9 per cent. A correction: it had been given as 68.3 per cent.", "Agency", days=60)
    sentence = Evidence(later.evidence.hit, 1, 0, "Turnout was 66.9 per cent.", 1.0, {})
    found = contrast(
        "What share of people voted?", first, Account(sentence, later.vector, later.closeness, later.surroundings)
    )
    assert found is not None
    assert (found.kind, found.words) == (Difference.CORRECTED, ("66.9 per cent", "68.3 per cent"))


def test_a_headline_that_takes_a_figure_back_makes_a_correction(account, contrast):
    first = account("The queue fell to 46,300.", "Agency")
    later = account("There were 51,720 people waiting.", "Radio", days=56, title="The queue was never 46,300")
    found = contrast("How long was the queue?", first, later)
    assert found is not None
    assert (found.kind, found.words) == (Difference.CORRECTED, ("51,720", "46,300"))


def test_sums_differ_only_where_one_disputes_the_other(account, contrast):
    first = account("The deal costs 13.5 million crowns.", "Post", closeness=0.5)
    plain = account("The deal costs 19.8 million crowns.", "Star", days=2, closeness=0.5)
    disputed = account(
        "The deal costs 19.8 million crowns.\n\nThe sides cannot agree on it.", "Star", days=2, closeness=0.5
    )
    assert contrast("How much does the deal cost?", first, plain) is None
    found = contrast("How much does the deal cost?", first, disputed)
    assert found is not None
    assert found.words == ("19.8 million crowns", "13.5 million crowns")


def test_a_third_side_is_shown_where_it_differs_from_both(account, contrast):
    found = contrast(
        HOW_MANY,
        account("3,800 people came.", "Post"),
        account("6,500 people came.", "Gazette", days=1),
        account("9,100 people came.", "Star", days=2),
    )
    assert found is not None
    assert found.words == ("9,100", "6,500", "3,800")


def test_what_the_question_counts_goes_before_other_counts(account):
    boats = account("Fourteen boats came out.", "Post")
    crews = account("Ninety crews were asked.", "Post", days=1)
    assert choose_claims("How many boats came out?", [crews, boats]) == [boats]


def test_sums_that_each_must_answer_the_question_differ_only_where_one_is_taken_back(account, contrast):
    question = "How much will the new roof cost?"
    first = account("They will spend 6.2 million euros on the roof.", "Post", closeness=0.7)
    later = account("The roof is to cost 2.6 million euros.\n\nWe apologise.", "Post", days=2, closeness=0.7)
    plain = account("The roof is to cost 2.6 million euros.", "Post", days=2, closeness=0.7)
    assert contrast(question, first, later).kind is Difference.CORRECTED
    assert contrast(question, first, plain) is None


def test_two_outlets_that_say_the_same_of_a_sum_or_a_length_differ_in_it(account, contrast):
    question = "How long is the new tunnel?"
    first = account("The new tunnel is 6.2 kilometres long.", "Post", closeness=0.7)
    other = account("The new tunnel is 4.1 kilometres long.", "Times", days=1, closeness=0.7)
    later = account("The new tunnel is 4.1 kilometres long.", "Times", days=9, closeness=0.7)
    assert contrast(question, first, other).kind is Difference.DIFFERENT
    assert contrast(question, first, later) is None


def test_days_of_several_events_are_no_difference_and_a_day_to_come_may_be_moved(account, contrast):
    question = "When will the museum open?"
    first = account("The museum will open on 12 May.", "Post", closeness=0.7)
    moved = account("The museum will open on 19 May.", "Post", days=3, closeness=0.7)
    a_year_later = account("The museum will open on 19 May.", "Post", days=365, closeness=0.7)
    other = account("A concert is planned on 19 May.", "Post", days=3, closeness=0.7)
    today = account("The museum will open today.", "Post", days=3, closeness=0.7)
    assert contrast(question, first, moved).words == ("19 May", "12 May")
    for no_side in (a_year_later, other, today):
        assert contrast(question, first, no_side) is None


def test_two_outlets_that_put_an_event_on_other_days_differ_and_of_other_years_tell_other_events(account, contrast):
    question = "When did the bridge fall?"
    first = account("The bridge fell on 12 February.", "Post", closeness=0.7)
    other = account("Down came the bridge on 13 February.", "Times", days=1, closeness=0.7)
    years_ago = account("Down came the bridge on 13 February 2017.", "Times", days=1, closeness=0.7)
    assert contrast(question, first, other).words == ("13 February", "12 February")
    attack = account("Down came the bridge on 13 February when attacks began.", "Times", days=1, closeness=0.7)
    assert contrast(question, first, attack).words == ("13 February", "12 February")
    assert contrast(question, first, years_ago) is None


def test_the_name_of_an_outlet_or_of_an_event_is_no_day(account, contrast):
    question = "When did it happen?"
    first = account("The riot of Saturday happened on 12 May.", "Post", closeness=0.7)
    for text in ("It happened, she told USA TODAY.", "It happened at the January 6 committee hearing."):
        assert contrast(question, first, account(text, "Times", days=1, closeness=0.7)) is None


def test_a_sentence_of_several_figures_is_no_side(account, contrast):
    question = "How many people were on the ferry?"
    first = account("There were 112 people on the ferry.", "Post", closeness=0.7)
    second = account("There were 131 people on the ferry, 19 of them children.", "Post", days=2, closeness=0.7)
    third = account("There were 131 people on the ferry and 40 people on the pier.", "Post", days=2, closeness=0.7)
    assert contrast(question, first, second).words == ("131", "112")
    assert contrast(question, first, third) is None


def test_what_is_not_counted_by_the_question_is_no_claim(account, contrast):
    question = "How many cases are there?"
    cases = account("There are 257 cases in five countries.", "Post", closeness=0.7)
    countries = account("A dozen countries have 258 cases.", "Times", days=1, closeness=0.7)
    assert contrast(question, cases, countries) is None


def test_people_may_be_called_otherwise(account, contrast):
    question = "How many people died in the mine?"
    first = account("In the mine 12 miners died.", "Post", closeness=0.7)
    assert contrast(question, first, account("In the mine 15 miners died.", "Times", days=1, closeness=0.7)).words == (
        "15",
        "12",
    )


def test_people_are_no_points(account, contrast):
    question = "How many people lost money?"
    first = account("The index lost 741 points.", "Post", closeness=0.7)
    assert contrast(question, first, account("The index lost 880 points.", "Times", days=1, closeness=0.7)) is None


def test_a_rent_is_no_share(account, contrast):
    question = "Rents have risen to how much a month?"
    first = account("Rents have risen by 12 per cent.", "Post", closeness=0.7)
    second = account("Rents have risen by 15 per cent, in spite of what the council had said.", "Times", days=1)
    assert contrast(question, first, second) is None


def test_a_record_of_years_ago_is_of_another_time(account, contrast):
    question = "How many visitors came in a day?"
    first = account("At most 4,110 visitors came in a day, on July 17, 2008.", "Post", closeness=0.7)
    second = account("In a day 4,840 visitors came.", "Times", days=1, closeness=0.7)
    assert contrast(question, first, second) is None


def test_a_day_that_is_put_off_is_an_update_however_late(account, contrast):
    first = account("The first tram will leave on 12 May.", "Post", closeness=0.7)
    later = account("The tram line will now open on 3 November.", "Post", days=60, closeness=0.7)
    found = contrast("When will the tram line open?", first, later)
    assert (found.kind, found.words) == (Difference.UPDATED, ("3 November", "12 May"))


def test_a_day_that_is_called_a_mistake_is_corrected(account, contrast):
    first = account("They will play on 22 August.", "Radio")
    later = account("The concert is on 29 August and not on 22 August, as was mistakenly said.", "Times", days=2)
    found = contrast("On which date is the concert?", first, later)
    assert (found.kind, found.words) == (Difference.CORRECTED, ("29 August", "22 August"))


def test_articles_that_tell_each_others_figure_count_different_things(account, contrast):
    hurt = account("In the crash 38 people were injured.", "Report")
    aboard = account("About 210 people were in the trains.\n\nAnother 38 were hurt.", "Journal", days=1)
    assert contrast("How many people were injured?", hurt, aboard) is None


def test_what_is_added_is_no_other_total(account, contrast):
    question = "How much aid was approved?"
    total = account("It has approved $1 billion in aid.", "Wire", closeness=0.7)
    added = account("It approves $350 million more in aid.", "Post", days=1, closeness=0.7)
    assert contrast(question, total, added) is None


def test_a_pair_far_from_the_question_is_no_answer_to_it(account, contrast):
    other = account("The fish quay is closed to all.", "Star", closeness=0.9)
    first = account("3,800 people came.", "Post", closeness=0.6)
    assert contrast(HOW_MANY, other, first, account("6,500 people came.", "Gazette", days=1, closeness=0.6)) is None


def test_an_article_that_quotes_another_figure_and_gives_its_own_differs(account, contrast):
    first = account("NINETEEN crates.", "Star", alike=1.0, closeness=0.4)
    text = "There are twelve.\n\nIt is rubbish to speak of nineteen crates."
    later = account(text, "Courier", days=4, alike=0.38, closeness=0.4)
    found = contrast("How many crates were there?", first, later)
    assert (found.kind, found.words) == (Difference.DIFFERENT, ("twelve", "NINETEEN"))


def test_a_higher_figure_after_a_lower_bound_is_an_update(account, contrast):
    first = account("At least three people died.", "Courier")
    later = account("Five people are thought to have died.", "Post", days=2)
    found = contrast("How many people died?", first, later)
    assert (found.kind, found.words) == (Difference.UPDATED, ("Five", "At least three"))
    assert contrast("How many people died?", account("At least three people died.", "Courier", days=3), later) is None


def test_what_one_party_has_is_not_what_it_has_with_another(account, contrast):
    question = "How many seats did Labour win?"
    both = account("Labour and the Greens would hold 51 seats.", "Wire", closeness=0.7)
    later = account("A correction: Labour goes down to 35 seats.", "Radio", days=3, closeness=0.7)
    assert contrast(question, both, later) is None
    before = account("Labour took 36 of 101 seats.", "Wire", closeness=0.7)
    assert contrast(question, before, later).words == ("35", "36")
    rival = account("Labour and the Greens would hold 49 seats.", "Radio", days=1, closeness=0.7)
    assert contrast("How many seats would Labour and the Greens hold?", both, rival).words == ("49", "51")


def test_a_price_that_was_raised_is_an_update_with_every_step(account, contrast):
    question = "How much will the bridge cost?"
    steps = (
        account("It is priced at 14 million crowns.", "Gazette", closeness=0.7),
        account("Mending it will cost 19.5 million crowns, above the price of March.", "Post", days=35, closeness=0.6),
        account("Kell said that it would now cost 31 million crowns.", "Gazette", days=100, closeness=0.6),
    )
    found = contrast(question, *steps)
    assert (found.kind, found.words) == (
        Difference.UPDATED,
        ("31 million crowns", "19.5 million crowns", "14 million crowns"),
    )


def test_a_day_that_had_passed_was_not_put_off(account, contrast):
    later = account("The reopening has been put back to 18 October.", "Post", days=10, closeness=0.5)
    plan = account("Cars are promised back on 29 August.", "Gazette", closeness=0.5)
    passed = account("Cars are promised back on 8 April.", "Gazette", closeness=0.5)
    assert contrast("When will it reopen?", plan, later).words == ("18 October", "29 August")
    assert contrast("When will it reopen?", passed, later) is None
    assert contrast("When did it reopen?", plan, later) is None


def test_a_correction_has_words_of_what_it_corrects(account, contrast):
    question = "How much is he to repay?"
    debt = account("He owed banks 12.8 million crowns.", "Courier")
    other = account("Restated turnover reached 31.6 million crowns.", "Post", days=60)
    assert contrast(question, debt, other) is None
