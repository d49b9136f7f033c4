"""(a) The course's model server: FastAPI, a photo as base64 in JSON, eager torch on FastAPI's own threads."""

import base64

import torch
from fastapi import FastAPI
from pydantic import BaseModel

from gourmetgram.classes import CLASSES
from tests.bench.rivals.classifier import network, to_tensor

app = FastAPI()
model = network()


class Photo(BaseModel):
    image: str


class Prediction(BaseModel):
    prediction: str
    probability: float


@app.post("/predict")
def predict(photo: Photo) -> Prediction:
    image = to_tensor(base64.b64decode(photo.image))
    with torch.no_grad():
        probabilities = model(image)[0]
    best = int(probabilities.argmax())
    return Prediction(prediction=CLASSES[best], probability=float(probabilities[best]))
