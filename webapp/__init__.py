"""The web application: upload a photo, see its class, say what it really is."""
