"""Is the feedback loop running, from uploads to tasks to labels, with the jobs in between?"""

from monitoring.dashboards.panels import GREEN, NS, RED, bars, choice, dashboard, lines, stat

WINDOW = f'{NS},window="$window"'
JOB = "gourmetgram_cronjob"

LOOP = dashboard(
    "gourmetgram-loop",
    "GourmetGram / Loop",
    (
        "From uploads to labels",
        8,
        [
            bars(
                "Funnel",
                "Uploads in the window, how many of them became tasks, and how many got labels.",
                "short",
                (f"sum(increase(gourmetgram_predictions_total{{{NS}}}[$window]))", "uploads"),
                (
                    f"sum(gourmetgram:labels:max{{{WINDOW}}})"
                    f" + on () sum(gourmetgram:waiting_tasks:max{{{NS}}})"
                    f" + on () sum(gourmetgram:waiting_outputs:max{{{NS}}})",
                    "asked about",
                ),
                (f"sum(gourmetgram:labels:max{{{WINDOW}}})", "labels"),
            ),
            bars(
                "Labels", "Labels of the window's predictions, by the reason for labelling.", "short",
                (f"sum by (source) (gourmetgram:labels:max{{{WINDOW}}})", "{{source}}"),
            ),
            stat(
                "State read", "How long ago these figures were read from the store.",
                f"min(time() - gourmetgram_loop_read_timestamp_seconds{{{NS}}})", "s",
                (None, GREEN), (600, RED),
            ),
        ],
    ),
    (
        "What waits",
        8,
        [
            lines(
                "Waiting tasks", "Tasks without an answer in Label Studio.", "short",
                (f"gourmetgram:waiting_tasks:max{{{NS}}}", "{{source}}"),
            ),
            lines(
                "Age of the oldest task", "Time since its prediction; the alert fires after seven days.", "s",
                (
                    f"time() - gourmetgram:oldest_waiting_task:max{{{NS}}}"
                    f" or 0 * gourmetgram:waiting_tasks:max{{{NS}}}",
                    "{{source}}",
                ),
            ),
            lines(
                "Answers to process", "Answers that the processing job has not seen yet.", "short",
                (f"gourmetgram:waiting_outputs:max{{{NS}}}", "{{source}}"),
            ),
            lines(
                "Unfinished deletions", "Deletions that were started but are not complete.", "short",
                (f"gourmetgram:unfinished_deletions:max{{{NS}}}", "deletions"),
            ),
            lines(
                "Quarantine", "Predictions whose answers could not be used.", "short",
                (f"gourmetgram:quarantined:max{{{NS}}}", "{{source}}"),
            ),
        ],
    ),
    (
        "Jobs",
        8,
        [
            lines(
                "Since the last success", "Each job should complete its work once a day.", "s",
                (f"time() - (gourmetgram:cronjob_success:max{{{NS}}} > 0)", "{{cronjob}}"),
            ),
            lines(
                "Failed runs", "Runs with work left to do, in the 24 hours before.", "short",
                (
                    f"max by (cronjob) (changes({JOB}_last_failure_timestamp_seconds{{{NS}}}[1d]))",
                    "{{cronjob}}",
                ),
            ),
            lines(
                "Duration", "How long the last successful run took.", "s",
                (f"max by (cronjob) ({JOB}_duration_seconds{{{NS}}})", "{{cronjob}}"),
            ),
            lines(
                "Items", "Tasks, annotations or answers that the last successful run dealt with.", "short",
                (f"max by (cronjob) ({JOB}_items{{{NS}}})", "{{cronjob}}"),
            ),
        ],
    ),
    more=[choice("window", "Window", ["1d", "7d", "30d"], "7d")],
)  # fmt: skip
