"""Rules with shortened durations, for tests on a cluster, are otherwise unchanged."""

from tests.cluster.release.sooner import sooner


def test_a_day_takes_four_minutes() -> None:
    rule = {"expr": 'increase(x{window="1d"}[1d] offset 1w)', "for": "2h"}
    assert sooner(rule) == {"expr": 'increase(x{window="1d"}[240s] offset 1680s)', "for": "20s"}


def test_a_window_spans_some_scrapes_and_an_alert_holds_for_some_evaluations() -> None:
    assert sooner({"expr": "rate(x[5m]) > 5", "for": "1m"}) == {"expr": "rate(x[30s]) > 5", "for": "10s"}


def test_an_age_of_ten_minutes_is_one_of_twenty_seconds() -> None:
    assert sooner({"expr": "time() - x > 600"}) == {"expr": "time() - x > 20"}
