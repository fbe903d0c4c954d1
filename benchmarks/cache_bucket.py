"""Whether a cache in a bucket would pay for the embeddings of a pretrained model: YAMNet, clips of 10 s.

Run as ``python benchmarks/cache_bucket.py``; minutes, and YAMNet in the data home. An S3 server is started on this
machine, so that a request takes milliseconds; of a real one, it takes tens of them. Each way is timed as a second
machine would go, which has neither features nor recordings, only the bucket:

- compute: read the recordings from the bucket, and embed them;
- objects: read an object with the frames of each clip, as a cache in a bucket would, after a request for the ETag of
  the recording, from which its key is made;
- dataset: read the dataset that `extract_to` has written to the bucket.
"""

import logging
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fsspec
import numpy as np
import soundfile
from measure import Report
from moto.server import ThreadedMotoServer

from skaudio.features import extract_to, read_extracted
from skaudio.pretrained import PretrainedEmbedding

N_CLIPS, SECONDS, SR = 100, 10, 16000
N_THREADS = 16


def timed(function):
    """Return the wall time and the CPU time of a call, and its result."""
    start, cpu = time.perf_counter(), time.process_time()
    result = function()
    return time.perf_counter() - start, time.process_time() - cpu, result


def put_recordings(files):
    rng, urls = np.random.default_rng(0), [f"s3://nights/in/{i:03d}.wav" for i in range(N_CLIPS)]
    with tempfile.TemporaryDirectory() as folder:
        for i, url in enumerate(urls):
            path = Path(folder, f"{i:03d}.wav")
            soundfile.write(path, 0.1 * rng.standard_normal(SECONDS * SR), SR)
            files.put_file(str(path), url)
    return urls


def main():
    report = Report("cache_bucket")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    fsspec.config.conf["s3"] = {"endpoint_url": f"http://{host}:{port}", "key": "key", "secret": "secret"}
    files = fsspec.filesystem("s3")
    files.mkdir("nights")
    urls = put_recordings(files)
    model = PretrainedEmbedding("yamnet", pooling=None).fit([np.zeros(SR, np.float32)])
    model.transform(urls[:2])

    seconds = {"compute": timed(lambda: model.transform(urls))}
    frames = seconds["compute"][2]
    for url, clip in zip(urls, frames, strict=True):
        files.pipe_file(url.replace("/in/", "/cache/"), np.ascontiguousarray(clip, np.float32).tobytes())
    extract_to("s3://nights/dataset", urls, model)

    width = frames[0].shape[-1]

    def read_object(url):
        files.invalidate_cache()
        files.info(url)
        content = files.cat_file(url.replace("/in/", "/cache/"))
        return np.frombuffer(content, np.float32).reshape(-1, width)

    def read_objects():
        with ThreadPoolExecutor(N_THREADS) as pool:
            return list(pool.map(read_object, urls))

    seconds["objects"] = timed(read_objects)
    seconds["dataset"] = timed(lambda: read_extracted("s3://nights/dataset", urls)[0]["features"])
    for way in ("objects", "dataset"):
        for stored, clip in zip(seconds[way][2], frames, strict=True):
            np.testing.assert_array_equal(stored, clip)
    server.stop()
    report.line(f"{N_CLIPS} clips of {SECONDS} s, frames of {frames[0].nbytes / 1e3:.0f} kB each; equal in all ways")
    for way, (wall, cpu, _) in seconds.items():
        report.line(f"{way:<8} {wall:6.2f} s, {1e3 * wall / N_CLIPS:6.1f} ms a clip; CPU, with the server, {cpu:.2f} s")
    compute, objects, dataset = (seconds[way][0] for way in ("compute", "objects", "dataset"))
    report.line(f"objects instead of computing: {compute / objects:.1f} times as fast")
    report.line(f"the dataset instead of computing: {compute / dataset:.1f} times as fast")
    report.line(f"the dataset instead of objects: {objects / dataset:.1f} times as fast")
    report.write()


if __name__ == "__main__":
    main()
