"""The jobs that turn production photos into labelled data."""
