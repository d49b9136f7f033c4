"""Random sampling with the real store."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import starmap
from unittest.mock import Mock

import pytest

from cronjobs import draws
from cronjobs.draws import Draw, Seen, Stratum
from cronjobs.sampling import Sampling
from cronjobs.settings import CronjobSettings
from cronjobs.shares import Share
from gourmetgram import keys
from gourmetgram.ids import created_at
from gourmetgram.sources import Source
from gourmetgram.store import Store, StoreUnavailableError
from tests.labelling import NOON, ask, contents, names, prediction_id, upload

TODAY = NOON.date()
TASKS = keys.tasks(Source.RANDOM_SAMPLING)


@pytest.fixture
def uploads(empty_store: Store) -> Store:
    for number in range(12):
        upload(empty_store, number)
    return empty_store


def sample(store: Store, today: date = TODAY, seed: str | None = None, **settings: int) -> dict[str, object]:
    return dict(Sampling(store, CronjobSettings(**settings)).run(today, seed).figures)  # type: ignore[arg-type]


def test_five_predictions_become_tasks(uploads: Store) -> None:
    figures = sample(uploads)
    assert (figures["drawn"], figures["tasks"]) == (5, 5)
    assert len(names(uploads, keys.LABELSTUDIO, TASKS)) == 5


def test_no_prediction_is_drawn_twice_and_fewer_are_reported_as_such(uploads: Store) -> None:
    assert [sample(uploads)["drawn"] for _ in range(4)] == [5, 5, 2, 0]
    assert len(names(uploads, keys.LABELSTUDIO, TASKS)) == 12


def test_what_is_processed_or_quarantined_is_not_drawn_again(uploads: Store) -> None:
    for number, place in [(0, keys.processed), (1, keys.quarantined)]:
        task = keys.task(prediction_id(number), Source.RANDOM_SAMPLING)
        uploads.put(place(task), b"{}", "application/json")
    assert sample(uploads, sample_size=12)["drawn"] == 10


def test_a_flagged_or_unsure_prediction_can_be_drawn_too(uploads: Store) -> None:
    ask(uploads, upload(uploads, 0), Source.LOW_CONFIDENCE)
    assert sample(uploads, sample_size=12)["drawn"] == 12


def test_only_the_days_of_the_window_are_drawn_from(empty_store: Store) -> None:
    for days in range(4):
        upload(empty_store, days, at=NOON - timedelta(days=days))
    assert sample(empty_store)["drawn"] == 2
    assert sample(empty_store, sample_window_days=2)["drawn"] == 1


def test_a_seed_draws_the_same_again(uploads: Store) -> None:
    drawn = sample(uploads, seed="lecture")["prediction_ids"]
    for bucket, key in [keys.draw(TODAY, 1), *tasks(uploads)]:
        uploads.delete(keys.Location(bucket, key))
    assert sample(uploads, seed="lecture")["prediction_ids"] == drawn


def test_a_sample_that_was_cut_short_is_finished_and_nothing_more_is_drawn(uploads: Store) -> None:
    sample(uploads)
    whole = contents(uploads)
    for bucket, key in tasks(uploads)[:3]:
        uploads.delete(keys.Location(bucket, key))
    assert sample(uploads)["tasks"] == 3
    assert contents(uploads) == whole


def test_a_sample_of_yesterday_is_finished_and_todays_is_drawn(uploads: Store) -> None:
    sample(uploads)
    uploads.delete(keys.Location(*tasks(uploads)[0]))
    assert sample(uploads, TODAY + timedelta(days=1))["drawn"] == 5
    assert len(tasks(uploads)) == 10


def test_the_annotators_of_the_random_sample_are_not_told_what_the_model_said(uploads: Store) -> None:
    sample(uploads)
    assert b'"predictions":[]' in uploads.get(keys.Location(*tasks(uploads)[0]))


def test_a_setting_tells_them(uploads: Store) -> None:
    sample(uploads, random_sampling_shows_prediction=True)
    assert b'"choices":["Egg"]' in uploads.get(keys.Location(*tasks(uploads)[0]))


def test_a_record_that_cannot_be_read_is_passed_over(uploads: Store) -> None:
    uploads.put(keys.prediction(prediction_id(3)), b"{", "application/json")
    uploads.put(
        keys.Location(keys.TRACKING, f"{keys.predictions_on(TODAY)}notes.txt"), b"hello", "text/plain"
    )
    assert sample(uploads, sample_size=12)["drawn"] == 11


def test_a_draw_tells_how_many_predictions_it_chose_from_and_with_which_chance(uploads: Store) -> None:
    for number in (12, 13):
        ask(uploads, upload(uploads, number), Source.LOW_CONFIDENCE)
    sample(uploads)
    draw = uploads.get_record(keys.draw(TODAY, 1), Draw)
    high, low = draw.strata
    assert (high.predictions, low.predictions) == (12, 2)
    assert high.confidence_sum == pytest.approx(12 * 0.8)
    chances = {each.low_confidence: each.chance for each in draw.drawn}
    assert chances == {True: pytest.approx(1 / 2), False: pytest.approx(4 / 12)}


def test_a_prediction_belongs_to_the_draw_that_saw_it_first(uploads: Store) -> None:
    sample(uploads)
    upload(uploads, 12)
    sample(uploads)
    second = uploads.get_record(keys.draw(TODAY, 2), Draw)
    counted = Stratum(low_confidence=False, model_version="1", predictions=1, confidence_sum=0.8)
    assert second.strata == [counted]
    assert {each.batch for each in second.drawn} == {f"{TODAY}/001", f"{TODAY}/002"}


def test_no_record_is_read_twice(uploads: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sample(uploads)
    looked: list[str] = []
    monkeypatch.setattr(Sampling, "_look", lambda _, each: looked.append(each))
    sample(uploads)
    assert looked == []


def test_a_prediction_that_reached_the_store_late_is_seen_by_the_next_draw(uploads: Store) -> None:
    sample(uploads)
    upload(uploads, 12, at=NOON - timedelta(hours=3))
    sample(uploads, TODAY + timedelta(days=1))
    late = uploads.get_record(keys.draw(TODAY + timedelta(days=1), 1), Draw)
    assert sum(each.predictions for each in late.strata) == 1
    assert prediction_id(12, NOON - timedelta(hours=3)) in {each.prediction_id for each in late.drawn}


def pod(store: Store, number: int, of: int = 3) -> dict[str, object]:
    return sample(store, seed="lecture", sampling_pod=number, sampling_pods=of)


def test_pods_that_share_the_reading_draw_what_one_would_have_drawn(uploads: Store) -> None:
    alone = sample(uploads, seed="lecture")["prediction_ids"]
    for location in [keys.draw(TODAY, 1), *starmap(keys.Location, tasks(uploads))]:
        uploads.delete(location)
    assert [pod(uploads, each).get("prediction_ids") for each in (2, 0, 1)] == [None, None, alone]
    assert names(uploads, keys.TRACKING, keys.SHARES) == []


def test_each_record_is_read_by_one_of_the_pods(uploads: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr(Sampling, "_look", lambda _, each: looked.append(each))
    for each in range(3):
        pod(uploads, each)
    assert sorted(looked) == [prediction_id(number) for number in range(12)]


def test_a_pod_that_was_killed_holds_the_draw_back_until_it_has_run_again(uploads: Store) -> None:
    pod(uploads, 0)
    pod(uploads, 1)
    pod(uploads, 0)  # restarted after storing its share
    assert draws.latest(uploads, TODAY) is None
    assert pod(uploads, 2)["drawn"] == 5


def test_two_pods_that_both_find_all_shares_make_one_draw(uploads: Store) -> None:
    for each in range(2):
        share = Share(listed_at=NOON, seen=[Seen(prediction_id(each), False, "1", 0.8)])
        uploads.put_record(keys.share(TODAY, 1, each, 2), share)
    with ThreadPoolExecutor() as both:
        list(both.map(lambda each: pod(uploads, each, of=2), range(2)))
    assert len(tasks(uploads)) == 2


def test_a_run_that_could_not_discard_the_shares_is_no_reason_for_a_second_draw(
    uploads: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod(uploads, 0, of=2)
    monkeypatch.setattr(Store, "delete_all", Mock(side_effect=StoreUnavailableError("away")))
    with pytest.raises(StoreUnavailableError):
        pod(uploads, 1, of=2)
    monkeypatch.undo()
    assert pod(uploads, 1, of=2)["tasks"] == 5
    assert len(names(uploads, keys.TRACKING, "draws/")) == 1


def test_what_was_uploaded_after_a_pod_listed_is_left_to_the_next_draw(uploads: Store) -> None:
    early = Share(listed_at=NOON + timedelta(milliseconds=5), seen=[])
    uploads.put_record(keys.share(TODAY, 1, 0, 2), early)
    later = upload(uploads, 12, at=NOON + timedelta(milliseconds=9))
    pod(uploads, 1, of=2)
    draw = uploads.get_record(keys.draw(TODAY, 1), Draw)
    assert draw.until < created_at(later.prediction_id)


def test_a_spoilt_draw_does_not_stop_the_job(uploads: Store) -> None:
    uploads.put(keys.draw(TODAY, 1), b"{", "application/json")
    assert sample(uploads)["drawn"] == 5
    assert draws.latest(uploads, TODAY) is not None


def tasks(store: Store) -> list[tuple[str, str]]:
    return [(keys.LABELSTUDIO, f"{TASKS}{name}") for name in names(store, keys.LABELSTUDIO, TASKS)]
