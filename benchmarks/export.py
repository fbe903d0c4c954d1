"""Exported pipelines: the same labels and probabilities as the originals, sizes of files, run time and start-up.

Run as ``SKAUDIO_DATA=... taskset -c 0 python benchmarks/export.py [fsdd] [esc10] [litert] [search]`` with these
available; about five minutes each on an idle core.

Equality: each speaker of FSDD, and each fold of ESC-10, is left out in turn, a pipeline is fitted to the others and
exported, and both predict the clips left out: all 3,000, and all 400. Networks are trained for one epoch on a
hundred clips only: how good they are does not matter here. Differences are the largest of any probability or, for
support vector machines without probabilities, decision value.

Run time: predict_proba of the clips, from waveforms in memory to probabilities, with one thread each, in turns.

LiteRT: on FSDD, with two speakers left out in turn, for clips cut or padded to 0.5 s, with networks that are trained on
more clips for ten epochs, so that labels are not decided by rounding.

Search: ``skaudio search`` on the recordings of five speakers, and the model that it writes on those of the sixth.

Start-up: a process that imports what it needs, loads a model, predicts one clip and ends; time, and peak of memory.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import joblib
import numpy as np
from measure import Report, interleaved, one_by_one
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.datasets import fetch_esc10, fetch_spoken_digits
from skaudio.estimators import CNNClassifier, CRNNClassifier, GRUClassifier
from skaudio.export import load_litert, load_onnx, to_litert, to_onnx
from skaudio.features import MFCC, MelSpectrogram
from skaudio.io import load
from skaudio.pooling import StatPooling

TRAINING = {"epochs": 1, "random_state": 0}
N_TRAINING = 100  # clips that networks are trained on
LITERT_SAMPLES = 4000
LITERT_TRAINING, LITERT_EPOCHS = 500, 10
NETWORKS = {"CNN": CNNClassifier(**TRAINING), "GRU": GRUClassifier(**TRAINING), "CRNN": CRNNClassifier(**TRAINING)}


def pipelines(sr, memory):
    cepstra, bands = MFCC(sr=sr, deltas=2, memory=memory), MelSpectrogram(sr=sr, memory=memory)
    models = {
        "SVC": SVC(C=10),
        "LogisticRegression": LogisticRegression(max_iter=3000),
        "ExtraTrees": ExtraTreesClassifier(100, random_state=0),
    }
    tables = {
        f"{name}, {model}": make_pipeline(front_end, StatPooling(segments=5), StandardScaler(), clone(estimator))
        for name, front_end in (("MFCC", cepstra), ("mel", bands))
        for model, estimator in models.items()
    }
    networks = {f"mel, {name}": make_pipeline(bands, clone(network)) for name, network in NETWORKS.items()}
    return {**tables, **networks}


def equality(report, data, sr, folder, *, sizes):
    y, splits = np.asarray(data.target), list(LeaveOneGroupOut().split(data.data, groups=data.groups))
    fitted = {}
    for name, pipeline in pipelines(sr, folder / "cache").items():
        same, worst, kind = [], 0.0, name.split(", ")[1]
        for train, test in splits:
            train = train[:: len(train) // N_TRAINING] if kind in NETWORKS else train
            clips, held_out = [data.data[i] for i in train], [data.data[i] for i in test]
            path = to_onnx(pipeline.fit(clips, y[train]), folder / "model.onnx")
            model = load_onnx(path)
            results = model.outputs(held_out)
            same.extend(np.asarray(results["predict"]) == pipeline.predict(held_out))
            expected = getattr(pipeline, model.method)(held_out)
            worst = max(worst, np.abs(np.asarray(results[model.method]) - expected).max())
        report.figure(f"  {name}: same label, of {len(same)} clips", 100 * np.mean(same), 100, unit=" %")
        report.figure(f"  {name}: largest difference of {model.method}, 1e-4", 1e4 * worst, 1, at_most=True)
        size = path.stat().st_size / 1e6
        if kind in sizes:
            report.figure(f"  {name}: file", size, sizes[kind], unit=" MB", at_most=True)
            weights = 4e-6 * pipeline[-1].model_.count_params()
            report.line(f"  {name}: file beside the {weights:.3f} MB of weights {size - weights:.3f} MB")
        else:
            report.line(f"  {name}: file {size:.3f} MB")
        fitted[name] = pipeline, model
    return fitted


def run_time(report, fitted, clips, what, *, single, batch, repeats):
    for name, (pipeline, model) in fitted.items():
        pipeline.steps[0][1].set_params(memory=None)
        method = model.method
        for n_clips, target in ((1, single), (len(clips), batch)):
            parts = [clips[i : i + n_clips] for i in range(0, len(clips), n_clips)]
            own, exported = (
                seconds / len(parts)
                for seconds in interleaved(
                    lambda: one_by_one(getattr(pipeline, method), parts),  # noqa: B023 (called at once)
                    lambda: one_by_one(getattr(model, method), parts),  # noqa: B023
                    repeats=repeats,
                )
            )
            text = (
                f"  {what}, {name}: {n_clips} at once, {1e3 * own / n_clips:.2f} over {1e3 * exported / n_clips:.2f} ms"
            )
            if target is None:
                report.line(f"{text:<62} {own / exported:8.3f} times as fast")
            else:
                report.figure(text, own / exported, target)


def start_up(report, pipeline, path, clip, folder):
    joblib.dump(pipeline, folder / "model.joblib")
    ways = {
        "ONNX Runtime": f"from skaudio.export import load_onnx; model = load_onnx({str(path)!r})",
        "Python with TensorFlow": f"import joblib; model = joblib.load({str(folder / 'model.joblib')!r})",
    }
    peak = "next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM'))"
    ends = f"model.predict([{str(clip)!r}]); print({peak})"
    seconds, memory = {}, {}
    for _ in range(3):
        for name, loads in ways.items():
            code = f"import time; start = time.perf_counter(); {loads}; {ends}; print(time.perf_counter() - start)"
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
            kilobytes, elapsed = done.stdout.split()[-2:]
            seconds[name] = min(seconds.get(name, np.inf), float(elapsed))
            memory[name] = int(kilobytes) / 1e3
    for name in ways:
        report.line(f"  start-up and one clip, mel and CNN, {name}: {seconds[name]:.2f} s, {memory[name]:.0f} MB")


def fsdd(report, folder):
    digits = fetch_spoken_digits()
    fitted = equality(report, digits, 8000, folder, sizes={"CNN": 0.5, "GRU": 1.2})
    waveforms = [load(clip, sr=8000)[0] for clip in digits.data[:: len(digits.data) // 64]][:64]
    run_time(report, fitted, waveforms, "0.4 s", single=2, batch=None, repeats=5)
    pipeline, _ = fitted["mel, CNN"]
    path = to_onnx(pipeline, folder / "cnn.onnx")
    start_up(report, pipeline, path, digits.data[0], folder)


def esc10(report, folder):
    sounds = fetch_esc10()
    fitted = equality(report, sounds, 44100, folder, sizes={})
    waveforms = [load(clip, sr=44100)[0] for clip in sounds.data[:16]]
    run_time(report, fitted, waveforms, "5 s", single=1 / 3, batch=1 / 3, repeats=2)


def litert(report, folder):
    digits = fetch_spoken_digits()
    clips = [load(clip, sr=8000)[0] for clip in digits.data]
    clips = np.stack([np.pad(y[:LITERT_SAMPLES], (0, max(0, LITERT_SAMPLES - len(y)))) for y in clips])
    y, splits = np.asarray(digits.target), list(GroupKFold(3).split(clips, groups=digits.groups))
    for name, pipeline in pipelines(8000, None).items():
        if name.endswith("ExtraTrees"):
            continue  # trees are refused
        if name.split(", ")[1] in NETWORKS:
            pipeline[-1].set_params(epochs=LITERT_EPOCHS)
        same, worst, size = {}, {}, {}
        for train, test in splits:
            train = train[:: len(train) // LITERT_TRAINING]
            pipeline.fit(clips[train], y[train])
            method = "predict_proba" if hasattr(pipeline, "predict_proba") else "decision_function"
            labels, scores = pipeline.predict(clips[test]), getattr(pipeline, method)(clips[test])
            for kind in (None, "float16", "int8"):
                path = to_litert(pipeline, folder / "model.tflite", seconds=0.5, quantize=kind, sample=clips[test[:20]])
                results = load_litert(path).outputs(clips[test])
                same.setdefault(kind, []).extend(np.asarray(results["predict"]) == labels)
                worst[kind] = max(worst.get(kind, 0), np.abs(np.asarray(results[method]) - scores).max())
                size[kind] = path.stat().st_size / 1e6
        sizes = ", ".join(f"{kind or 'float32'} {megabytes:.3f} MB" for kind, megabytes in size.items())
        report.line(f"{name}: {sizes}")
        report.figure(f"  float32: largest difference of {method}, 1e-5", 1e5 * worst[None], 1, at_most=True)
        for kind, target in ((None, 100), ("float16", 99), ("int8", 99)):
            what = f"  {kind or 'float32'}: same label, of {len(same[kind])} clips ({method} within {worst[kind]:.1g})"
            report.figure(what, 100 * np.mean(same[kind]), target, unit=" %")


def search(report, folder):
    digits = fetch_spoken_digits()
    held_out = np.asarray(digits.groups) == sorted(set(digits.groups))[0]
    rows = [
        f"{path},{label},{group}" for path, label, group in zip(digits.data, digits.target, digits.groups, strict=True)
    ]
    table = "\n".join(["path,label,group", *(row for row, out in zip(rows, held_out, strict=True) if not out)])
    (folder / "clips.csv").write_text(table + "\n")
    command = [sys.executable, "-m", "skaudio", "search", folder / "clips.csv", "--groups", "--quiet", "--jobs", "1"]
    command += ["--models", "svc,logistic,trees,neighbors", "--pretrained", "none", "--folds", "3"]
    subprocess.run([*command, "--output", folder / "best.joblib"], check=True, stdout=subprocess.DEVNULL)
    pipeline = joblib.load(folder / "best.joblib")
    clips = [path for path, out in zip(digits.data, held_out, strict=True) if out]
    path = to_onnx(pipeline, folder / "best.onnx", sample=clips[:20])
    model = load_onnx(path)
    results = model.outputs(clips)
    report.line(f"best of skaudio search: {' '.join(repr(pipeline).split())}")
    same = np.asarray(results["predict"]) == pipeline.predict(clips)
    worst = np.abs(np.asarray(results[model.method]) - getattr(pipeline, model.method)(clips)).max()
    report.figure(f"  same label, of {len(same)} clips", 100 * np.mean(same), 100, unit=" %")
    report.figure(f"  largest difference of {model.method}, 1e-4", 1e4 * worst, 1, at_most=True)
    report.line(f"  file {path.stat().st_size / 1e6:.3f} MB")


def main():
    parts = {"fsdd": fsdd, "esc10": esc10, "litert": litert, "search": search}
    for part in sys.argv[1:] or parts:
        report = Report(f"export_{part}")
        with tempfile.TemporaryDirectory() as folder:
            parts[part](report, Path(folder))
        report.write()


if __name__ == "__main__":
    main()
