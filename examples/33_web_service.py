"""A web service that takes the bytes of an audio file and returns class probabilities, by the standard library."""

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
names = [str(name) for name in model.classes_]


class Service(BaseHTTPRequestHandler):
    """Respond to the content of an audio file with class probabilities."""

    def do_POST(self):
        """Read an upload, and predict."""
        upload = io.BytesIO(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        try:
            probabilities = model.predict_proba([upload])[0].tolist()
            self.respond(200, dict(zip(names, probabilities, strict=True)))
        except (AudioError, ExportError) as error:  # no audio file, or a clip that the model cannot process
            self.respond(400, {"error": str(error)})

    def respond(self, status, content):
        """Send a response as JSON."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *args):
        """Print no line for each request."""


server = ThreadingHTTPServer(("127.0.0.1", 0), Service)  # port 0: any that is free
threading.Thread(target=server.serve_forever, daemon=True).start()

# ---- a client
upload = io.BytesIO()
soundfile.write(upload, digits.data[100], 8000, format="WAV")
times = []
for _ in range(100):
    start = perf_counter()
    with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}", upload.getvalue()) as response:
        probabilities = json.load(response)
    times.append(1e3 * (perf_counter() - start))
label = max(probabilities, key=probabilities.get)
print("label:", label, "with probability", round(probabilities[label], 2))
print(f"responses within {np.median(times):.1f} ms (median), {np.percentile(times, 99):.1f} ms (99 %)")
server.shutdown()
server.server_close()
