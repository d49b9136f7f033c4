"""Imports KServe without what serving a model never uses."""

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType

_UNUSED = {
    "fastapi.responses": ("JSONResponse",),
    "google.protobuf.internal.containers": ("MessageMap",),
    "grpc": ("ServicerContext",),
    "kserve.inference_client": ("InferenceGRPCClient", "InferenceRESTClient", "RESTConfig"),
    "kserve.protocol.grpc.grpc_predict_v2_pb2": (
        "InferParameter",
        "InferTensorContents",
        "ModelInferRequest",
        "ModelInferResponse",
    ),
    "pandas": ("DataFrame",),
}
"""Modules that KServe imports and no request reaches, each with the classes that KServe takes from it."""


def import_small_kserve() -> None:
    """Import KServe's model without its clients, FastAPI, gRPC and pandas, which take 100 MB and a second.

    From then on ``kserve`` itself, whose ``__init__`` imports everything, is a package without contents.
    """
    if spec := find_spec("kserve"):
        sys.modules["kserve"] = module_from_spec(spec)
    left_out = _UNUSED.keys() - sys.modules.keys()
    sys.modules.update({name: _with_classes(name, _UNUSED[name]) for name in left_out})
    import_module("kserve.model")
    for name in left_out:  # whoever else imports one gets the real one
        del sys.modules[name]


def _with_classes(name: str, classes: tuple[str, ...]) -> ModuleType:
    module = ModuleType(name)
    vars(module).update({each: type(each, (dict,), {}) for each in classes})
    return module
