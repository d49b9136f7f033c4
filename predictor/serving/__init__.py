"""The HTTP server around the model: admission, inference and health."""
