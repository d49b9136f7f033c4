"""The HTTP server around the model: what is let in, how it is computed, and what is said of its health."""
