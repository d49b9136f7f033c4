"""Serves the food classifier with KServe, and trains it."""
