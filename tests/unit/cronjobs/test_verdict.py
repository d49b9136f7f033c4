import itertools

import pytest

from cronjobs.outputs import Deleted, Output, read, withdrawal
from cronjobs.verdict import UndecidedError, WithdrawnError, decide
from gourmetgram.sources import Source
from tests.labelling import annotation, prediction

RECORD = prediction(1)


def said(*choices: str, **properties: object) -> Output:
    return read(Source.USER_FLAG, "output/userfeedback/1", annotation(RECORD, *choices, **properties))  # type: ignore[arg-type]


def test_an_annotation_decides() -> None:
    assert decide([said("Rice")]).answer.choices == ("Rice",)


def test_the_newest_version_of_an_annotation_decides_in_whatever_order_they_come() -> None:
    versions = [said("Rice"), said("Soup", minutes=1), said("Egg", minutes=2)]
    assert {decide(order).answer.choices for order in itertools.permutations(versions)} == {("Egg",)}


def test_the_newest_annotation_of_a_person_that_was_not_skipped_decides() -> None:
    answers = [said("Rice"), said("Soup", number=2, minutes=1), said(number=3, minutes=2, skipped=True)]
    assert decide(answers).answer.choices == ("Soup",)


def test_an_annotation_that_was_skipped_later_no_longer_counts() -> None:
    with pytest.raises(UndecidedError, match=r"skipped by ann@example\.org"):
        decide([said("Rice"), said("Rice", minutes=1, skipped=True)])


def test_annotators_who_agree_decide() -> None:
    assert decide([said("Rice"), said("Rice", number=2, annotator="bob@example.org")]).answer.choices == (
        "Rice",
    )


def test_the_newest_answer_names_the_label_also_if_its_annotator_answered_first() -> None:
    bob = said("Rice", number=2, minutes=1, annotator="bob@example.org")
    assert decide([said("Rice"), bob, said("Rice", number=3, minutes=2)]).answer.name.endswith("3")


def test_annotators_who_disagree_do_not_decide() -> None:
    reason = "the annotators disagree: ann@example.org says Rice, bob@example.org says Egg"
    with pytest.raises(UndecidedError, match=reason):
        decide([said("Rice"), said("Egg", number=2, annotator="bob@example.org")])


def test_an_annotator_who_comes_round_ends_the_disagreement() -> None:
    bob = said("Egg", number=2, annotator="bob@example.org")
    assert decide([said("Rice"), bob, said("Egg", minutes=9)]).answer.choices == ("Egg",)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (said(), "left empty by ann@example.org"),
        (said(skipped=True), "skipped by ann@example.org"),
        (said("Rice", "Egg"), "ann@example.org chose several classes: Rice, Egg"),
        (said("Pizza"), "ann@example.org chose 'Pizza', which is not one of the classes"),
    ],
)
def test_what_decides_nothing_says_why(answer: Output, reason: str) -> None:
    with pytest.raises(UndecidedError, match=reason):
        decide([answer])


def deleted(answer: Output) -> Output:
    return withdrawal(answer, Deleted.ANNOTATION)


def test_of_two_answers_of_a_person_the_deleted_one_does_not_count() -> None:
    newer = said("Soup", number=2, minutes=1)
    for order in itertools.permutations([said("Rice"), newer, deleted(newer)]):
        assert decide(order).answer.choices == ("Rice",)


def test_where_two_disagree_and_one_is_deleted_the_other_decides() -> None:
    bob = said("Egg", number=2, annotator="bob@example.org")
    assert decide([said("Rice"), bob, deleted(bob)]).answer.choices == ("Rice",)


def test_all_versions_of_a_deleted_answer_are_withdrawn() -> None:
    newest = said("Soup", minutes=1)
    with pytest.raises(WithdrawnError):
        decide([deleted(newest), said("Rice"), newest])


def test_an_answer_after_the_deletion_counts() -> None:
    assert decide(
        [said("Rice"), deleted(said("Rice")), said("Soup", number=2, minutes=1)]
    ).answer.choices == ("Soup",)


def test_after_the_deletion_of_its_answers_a_task_waits_again_unless_it_is_deleted_too() -> None:
    asked = [said("Rice"), deleted(said("Rice"))]
    for answers, is_asked in [(asked, True), ([*asked, withdrawal(said("Rice"), Deleted.TASK)], False)]:
        for order in itertools.permutations(answers):
            with pytest.raises(WithdrawnError) as caught:
                decide(order)
            assert caught.value.is_asked == is_asked


def test_two_whose_accounts_were_deleted_can_disagree() -> None:
    with pytest.raises(UndecidedError, match="annotation 1 says Rice, annotation 2 says Egg"):
        decide([said("Rice", annotator=None), said("Egg", number=2, annotator=None)])


def test_a_version_that_comes_again_after_its_annotator_was_deleted_is_still_theirs() -> None:
    again = said("Rice", annotator=None)
    for order in itertools.permutations([said("Rice"), again, said("Soup", number=2, minutes=1)]):
        assert decide(order).answer.choices == ("Soup",)


def test_what_each_annotator_chose_is_told() -> None:
    bob = said("Rice", number=2, annotator="bob@example.org")
    assert decide([said("Soup"), bob, said("Rice", minutes=1)]).chosen == {
        "ann@example.org": "Rice",
        "bob@example.org": "Rice",
    }


def reviewed(*choices: str, **properties: object) -> Output:
    return said(*choices, **properties)._replace(is_review=True)


def test_the_answer_of_a_review_supersedes_those_that_it_reviews() -> None:
    bob = said("Egg", number=2, annotator="bob@example.org")
    assert decide([said("Rice"), bob, reviewed("Soup", number=3)]).answer.choices == ("Soup",)
    assert decide([said("Rice", minutes=9), reviewed("Soup", number=3)]).answer.choices == ("Soup",)


def test_a_review_that_was_skipped_or_withdrawn_leaves_the_label() -> None:
    skipped, withdrawn = reviewed(number=3, skipped=True), reviewed("Soup", number=4)
    assert decide([said("Rice"), skipped]).answer.choices == ("Rice",)
    assert decide([said("Rice"), withdrawn, deleted(withdrawn)]).answer.choices == ("Rice",)


def test_reviewers_can_disagree() -> None:
    bob = reviewed("Egg", number=4, annotator="bob@example.org")
    with pytest.raises(UndecidedError, match="disagree"):
        decide([said("Rice"), reviewed("Soup", number=3), bob])
