"""The record of the model's quality, as the processing job writes it."""

from datetime import UTC, datetime

from gourmetgram.quality import ALL_VERSIONS, WINDOWS, Estimate, LabelCount, QualityRecord, WindowQuality

UNKNOWN = Estimate(value=None, low=0, high=1, effective_labels=0)


def estimate(value: float, labels: int = 50) -> Estimate:
    """Make an estimate with an interval of five points on either side."""
    return Estimate(
        value=value, low=max(0.0, value - 0.05), high=min(1.0, value + 0.05), effective_labels=labels
    )


def quality_record(
    accuracy: Estimate, *, labels: list[LabelCount] | None = None, version: str = "v1"
) -> QualityRecord:
    """Make a record with the same figures for every window, and for one version and all versions."""
    today = datetime.now(UTC).date()
    windows = [
        WindowQuality(
            window=window,
            model_version=each,
            start=today,
            end=today,
            predictions=100,
            labels=50,
            accuracy=accuracy,
            mean_confidence=accuracy.value,
            recall={"Egg": accuracy, "Soup": UNKNOWN},
            precision={"Egg": accuracy},
            f1={"Egg": accuracy.value or 0},
            macro_f1=accuracy.value,
        )
        for window in WINDOWS
        for each in (ALL_VERSIONS, version)
    ]
    return QualityRecord(computed_at=datetime.now(UTC), windows=windows, labels=labels or [])
