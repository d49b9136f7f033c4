"""FastAPI with ONNX Runtime in its own thread pool, as a well-informed developer would write it."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI, Request
from fastapi.responses import ORJSONResponse

from tests.bench.rivals.onnx_classifier import classify

app = FastAPI()
threads = ThreadPoolExecutor(int(os.environ["RIVAL_THREADS"]))


@app.post("/predict")
async def predict(request: Request) -> ORJSONResponse:
    photo = await request.body()
    return ORJSONResponse(await asyncio.get_running_loop().run_in_executor(threads, classify, photo))
