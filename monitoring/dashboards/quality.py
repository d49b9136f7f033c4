"""How good is the model, how certain is that, and are its inputs drifting?"""

from monitoring.dashboards.panels import NS, bars, choice, dashboard, lines, matrix, stat

WINDOW = f'{NS},window="$window"'
SHARE = {"max": 1}
FEEDBACK = f'gourmetgram_http_request_seconds_count{{{NS},view="feedback.feedback"}}'
REFUSED = FEEDBACK.replace("}", ',status!="2xx"}')
OUTCOMES = {
    "true_positives_total": ("1", "1"),
    "true_negatives_total": ("0", "0"),
    "false_positives_total": ("1", "0"),
    "false_negatives_total": ("0", "1"),
}


def two_by_two() -> str:
    """Combine the four counters into one vector with the labels prediction and actual."""
    cells = []
    for name, (prediction, actual) in OUTCOMES.items():
        counted = f"sum(increase({name}{{{NS}}}[$__range]))"
        labelled = f'label_replace({counted}, "prediction", "{prediction}", "", "")'
        cells.append(f'label_replace({labelled}, "actual", "{actual}", "", "")')
    return " or ".join(cells)


def accuracy(statistic: str) -> str:
    """Select a statistic of the accuracy in the chosen window, for all model versions together."""
    return f'gourmetgram:accuracy:{statistic}{{{WINDOW},model_version="all"}}'


MEAN_CONFIDENCE = f'gourmetgram:mean_confidence:ratio{{{WINDOW},model_version="all"}}'


QUALITY = dashboard(
    "gourmetgram-quality",
    "GourmetGram / Model quality",
    (
        "Of all predictions, estimated from a labelled sample",
        5,
        [
            stat("Accuracy", "Share of the predictions that are right.", accuracy("ratio"), "percentunit"),
            stat("At least", "Lower end of the 95 % interval.", accuracy("lower"), "percentunit"),
            stat("At most", "Upper end of the 95 % interval.", accuracy("upper"), "percentunit"),
            stat(
                "Labels", "Size of a simple random sample that would be as informative.",
                accuracy("effective_labels"), "short",
            ),
            stat(
                "Confidence", "Mean confidence of the same predictions: the accuracy that the model expects.",
                MEAN_CONFIDENCE, "percentunit",
            ),
            stat(
                "Macro F1", "Mean of F1 over the classes that have labels.",
                f"gourmetgram:macro_f1:ratio{{{WINDOW}}}", "percentunit",
            ),
            stat("Target", "What we want.", f"gourmetgram:accuracy:target{{{NS}}}", "percentunit"),
        ],
    ),
    (
        "Which class is taken for which?",
        13,
        [
            matrix(
                "Confusion matrix",
                "Labels of the random sample: rows are the true classes, columns the predicted ones.",
                f'gourmetgram:labels:max{{{WINDOW},source="random_sampling"}}', "actual", "predicted",
            ),
        ],
    ),
    (
        "Over time",
        9,
        [
            lines(
                "Performance over time", "Accuracy of the window that ends at each point in time.",
                "percentunit",
                (accuracy("ratio"), "accuracy"),
                (accuracy("lower"), "at least"),
                (accuracy("upper"), "at most"),
                (MEAN_CONFIDENCE, "mean confidence"),
                (f"gourmetgram:macro_precision:ratio{{{WINDOW}}}", "macro precision"),
                (f"gourmetgram:macro_recall:ratio{{{WINDOW}}}", "macro recall"),
                (f"gourmetgram:accuracy:target{{{NS}}}", "target"),
                span=SHARE,
            ),
            lines(
                "By model version", "Accuracy of each version that was used in the window.", "percentunit",
                (f'gourmetgram:accuracy:ratio{{{WINDOW},model_version!="all"}}', "{{model_version}}"),
                span=SHARE,
            ),
            lines(
                "Objections by model version",
                "Share of a day's predictions that users flagged or gave another class, by version.",
                "percentunit",
                (
                    f"sum by (version) (increase(gourmetgram_feedback_by_version_total{{{NS}}}[1d]))"
                    f" / sum by (version) (increase(gourmetgram_predictions_by_version_total{{{NS}}}[1d]))",
                    "{{version}}",
                ),
                span=SHARE,
            ),
            lines(
                "All predictions against flagged ones",
                "Flagged predictions are wrong more often, so they don't show the accuracy.", "percentunit",
                (accuracy("ratio"), "all predictions"),
                (f"gourmetgram:flagged:ratio{{{WINDOW}}}", "flagged"),
                span=SHARE,
            ),
            lines(
                "Labels", "Labels in the window, by the reason for labelling.", "short",
                (f"sum by (source) (gourmetgram:labels:max{{{WINDOW}}})", "{{source}}"),
            ),
        ],
    ),
    (
        "By class",
        11,
        [
            bars(
                "Recall", "Share of a class's photos that the model recognized.", "percentunit",
                (f"gourmetgram:class_recall:ratio{{{WINDOW}}}", "{{class}}"), span=SHARE,
            ),
            bars(
                "Precision", "How often the model is right when it names a class.", "percentunit",
                (f"gourmetgram:class_precision:ratio{{{WINDOW}}}", "{{class}}"), span=SHARE,
            ),
            bars(
                "F1", "Harmonic mean of the two.", "percentunit",
                (f"gourmetgram:class_f1:ratio{{{WINDOW}}}", "{{class}}"), span=SHARE,
            ),
            bars(
                "Labels by class", "Number of labels behind each class's recall.", "short",
                (f"gourmetgram:class_recall:effective_labels{{{WINDOW}}}", "{{class}}"),
            ),
        ],
    ),
    (
        "Do the photos change?",
        9,
        [
            lines(
                "Predictions by class", "Share of each class in a day's predictions.", "percentunit",
                (f"gourmetgram:predictions:share{{{NS}}}", "{{predicted}}"), span=SHARE,
            ),
            lines(
                "Confidence", "Share of a day's predictions, by confidence.", "percentunit",
                (f"gourmetgram:confidences:share{{{NS}}}", "{{confidence}}"), span=SHARE,
            ),
            lines(
                "Drift", "Population stability index compared with the week before; above 0.25 is a shift.",
                "short",
                (f"gourmetgram:predictions:stability_index{{{NS}}}", "class mix"),
                (f"gourmetgram:confidences:stability_index{{{NS}}}", "confidence"),
                (f"0.25 + 0 * gourmetgram:accuracy:target{{{NS}}}", "target"),
            ),
        ],
    ),
    (
        "Model Feedback API: outcomes of any binary model",
        9,
        [
            matrix("Two by two", "Outcomes in the shown time range.", two_by_two(), "actual", "prediction"),
            lines(
                "Performance", "Since each process started; the alert compares whole days.", "percentunit",
                *((f"{name}{{{NS}}}", name) for name in ("accuracy", "precision", "recall", "f1_score")),
                (f"gourmetgram:model_feedback:accuracy1d{{{NS}}}", "accuracy of a day"),
                (f"gourmetgram:accuracy:target{{{NS}}}", "target"),
                span=SHARE,
            ),
            lines(
                "Feedback", "All requests to /feedback per second.", "reqps",
                (f"sum(rate({FEEDBACK}[$__rate_interval]))", "all"),
                (f"gourmetgram:model_feedback:increase1d{{{NS}}} / 86400", "outcomes, mean of a day"),
            ),
            lines(
                "Feedback refused", "Share of the requests to /feedback that were rejected or failed.",
                "percentunit",
                (
                    f"(sum by (status) (rate({REFUSED}[$__rate_interval]))"
                    f" / on () group_left () sum(rate({FEEDBACK}[$__rate_interval])))"
                    f" or 0 * sum(rate({FEEDBACK}[$__rate_interval]))",
                    "{{status}}",
                ),
                span=SHARE,
            ),
        ],
    ),
    more=[choice("window", "Window", ["1d", "7d", "30d"], "30d")],
)  # fmt: skip
