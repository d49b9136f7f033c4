"""The model server: a photo in, calibrated probabilities out."""
