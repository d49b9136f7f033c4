"""The registry: every version of the model in the store, and which of them is current and which a candidate.

    models/food11/<version>/            food11.onnx, manifest.json, card.md, verdicts/: never changed
    models/food11/manifests/<digest>.json
    models/food11/current/<time>.json   one record each time a version is made current
    models/food11/candidate/<time>.json one record each time a version passes the gate

The newest record counts. It is written whole and never changed, so a kill leaves the old or the new state.
"""
