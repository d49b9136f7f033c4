"""Is it up, fast and accurate? The first row sums up the service, the model and the loop."""

from monitoring.dashboards.panels import GREEN, NS, RED, YELLOW, bars, dashboard, lines, stat

REQUESTS = "gourmetgram_http_request_seconds"
UPLOADS = f'{NS},view="predictions.predict",method="POST"'
RATE = "$__rate_interval"


def quantile(share: float, name: str, selector: str) -> str:
    """Query a quantile of a histogram over all replicas."""
    return f"histogram_quantile({share}, sum by (le) (rate({name}_bucket{{{selector}}}[{RATE}])))"


def share(what: str) -> str:
    """Query the share of an hour's uploads that failed, or were slow; empty without uploads."""
    hour = f"gourmetgram:uploads:increase1h{{{NS}}}"
    return f"gourmetgram:uploads_{what}:increase1h{{{NS}}} / ({hour} > 0)"


SERVICE = dashboard(
    "gourmetgram-service",
    "GourmetGram / Service",
    (
        "In ten seconds",
        5,
        [
            stat(
                "Is the service up?",
                "Share of the last hour's uploads that succeeded; the objective is 99.5 %.",
                f'1 - {share("failed")} or max by (namespace) (up{{{NS},job="predictor"}})',
                "percentunit", (None, RED), (0.99, YELLOW), (0.995, GREEN),
            ),
            stat(
                "Is the model good?",
                "Estimated accuracy over 30 days minus its target: negative is bad.",
                f'gourmetgram:accuracy:ratio{{{NS},window="30d",model_version="all"}}'
                f" - on (namespace) group_left () gourmetgram:accuracy:target{{{NS}}}",
                "percentunit", (None, RED), (0, GREEN),
            ),
            stat(
                "Is the loop turning?",
                "Time since the job that is furthest behind completed its work; each should do so daily.",
                f"max(time() - (gourmetgram:cronjob_success:max{{{NS}}} > 0))",
                "s", (None, GREEN), (26 * 3600, RED),
            ),
            stat(
                "Alerts",
                "Firing alerts of this namespace.",
                f'count(ALERTS{{{NS},alertname=~"GourmetGram.*",alertstate="firing"}}) or vector(0)',
                "short", (None, GREEN), (1, RED),
            ),
        ],
    ),
    (
        "Uploads",
        8,
        [
            lines(
                "Uploads", "Uploads per second, by status class.", "reqps",
                (f"sum by (status) (rate({REQUESTS}_count{{{UPLOADS}}}[{RATE}]))", "{{status}}"),
            ),
            lines(
                "Failed and slow uploads",
                "Share of an hour's uploads that failed or took longer than a second.",
                "percentunit",
                (share("failed"), "failed"),
                (share("slow"), "slow"),
            ),
            lines(
                "Time of an upload", "50 % and 95 % of the uploads take less time.", "s",
                (quantile(0.5, REQUESTS, UPLOADS), "median"),
                (quantile(0.95, REQUESTS, UPLOADS), "95 %"),
            ),
        ],
    ),
    (
        "Web application",
        8,
        [
            lines(
                "Requests by view", "All requests per second.", "reqps",
                (f"sum by (view) (rate({REQUESTS}_count{{{NS}}}[{RATE}]))", "{{view}}"),
            ),
            lines(
                "Errors by view", "Requests per second that ended with an error.", "reqps",
                (
                    f'sum by (view, status) (rate({REQUESTS}_count{{{NS},status=~"[45]xx"}}[{RATE}]))'
                    f" or 0 * sum(rate({REQUESTS}_count{{{NS}}}[{RATE}]))",
                    "{{view}} {{status}}",
                ),
            ),
            lines(
                "Memory", "Resident memory of each process.", "bytes",
                (f'process_resident_memory_bytes{{{NS},job=~"webapp|predictor"}}', "{{job}} {{instance}}"),
            ),
            lines(
                "CPU", "CPU cores that each process uses.", "none",
                (
                    f'rate(process_cpu_seconds_total{{{NS},job=~"webapp|predictor"}}[{RATE}])',
                    "{{job}} {{instance}}",
                ),
            ),
        ],
    ),
    (
        "Predictor",
        8,
        [
            lines(
                "Answers", "Responses of the predictors per second, by status.", "reqps",
                (f"sum by (code) (rate(gourmetgram_predictor_responses_total{{{NS}}}[{RATE}]))", "{{code}}"),
            ),
            lines(
                "Time of a prediction", "Waiting for a CPU, decoding, and running the model.", "s",
                (quantile(0.5, "request_predict_seconds", NS), "median"),
                (quantile(0.95, "request_predict_seconds", NS), "95 of 100"),
            ),
            lines(
                "Waiting", "Requests being computed or waiting.", "short",
                (f"gourmetgram_predictor_waiting_requests{{{NS}}}", "{{instance}}"),
            ),
            lines(
                "Predictor failures", "Uploads per second that got no response from a predictor.", "reqps",
                (f"sum(rate(gourmetgram_predictor_errors_total{{{NS}}}[{RATE}]))", "no answer"),
            ),
        ],
    ),
    (
        "Store and spool",
        8,
        [
            lines(
                "Time of a request to the store", "95 % of the requests take less time.", "s",
                (f"gourmetgram:store_request_seconds:p95_5m{{{NS}}}", "95 %"),
            ),
            lines(
                "Store errors", "Share of the requests to the store that failed.", "percentunit",
                (f"gourmetgram:store_errors:ratio_rate5m{{{NS}}}", "failed"),
            ),
            lines(
                "Spool", "Uploads waiting for the store, and entries that can't be read.", "short",
                (f"gourmetgram_spool_entries{{{NS}}}", "waiting {{instance}}"),
                (f"gourmetgram_spool_unreadable{{{NS}}}", "unreadable {{instance}}"),
            ),
            bars(
                "Room of the spool", "Used share; a full spool refuses uploads.", "percentunit",
                (f"gourmetgram_spool_bytes{{{NS}}} / gourmetgram_spool_limit_bytes{{{NS}}}", "{{instance}}"),
                span={"max": 1},
            ),
        ],
    ),
)  # fmt: skip
