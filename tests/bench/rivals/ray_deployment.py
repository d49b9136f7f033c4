"""A Ray Serve deployment: the photo is the body, computed in threads of each replica."""

import asyncio
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import ray
from ray import serve
from starlette.requests import Request
from starlette.responses import JSONResponse

PORT, WORKERS, THREADS = (int(os.environ[f"RIVAL_{name}"]) for name in ("PORT", "WORKERS", "THREADS"))


@serve.deployment(num_replicas=WORKERS, max_ongoing_requests=64, ray_actor_options={"num_cpus": 0})
class Food11:
    def __init__(self) -> None:
        from tests.bench.rivals.onnx_classifier import classify  # noqa: PLC0415 - a session can't be pickled

        self.classify, self.threads = classify, ThreadPoolExecutor(THREADS)

    async def __call__(self, request: Request) -> JSONResponse:
        photo = await request.body()
        loop = asyncio.get_running_loop()
        return JSONResponse(await loop.run_in_executor(self.threads, self.classify, photo))


if __name__ == "__main__":
    # The folder's path is too long for Ray's sockets.
    ray.init(include_dashboard=False, log_to_driver=False, num_cpus=os.cpu_count())
    serve.start(http_options={"host": "127.0.0.1", "port": PORT}, logging_config={"enable_access_log": False})
    serve.run(Food11.bind(), route_prefix="/predict")
    signal.sigwait({signal.SIGTERM})
    serve.shutdown()
    ray.shutdown()
