"""The model server: a photo in, eleven calibrated probabilities out."""
