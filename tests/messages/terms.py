"""Small words that stand alone on a screen, or fill the field of a sentence."""

TERMS = (
    "train", "test", "validation", "training", "loss", "accuracy", "balanced accuracy", "lr",
    "starting", "ready", "preparing", "running", "paused", "finished", "completed", "lost",
    "crashed", "elsewhere", "diverged", "failed", "stopped", "interrupted", "unreadable",
    "unchanged", "error", "warning", "info", "newest", "best", "last", "experiment", "network",
    "picture", "scores", "unit", "units", "doctor", "numbers", "silence", "before", "after", "new",
    "back", "bands", "samples", "points", "images", "pictures", "log", "smooth", "metric", "matrix",
    "set", "all", "mean", "spread", "dead", "saturated", "gradient", "inputs", "input", "output",
    "outputs", "weight", "weights", "bias", "suggested", "lowest", "highest", "none", "missing",
    "layer", "layers", "optimizer", "schedule", "data", "data set", "now", "here", "gone", "faster",
    "actual", "predicted", "equal", "argument", "default", "accepted", "help", "it", "rows",
    "negative", "positive", "regression", "classification", "epoch", "step", "steps", "number",
    "text", "learned", "sample", "and {clause}", "but {clause}", "risen", "fallen",
    "{figure:n} steps/s", "{figure:n} samples/s", "a number", "a text", "a layer",
    "{name} {low:n} to {high:n}", "hint", "lessons", "train loss", "test loss",
    "train accuracy", "test accuracy", "without",
    "lesson", "show", "anew", "{share:n}% of {processors}",
    "at least {limit:n}", "at most {limit:n}", "above {limit:n}", "below {limit:n}",
    # Textual's own, in its list of commands.
    "Copy selected text", "Keys", "Maximize", "Maximize the focused widget", "Minimize",
    "Minimize the widget and restore to normal size", "Quit", "Screenshot", "Theme",
    "Quit the application as soon as possible", "Save an SVG 'screenshot' of the current screen",
    "Change the current theme", "Hide the keys and widget help panel",
    "Show help for the focused widget and a summary of available keys",
)  # fmt: skip
