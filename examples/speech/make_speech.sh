#!/usr/bin/env bash
# Makes speech.ogg: two sentences with a pause between them, spoken by espeak-ng, in a little noise. Needs espeak-ng, and Python with PyAV.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
espeak-ng -v en-us -s 150 -w "$work/one.wav" "Is anybody there? I thought that I heard someone speak."
espeak-ng -v en-us+f3 -s 145 -w "$work/two.wav" "Yes. There is a pause of two seconds before this sentence."
"${PYTHON:-python3}" - "$work" <<'PYTHON'
import sys
import av
import numpy
from run import RATE, decoded

random = numpy.random.default_rng(7)
quiet = lambda seconds: numpy.zeros(int(RATE * seconds), numpy.float32)
parts = [quiet(1.2), 0.6 * decoded(f"{sys.argv[1]}/one.wav"), quiet(2), 0.6 * decoded(f"{sys.argv[1]}/two.wav"), quiet(1.3)]
sound = numpy.concatenate(parts)
sound = (sound + random.normal(0, 0.004, sound.shape)).clip(-1, 1).astype(numpy.float32)
with av.open("speech.ogg", "w") as file:
    stream = file.add_stream("libopus", rate=48000, layout="mono")
    stream.bit_rate = 32000
    frame = av.AudioFrame.from_ndarray(sound[None], format="flt", layout="mono")
    frame.rate = RATE
    resampler = av.AudioResampler(format="flt", layout="mono", rate=48000, frame_size=stream.codec_context.frame_size or 960)
    for part in [*resampler.resample(frame), *resampler.resample(None)]:
        file.mux(stream.encode(part))
    file.mux(stream.encode(None))
PYTHON
