"""Finds speech in a recording with Silero VAD on onnxruntime, and draws where it is."""

import importlib.util
import tempfile
from pathlib import Path as FilePath

import av
import matplotlib
import numpy
import onnxruntime

from cog import BaseModel, BaseRunner, Input, Path

matplotlib.use("Agg")
from matplotlib import pyplot

RATE = 16_000
WINDOW = 512  # samples that the network judges at a time
CONTEXT = 64  # samples before them that it also wants to hear


class Segment(BaseModel):
    start: float  # seconds
    end: float
    confidence: float


class Speech(BaseModel):
    plot: Path
    seconds_of_speech: float
    segments: list[Segment]


class Runner(BaseRunner):
    """
    # Speech detection

    Give it a recording, or use the **microphone**. It answers with a plot and a table of the parts with speech.
    The network is [Silero VAD](https://github.com/snakers4/silero-vad).
    """

    def setup(self) -> None:
        # The package would import PyTorch. The network lies in it as a file, which is all that is needed.
        package = importlib.util.find_spec("silero_vad")
        if package is None or package.origin is None:
            raise RuntimeError("silero-vad is missing: pip install --no-deps silero-vad")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        network = FilePath(package.origin).parent / "data" / "silero_vad.onnx"
        self.session = onnxruntime.InferenceSession(str(network), options, providers=["CPUExecutionProvider"])

    def run(
        self,
        audio: Path = Input(description="A recording in any usual format", accept="audio/*"),
        threshold: float = Input(
            description="How sure it has to be that somebody speaks", default=0.5, ge=0.05, le=0.95
        ),
        shortest_pause: float = Input(
            description="Shorter pauses (in seconds) don't end a segment", default=0.3, ge=0, le=5
        ),
    ) -> Speech:
        samples = decoded(audio)
        chances = self.chances(samples)
        segments = found(chances, threshold, shortest_pause)
        print(f"{len(samples) / RATE:.1f} s of sound, {len(segments)} segments of speech")
        return Speech(
            plot=drawn(samples, chances, segments, threshold),
            seconds_of_speech=round(sum(one.end - one.start for one in segments), 2),
            segments=segments,
        )

    def chances(self, samples: numpy.ndarray) -> numpy.ndarray:
        """For each window, how likely somebody speaks in it."""
        padded = numpy.concatenate(
            [numpy.zeros(CONTEXT, numpy.float32), samples, numpy.zeros(-len(samples) % WINDOW, numpy.float32)]
        )
        state = numpy.zeros((2, 1, 128), numpy.float32)
        chances = []
        for start in range(0, len(padded) - CONTEXT, WINDOW):
            window = padded[None, start : start + CONTEXT + WINDOW]
            chance, state = self.session.run(
                None, {"input": window, "state": state, "sr": numpy.array(RATE, numpy.int64)}
            )
            chances.append(float(chance[0, 0]))
        return numpy.array(chances, numpy.float32)


def decoded(path: Path) -> numpy.ndarray:
    """The sound of a file, mono, 16 kHz."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(str(path)) as file:
        if not file.streams.audio:
            raise ValueError("there is no sound in this file")
        frames = [part.to_ndarray()[0] for frame in file.decode(audio=0) for part in resampler.resample(frame)]
    frames += [part.to_ndarray()[0] for part in resampler.resample(None)]
    return numpy.concatenate(frames) if frames else numpy.zeros(0, numpy.float32)


def found(chances: numpy.ndarray, threshold: float, shortest_pause: float) -> list[Segment]:
    """The parts in which somebody speaks; it takes less to go on than to begin."""
    seconds = WINDOW / RATE
    segments: list[tuple[int, int]] = []
    start = last = None
    for index, chance in enumerate(chances):
        if chance >= threshold or (start is not None and chance >= threshold - 0.15):
            start = index if start is None else start
            last = index
        elif start is not None and (index - last) * seconds > shortest_pause:
            segments.append((start, last + 1))
            start = None
    if start is not None:
        segments.append((start, last + 1))
    return [
        Segment(start=round(a * seconds, 2), end=round(b * seconds, 2), confidence=round(float(chances[a:b].mean()), 3))
        for a, b in segments
    ]


def drawn(samples: numpy.ndarray, chances: numpy.ndarray, segments: list[Segment], threshold: float) -> Path:
    figure, axes = pyplot.subplots(figsize=(10, 3.6), dpi=110, layout="constrained")
    step = max(1, len(samples) // 20_000)
    axes.plot(numpy.arange(0, len(samples), step) / RATE, samples[::step], color="#9aa4b2", linewidth=0.5)
    for segment in segments:
        axes.axvspan(segment.start, segment.end, color="#1a56c4", alpha=0.18)
    likely = axes.twinx()
    likely.plot((numpy.arange(len(chances)) + 0.5) * WINDOW / RATE, chances, color="#1a56c4", linewidth=1.2)
    likely.axhline(threshold, color="#b3261e", linewidth=0.8, linestyle="--")
    likely.set(ylim=(0, 1.02), ylabel="chance of speech")
    axes.set(ylim=(-1, 1), xlim=(0, max(len(samples) / RATE, 0.1)), xlabel="seconds", ylabel="sound")
    path = FilePath(tempfile.mkdtemp()) / "speech.png"
    figure.savefig(path)
    pyplot.close(figure)
    return Path(path)
