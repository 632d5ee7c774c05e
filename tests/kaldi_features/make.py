"""What kaldi-native-fbank gives for the cases of tests/signal_features.rs.

    python3 -m venv venv && venv/bin/pip install kaldi-native-fbank==1.23.0 numpy
    venv/bin/python tests/kaldi_features/make.py > tests/kaldi_features/expected.tsv

Lines: case, number of frames, frame, its values.
"""

import kaldi_native_fbank as knf
import numpy as np


def samples(n):
    """16-bit noise with an offset, the same integers as in the test."""
    x, out = 1, []
    for _ in range(n):
        x = (1103515245 * x + 12345) % 2**31
        out.append(float((x >> 16) % 20001 - 9500))
    return out


def frames(kind, wave, rate):
    kind.accept_waveform(rate, wave)
    kind.input_finished()
    return np.array([kind.get_frame(i) for i in range(kind.num_frames_ready)], dtype=np.float32)


def options(o, rate, **more):
    o.frame_opts.samp_freq = rate
    o.frame_opts.dither = 0
    for name, value in more.items():
        place = o
        *path, last = name.split("__")
        for part in path:
            place = getattr(place, part)
        setattr(place, last, value)
    return o


def fbank(wave, rate, **more):
    return frames(knf.OnlineFbank(options(knf.FbankOptions(), rate, **more)), wave, rate)


def mfcc(wave, rate, **more):
    return frames(knf.OnlineMfcc(options(knf.MfccOptions(), rate, **more)), wave, rate)


def show(case, x):
    for i in sorted({0, len(x) // 2, len(x) - 1}):
        print(case, len(x), i, *(f"{v:.7g}" for v in x[i]), sep="\t")


noise = samples(3000)
show("fbank", fbank(noise, 16000))
show("fbank, edges mirrored", fbank(noise, 16000, frame_opts__snip_edges=False))
show("fbank, 200 samples mirrored", fbank(noise[:200], 16000, frame_opts__snip_edges=False))
show("fbank, 60 filters from 64 Hz to 200 Hz below half the rate",
     fbank(noise, 16000, mel_opts__num_bins=60, mel_opts__low_freq=64, mel_opts__high_freq=-200))
show("fbank, Hamming, no preemphasis, offset kept, 20 ms every 5 ms at 11,025 Hz",
     fbank(noise, 11025, frame_opts__window_type="hamming", frame_opts__preemph_coeff=0,
           frame_opts__remove_dc_offset=False, frame_opts__frame_length_ms=20, frame_opts__frame_shift_ms=5))
show("fbank, silence", fbank([0.0] * 600, 16000))
cepstra = mfcc(noise, 16000)
show("mfcc", cepstra)
show("mfcc, first coefficient kept, Hanning", mfcc(noise, 16000, use_energy=False, frame_opts__window_type="hanning"))
show("mfcc, windowed energy, 20 unliftered, rectangular, 8,000 Hz, mirrored",
     mfcc(noise, 8000, raw_energy=False, num_ceps=20, cepstral_lifter=0, frame_opts__window_type="rectangular",
          frame_opts__snip_edges=False))
show("mfcc, floored energy of silence", mfcc([0.0] * 600, 16000, energy_floor=100.0))
show("mfcc with deltas", knf.compute_deltas(knf.DeltaOptions(order=2, window=2), cepstra))
normal = knf.CmvnOptions()
normal.norm_vars = True
show("mfcc normalised", knf.apply_cmvn(knf.compute_cmvn_stats(cepstra), normal, cepstra))
