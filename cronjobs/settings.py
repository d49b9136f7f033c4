"""What the jobs read from the environment."""

from pydantic import Field, SecretStr

from gourmetgram.settings import StoreSettings

CENTURY = 36_500
"""Days; more would lead to dates that don't exist."""


class CronjobSettings(StoreSettings):
    """The jobs' settings; each is a variable GOURMETGRAM_<NAME>."""

    label_studio_url: str = Field(default="http://127.0.0.1:8080", description="Label Studio's address")
    label_studio_token: SecretStr = Field(
        default=SecretStr(""), description="Access token of the user that the jobs act as"
    )
    label_studio_timeout_seconds: float = Field(
        default=60.0, gt=0, description="Time limit for a response from Label Studio"
    )
    label_studio_start_seconds: float = Field(
        default=300.0, gt=0, description="How long the set-up waits for Label Studio to respond at all"
    )
    retry_seconds: float = Field(
        default=0.0,
        ge=0,
        description="How long after its start a job retries what fails",
    )
    sync_timeout_seconds: float = Field(
        default=1800.0, gt=0, description="Time limit for one project's import or export"
    )

    sample_size: int = Field(default=5, ge=1, description="Size of a random sample")
    sample_window_days: int = Field(
        default=1,
        ge=0,
        le=CENTURY,
        description="Days before today whose predictions can be sampled; today's always can",
    )
    sampling_pods: int = Field(
        default=1, ge=1, description="Pods that share the reading of the predictions for a draw"
    )
    sampling_pod: int = Field(default=0, ge=0, description="Which of them this is, from 0")
    random_sampling_shows_prediction: bool = Field(
        default=False,
        description="Show the model's class in Random Sampling, which biases the estimated accuracy",
    )

    retention_days: int = Field(
        default=0,
        ge=0,
        le=CENTURY,
        description="Days after which predictions are deleted; 0 keeps them indefinitely",
    )
    deleted_predictions: str = Field(
        default="", description="Ids for cronjobs.deletion to delete if its command line names none"
    )

    processing_threads: int = Field(default=16, ge=1, description="Predictions processed in parallel")
