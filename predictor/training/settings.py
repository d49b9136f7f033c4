"""What the gate reads from the environment."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class GateSettings(BaseSettings):
    """What the gate requires of a candidate; each is a variable GOURMETGRAM_GATE_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="GOURMETGRAM_GATE_", frozen=True)

    min_photos: int = Field(
        default=50, ge=1, description="Minimum number of labelled photos that both models classify"
    )
    chance: float = Field(
        default=0.05, gt=0, lt=1, description="Highest p-value at which the candidate counts as better"
    )
    recall_drop: float = Field(default=0.1, ge=0, le=1, description="Largest drop in the recall of a class")
    min_class_photos: int = Field(
        default=5, ge=1, description="Minimum number of photos of a class for its recall to be checked"
    )
    calibration_rise: float = Field(
        default=0.03, ge=0, le=1, description="Largest rise of the expected calibration error"
    )
    slower: float = Field(
        default=1.5, gt=0, description="Largest latency, as a multiple of the current model's"
    )
    larger: float = Field(
        default=2.0, gt=0, description="Largest file size, as a multiple of the current model's"
    )
    memory_mib: int = Field(default=700, ge=1, description="Largest memory use of a process with the model")
    same_architecture: bool = Field(
        default=True, description="Whether the architecture must be the current model's"
    )
    require_manifest: bool = Field(
        default=True, description="Whether the candidate must have a manifest of its training data"
    )
