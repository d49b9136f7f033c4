"""What the jobs read from the environment."""

from pydantic import Field, SecretStr

from gourmetgram.settings import StoreSettings


class CronjobSettings(StoreSettings):
    """The jobs' settings; each is a variable GOURMETGRAM_<NAME>."""

    label_studio_url: str = Field(default="http://127.0.0.1:8080", description="Where Label Studio answers")
    label_studio_token: SecretStr = Field(
        default=SecretStr(""), description="Access token of the user as whom the jobs work"
    )
    label_studio_timeout_seconds: float = Field(
        default=60.0, gt=0, description="Wait for one answer of Label Studio"
    )
    label_studio_start_seconds: float = Field(
        default=300.0, gt=0, description="Wait for Label Studio to answer at all, when it is set up"
    )
    retry_seconds: float = Field(
        default=0.0,
        ge=0,
        description="Time from its start in which a job that fails tries again by itself",
    )
    sync_timeout_seconds: float = Field(
        default=1800.0, gt=0, description="Wait for the import into one project or the export from it"
    )

    sample_size: int = Field(default=5, ge=1, description="Predictions that a random sample draws")
    sample_window_days: int = Field(
        default=1, ge=0, description="Days before today whose predictions can be drawn; today's always can"
    )
    sampling_pods: int = Field(
        default=1, ge=1, description="Pods that share the reading of the predictions for a draw"
    )
    sampling_pod: int = Field(default=0, ge=0, description="Which of them this is, from 0")
    random_sampling_shows_prediction: bool = Field(
        default=False,
        description="Show the model's class in Random Sampling; this biases the accuracy that is estimated",
    )

    retention_days: int = Field(
        default=0, ge=0, description="Days after which predictions are deleted; 0 keeps them for ever"
    )
    deleted_predictions: str = Field(
        default="", description="Ids that cronjobs.deletion deletes where its command line names none"
    )

    processing_threads: int = Field(default=16, ge=1, description="Predictions that are processed at a time")
