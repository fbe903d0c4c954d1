"""Speed of front ends beside those of other packages, on the same clips in memory and with the same settings.

Run as ``python benchmarks/peers.py``, after ``pip install torchaudio python_speech_features kaldi-native-fbank spafe
opensoundscape essentia``, or some of them: none is a dependency, and missing ones are named. Every package computes in
one thread, from a float32 waveform to frames; timings are interleaved, and the least of several counts. Numbers of
bands and coefficients are equal; definitions of filters, windows and scaling differ, and some packages drop a few
frames at the ends.
"""

from functools import partial

import librosa
import numpy as np
from measure import Report, interleaved, one_by_one
from threadpoolctl import threadpool_limits

from skaudio.dsp._fft import fft_library
from skaudio.features import MFCC, MelSpectrogram, Spectrogram

SR, N_FFT, HOP, N_MELS, N_MFCC = 22050, 2048, 512, 128, 20
N_CLIPS, SECONDS = 20, 5


def of_librosa():
    settings = {"sr": SR, "n_fft": N_FFT, "hop_length": HOP, "n_mels": N_MELS}
    return {
        "MFCC": lambda y: librosa.feature.mfcc(y=y, n_mfcc=N_MFCC, **settings),
        "log-mel": lambda y: librosa.power_to_db(librosa.feature.melspectrogram(y=y, **settings)),
        "spectrogram": lambda y: librosa.power_to_db(np.abs(librosa.stft(y, n_fft=N_FFT, hop_length=HOP)) ** 2),
    }


def of_torchaudio():
    import torch
    from torchaudio import transforms

    torch.set_num_threads(1)
    frames = {"n_fft": N_FFT, "hop_length": HOP}
    decibels = transforms.AmplitudeToDB(top_db=80.0)
    mfcc = transforms.MFCC(SR, N_MFCC, melkwargs={**frames, "n_mels": N_MELS})
    mel = transforms.MelSpectrogram(SR, n_mels=N_MELS, **frames)
    spectrogram = transforms.Spectrogram(**frames)
    return {
        "MFCC": lambda y: mfcc(torch.from_numpy(y)).numpy(),
        "log-mel": lambda y: decibels(mel(torch.from_numpy(y))).numpy(),
        "spectrogram": lambda y: decibels(spectrogram(torch.from_numpy(y))).numpy(),
    }


def of_python_speech_features():
    import python_speech_features

    frames = {"winlen": N_FFT / SR, "winstep": HOP / SR, "nfft": N_FFT, "nfilt": N_MELS, "winfunc": np.hanning}
    del (bands := dict(frames))["winfunc"]  # which logfbank does not take
    return {
        "MFCC": lambda y: python_speech_features.mfcc(y, SR, numcep=N_MFCC, **frames),
        "log-mel": lambda y: python_speech_features.logfbank(y, SR, **bands),
    }


def of_kaldi_native_fbank():
    import kaldi_native_fbank

    def compute(kind, options, y):
        options.frame_opts.samp_freq, options.frame_opts.dither = SR, 0.0
        options.frame_opts.frame_length_ms, options.frame_opts.frame_shift_ms = 1e3 * N_FFT / SR, 1e3 * HOP / SR
        options.frame_opts.snip_edges, options.mel_opts.num_bins = False, N_MELS
        extractor = kind(options)
        extractor.accept_waveform(SR, y.tolist())  # faster than with an array
        extractor.input_finished()
        return np.stack([extractor.get_frame(i) for i in range(extractor.num_frames_ready)])

    cepstra = kaldi_native_fbank.MfccOptions()
    cepstra.num_ceps = N_MFCC
    return {
        "MFCC": partial(compute, kaldi_native_fbank.OnlineMfcc, cepstra),
        "log-mel": partial(compute, kaldi_native_fbank.OnlineFbank, kaldi_native_fbank.FbankOptions()),
    }


def of_spafe():
    from spafe.features.mfcc import mel_spectrogram, mfcc
    from spafe.utils.preprocessing import SlidingWindow

    settings = {"nfilts": N_MELS, "nfft": N_FFT, "window": SlidingWindow(N_FFT / SR, HOP / SR, "hanning")}
    return {
        "MFCC": lambda y: mfcc(y, SR, num_ceps=N_MFCC, **settings),
        "log-mel": lambda y: np.log(mel_spectrogram(y, SR, **settings)[0] + 1e-10),
    }


def of_opensoundscape():
    from opensoundscape import Audio
    from opensoundscape import Spectrogram as Peer

    return {"spectrogram": lambda y: Peer.from_audio(Audio(y, SR), window_samples=N_FFT, overlap_samples=N_FFT - HOP)}


def of_essentia():
    from essentia import standard

    window, spectrum = standard.Windowing(type="hann", normalized=False), standard.Spectrum(size=N_FFT)
    mfcc = standard.MFCC(inputSize=1 + N_FFT // 2, sampleRate=SR, numberBands=N_MELS, numberCoefficients=N_MFCC)

    def compute(y):
        frames = standard.FrameGenerator(y, frameSize=N_FFT, hopSize=HOP)
        return np.array([mfcc(spectrum(window(frame)))[1] for frame in frames])

    return {"MFCC": compute}


PEERS = {
    "librosa": of_librosa,
    "torchaudio": of_torchaudio,
    "python_speech_features": of_python_speech_features,
    "kaldi-native-fbank": of_kaldi_native_fbank,
    "spafe": of_spafe,
    "opensoundscape": of_opensoundscape,
    "essentia": of_essentia,
}


def installed_peers():
    """Return the functions of each peer by name, and the names of those that cannot be imported."""
    peers, missing = {}, []
    for name, functions in PEERS.items():
        try:
            peers[name] = functions()
        except ImportError:
            missing.append(name)
    return peers, missing


def main():
    report = Report("peers")
    rng = np.random.default_rng(0)
    batch = [(0.1 * rng.standard_normal(SR * SECONDS)).astype(np.float32) for _ in range(N_CLIPS)]
    settings = {"sr": SR, "n_fft": N_FFT, "hop_length": HOP}
    ours = {
        "MFCC": MFCC(n_mfcc=N_MFCC, n_mels=N_MELS, **settings),
        "log-mel": MelSpectrogram(n_mels=N_MELS, **settings),
        "spectrogram": Spectrogram(**settings),
    }
    peers, missing = installed_peers()
    report.line(f"ms a clip of {SECONDS} s, one thread, FFT of skaudio: {fft_library()}")
    with threadpool_limits(1):
        for task, front_end in ours.items():
            able = {name: functions[task] for name, functions in peers.items() if task in functions}
            loops = [partial(one_by_one, function, batch) for function in able.values()]
            own, *times = interleaved(partial(front_end.transform, batch), *loops, repeats=5)
            for name, seconds in sorted(zip(["skaudio", *able], [own, *times], strict=True), key=lambda item: item[1]):
                report.line(f"{task:<12} {name:<24} {1e3 * seconds / N_CLIPS:7.2f}")
            report.figure(f"{task}: throughput, times that of the fastest peer", min(times) / own, 1.0)
    report.line(f"not installed: {', '.join(missing) or 'none'}")
    report.write()


if __name__ == "__main__":
    main()
