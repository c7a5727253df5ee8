"""A generator as a classifier: accuracy and calls a picture, what elimination saves and changes, and what it costs.

Levels and dropping were chosen on 150 photographs of split `valid`; these are 1,000 of split `test`.
"""

from measured import cpu_timed, promised

from unelib import load_generator, load_images
from unelib.geometry import decide, denoising_errors, pair_errors
from unelib.stats import wilson

N, PAIRS, LEVEL, SPAN = 1000, 50, 0.05, (0.0, 0.7)
CLASSES = [str(number) for number in range(10)]


def share(happened):
    """A share in per cent, and the ends of its interval, for `promised`."""
    low, high = wilson(int(happened.sum()), len(happened))
    return {"value": 100 * happened.mean(), "low": 100 * low, "high": 100 * high}


def main():
    """Errors under every class, and from them the verdicts with and without elimination."""
    images = load_images("fashion", n=N, split="test")
    truth = images.attributes.to_numpy()[:, :10].argmax(1)
    gen = load_generator("fashion-cond-ddpm", "cpu")
    seconds, errors = cpu_timed(lambda: pair_errors(gen, images.pixels, CLASSES, PAIRS, span=SPAN, progress=True))
    every, few = decide(errors, None), decide(errors, LEVEL)
    calls = float(few.calls.mean())
    right, alike = share(few.verdict == truth), share(few.verdict == every.verdict)
    promised("classifier/accuracy, with elimination", **right, unit="% of 1000 photographs", least=80, calls=calls)
    promised("classifier/calls, with elimination", calls, "calls a picture", most=100, without=every.calls.mean())
    promised("classifier/calls saved", every.calls.mean() / calls, "times fewer", least=5, level=LEVEL)
    promised("classifier/verdicts kept", **alike, unit="% of 1000 photographs", least=97)
    promised("classifier/accuracy, all calls", **share(every.verdict == truth), unit="% of 1000 photographs")
    for level in (0.01, 0.02, 0.1, 0.2):
        found = decide(errors, level)
        beside = {"calls": found.calls.mean(), "kept": 100 * (found.verdict == every.verdict).mean()}
        promised(f"classifier/accuracy, level {level}", **share(found.verdict == truth), unit="%", **beside)
    promised("classifier/cost of a call", 1e3 * seconds / errors.size, "ms of CPU", pictures=N)
    null = load_generator("untrained:fashion-cond-ddpm", "cpu")
    chance = denoising_errors(null, images.pixels[:200], CLASSES, 5, span=SPAN).argmin(1)
    promised("classifier/accuracy, untrained (control)", **share(chance == truth[:200]), unit="% of 200 photographs")


if __name__ == "__main__":
    main()
