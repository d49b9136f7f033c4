"""What the gate reads from the environment."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class GateSettings(BaseSettings):
    """What the gate requires of a candidate; each is a variable GOURMETGRAM_GATE_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="GOURMETGRAM_GATE_", frozen=True)

    min_photos: int = Field(default=50, ge=1, description="Photos with labels that both models must answer")
    chance: float = Field(default=0.05, gt=0, lt=1, description="How likely a better result by chance may be")
    recall_drop: float = Field(default=0.1, ge=0, le=1, description="Most recall that a class may lose")
    min_class_photos: int = Field(
        default=5, ge=1, description="Photos of a class below which it isn't judged"
    )
    calibration_rise: float = Field(
        default=0.03, ge=0, le=1, description="Most that the expected calibration error may rise"
    )
    slower: float = Field(
        default=1.5, gt=0, description="Times as long as the current model that it may take"
    )
    larger: float = Field(default=2.0, gt=0, description="Times as large as the current model that it may be")
    memory_mib: int = Field(default=700, ge=1, description="Memory that a process with the model may take")
    same_architecture: bool = Field(
        default=True, description="Whether the layers must be the current model's"
    )
    require_manifest: bool = Field(
        default=True, description="Whether it must be known what the candidate learned from"
    )
