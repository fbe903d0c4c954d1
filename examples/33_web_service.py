"""A web service that takes the bytes of an audio file and answers with class probabilities, by the standard library."""

import io
import json
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import perf_counter

import numpy as np
import soundfile
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.datasets import make_spoken_digits
from skaudio.export import ExportError, load_onnx, to_onnx
from skaudio.features import MFCC
from skaudio.io import AudioError
from skaudio.pooling import StatPooling

digits = make_spoken_digits(120, random_state=0)
pipeline = make_pipeline(MFCC(sr=8000), StatPooling(segments=3), StandardScaler(), LogisticRegression())
to_onnx(pipeline.fit(digits.data[:100], digits.target[:100]), "digits.onnx", sample=digits.data[100:])

# ---- the service: it needs ONNX Runtime, but neither TensorFlow nor the classes of the model
model = load_onnx("digits.onnx")


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # clients keep their connection

    def do_POST(self):
        upload = io.BytesIO(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        try:
            probabilities = model.predict_proba([upload])[0]
            names = [str(name) for name in model.classes_]
            values = dict(zip(names, probabilities.tolist(), strict=True))
            self.answer(200, {"label": names[probabilities.argmax()], "probabilities": values})
        except (AudioError, ExportError) as error:
            self.answer(400, {"error": str(error)})

    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass  # no line for each request


server = ThreadingHTTPServer(("127.0.0.1", 0), Service)  # port 0: any that is free
threading.Thread(target=server.serve_forever, daemon=True).start()

# ---- a client
upload = io.BytesIO()
soundfile.write(upload, digits.data[100], 8000, format="WAV")
address = f"http://127.0.0.1:{server.server_port}"
times = []
for _ in range(100):
    start = perf_counter()
    with urllib.request.urlopen(address, upload.getvalue()) as response:
        answer = json.load(response)
    times.append(perf_counter() - start)
print("label:", answer["label"], "with probability", round(answer["probabilities"][answer["label"]], 2))
print(f"answers within {1e3 * np.median(times):.1f} ms (median), {1e3 * np.percentile(times, 99):.1f} ms (99 %)")
server.shutdown()
