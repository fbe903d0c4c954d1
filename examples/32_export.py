"""Export a pipeline, front end included, to a file that runs without TensorFlow, scikit-learn and Python.

The file takes waveforms and computes labels and probabilities. It is written only if it agrees with the pipeline on the
clips given as sample. An ONNX file takes clips of any length; a LiteRT file, for phones and boards, those of one.
"""

from pathlib import Path

import numpy as np
import onnxruntime
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.datasets import make_spoken_digits
from skaudio.estimators import CNNClassifier
from skaudio.export import load_litert, load_onnx, to_litert, to_onnx
from skaudio.features import MFCC, MelSpectrogram
from skaudio.pooling import StatPooling

digits = make_spoken_digits(120, random_state=0)
X, y, X_new = digits.data[:100], digits.target[:100], digits.data[100:]

pipelines = {
    "logistic": make_pipeline(MFCC(sr=8000), StatPooling(segments=3), StandardScaler(), LogisticRegression()),
    "cnn": make_pipeline(MelSpectrogram(sr=8000), CNNClassifier(filters=8, epochs=5, random_state=0)),
}
for name, pipeline in pipelines.items():
    path = to_onnx(pipeline.fit(X, y), Path(f"{name}.onnx"), sample=X_new)
    model = load_onnx(path)
    same = np.mean(model.predict(X_new) == pipeline.predict(X_new))
    difference = np.abs(model.predict_proba(X_new) - pipeline.predict_proba(X_new)).max()
    print(f"{path}: {path.stat().st_size / 1e3:.0f} kB, {same:.0%} same labels, probabilities within {difference:.0e}")

# Any program that has ONNX Runtime runs the file: it passes samples at the sampling rate in the metadata.
session = onnxruntime.InferenceSession("cnn.onnx")
print("sampling rate:", session.get_modelmeta().custom_metadata_map["skaudio.sr"])
label, probabilities = session.run(["label", "probabilities"], {"waveform": X_new[0][np.newaxis]})
print("label:", label[0], "with probability", probabilities.max().round(2))

# For a board: clips of one length, and weights of float32 or int8.
for quantize in (None, "int8"):
    path = to_litert(pipelines["cnn"], f"cnn_{quantize}.tflite", seconds=0.5, quantize=quantize, sample=X_new)
    model = load_litert(path)
    print(f"{path}: {path.stat().st_size / 1e3:.0f} kB, probabilities within {model.metadata['difference']:.0e}")
