"""What is believed of each sensor, and what follows from it."""

import math
from typing import Any

from skypact.core.jit import F8, I8, arrays, kernel, part, record, signature
from skypact.tracking.kernels.layout import SITE
from skypact.tracking.registration.kernels.register import (
    AZIMUTH,
    BIASES,
    COUNT,
    EAST,
    ELEVATION,
    EQUAL,
    PAIRS,
    RANGE,
    REJECTED,
    REPEATABLE,
    SQUARE,
    TIME,
    UP,
)

# Columns of the verdicts, a row a sensor: its biases are known well enough; it was found wrong and
# is not known again; it has biases; its correction has changed; it is noisier than it says; it
# repeats its plots.
SURE, LOST, WRONG, MOVED, NOISY, STUCK, VERDICTS = range(7)
STEADY = 15.0  # plots after which the ratio moves slowly
RATIO_MIN, RATIO_MAX = 0.25, 900.0
NOISY_ABOVE, NOISY_BELOW = 4.0, 2.5  # of variance: flagged above, cleared below
NOISY_SAMPLES = 30.0
STUCK_SHARE, STUCK_MIN = 0.7, 4
SURE_TIME_S = 0.15
# What is known stays so until its uncertainty is this much beyond the limit.
EASE = 1.5
TYPICAL_SPEED_MPS = 250.0
JUMP_SD = 5.0  # what was lately learnt differs by so much from all that was learnt
PLACE_STEP_M, TIME_STEP_S = 10.0, 0.02


@part
def polar_bias(c: int) -> int:
    """Return the bias of range, azimuth, elevation."""
    return RANGE if c == 0 else (AZIMUTH if c == 1 else ELEVATION)


@kernel(signature(I8, arrays(F8, 2), arrays(F8, 2), arrays(F8, 2), arrays(F8, 2), arrays(I8, 2)))
def learn_noise(tally: Any, ratio: Any, samples: Any, evidence: Any, verdicts: Any) -> int:
    """Take what the comparisons found (TALLY columns, a row a sensor); ratio, samples (n, 3): noise
    variance over what the settings say, and how many plots told; evidence (n, 2): comparisons and
    rejected ones. Returns n."""
    for s in range(tally.shape[0]):
        limit = NOISY_BELOW if verdicts[s, NOISY] else NOISY_ABOVE
        verdicts[s, NOISY] = 0
        for c in range(3):
            count = tally[s, COUNT + c]
            mean = (tally[s, SQUARE + c] + 1.0) / (count + 1.0)
            gain = count / (count + min(samples[s, c], STEADY) + 1.0)
            ratio[s, c] = min(max(ratio[s, c] * mean**gain, RATIO_MIN), RATIO_MAX)
            samples[s, c] += count
            if samples[s, c] >= NOISY_SAMPLES and ratio[s, c] > limit:
                verdicts[s, NOISY] = 1
        evidence[s, 0] += tally[s, PAIRS]
        evidence[s, 1] += tally[s, REJECTED]
        shown = tally[s, REPEATABLE]
        if shown >= STUCK_MIN and tally[s, EQUAL] > STUCK_SHARE * shown:
            verdicts[s, STUCK] = 1
    return tally.shape[0]


@kernel(
    signature(
        I8,
        *(arrays(F8, 2), arrays(F8, 2), arrays(F8, 2), arrays(F8, 2), arrays(I8, 2)),
        arrays(I8, 1),
    )
)
def drifted_sensors(
    latest: Any, latest_sd: Any, before: Any, before_sd: Any, verdicts: Any, found: Any
) -> int:
    """Mark (1) in found the sensors held sure of which the latest comparisons contradict what was
    learnt before, estimates and standard deviations (n, BIASES); return how many there are."""
    count = 0
    for s in range(found.size):
        found[s] = 0
        for b in (RANGE, AZIMUTH, ELEVATION, TIME):
            off2 = (latest[s, b] - before[s, b]) ** 2
            if off2 > JUMP_SD * JUMP_SD * (latest_sd[s, b] ** 2 + before_sd[s, b] ** 2):
                found[s] = int(verdicts[s, SURE] != 0)
        count += found[s]
    return count


@part
def believe(base: Any, value: Any, sd: Any, verdict: Any) -> None:
    """Judge whether the biases of a sensor are known well enough, and whether it has some."""
    ease = EASE if verdict[SURE] else 1.0
    late, blur_s = abs(value[TIME]), sd[TIME]
    sure = blur_s <= ease * max(SURE_TIME_S, 0.1 * late)
    wrong = late > max(4 * blur_s, SURE_TIME_S)
    for c in range(3):
        noise = math.sqrt(base.noise_var[c])
        off, blur = abs(value[polar_bias(c)]), sd[polar_bias(c)]
        if not math.isnan(noise):
            sure = sure and blur <= ease * max(noise, 0.1 * off)
            wrong = wrong or (off > 4 * blur and off > 0.3 * noise)
    verdict[SURE], verdict[WRONG] = int(sure), int(wrong)
    verdict[LOST] = int(verdict[LOST] != 0 and not sure)


@part
def matters(base: Any, step: Any) -> bool:
    """Say whether a change of the correction is worth moving tracks for."""
    for c in range(3):
        if abs(step[polar_bias(c)]) > 0.1 * math.sqrt(base.noise_var[c]):
            return True
    for c in range(EAST, UP + 1):
        if abs(step[c]) > PLACE_STEP_M:
            return True
    return abs(step[TIME]) > TIME_STEP_S


@part
def apply_bias(base: Any, value: Any, applied: Any, step: Any, verdict: Any) -> None:
    """Change the correction of a sensor when that matters; step: by how much."""
    had = wants = False
    for b in range(BIASES):
        had = had or applied[b] != 0.0
    wanted = verdict[SURE] != 0 and (verdict[WRONG] != 0 or had)
    for b in range(BIASES):
        wants = wants or (wanted and value[b] != 0.0)
        step[b] = (value[b] if wanted else 0.0) - applied[b]
    verdict[MOVED] = int(matters(base, step) or (had and not wants))
    for b in range(BIASES if verdict[MOVED] != 0 else 0):
        applied[b] = value[b] if wanted else 0.0


@part
def set_site(
    base: Any, site: Any, value: Any, sd: Any, prior: Any, ratio: Any, applied: Any, verdict: Any
) -> None:
    """Set the noise and place of a sensor: what is not known of its bias counts as noise."""
    sure, wrong = verdict[SURE] != 0, verdict[WRONG] != 0
    doubtful = (wrong or verdict[LOST] != 0) and not sure
    for c in range(3):
        b, rest = polar_bias(c), 0.0
        if doubtful:
            rest = min(sd[b], prior[b] / 2) ** 2 + value[b] ** 2
            if c == 0:
                rest += (TYPICAL_SPEED_MPS * value[TIME]) ** 2
        elif sure and wrong:
            rest = sd[b] ** 2
        raised = ratio[c] if verdict[NOISY] != 0 and ratio[c] > 1.0 else 1.0
        site.noise_var[c] = base.noise_var[c] * raised + rest
    for u in range(3):
        site.position[u] = base.position[u]
        for c in range(3):
            site.position[u] += applied[EAST + c] * base.rotation[c, u]


@kernel(
    signature(
        I8,
        *(arrays(record(SITE), 1), arrays(record(SITE), 1), arrays(F8, 2), arrays(F8, 2)),
        *(arrays(F8, 1), arrays(F8, 2), arrays(F8, 2), arrays(F8, 2), arrays(I8, 2)),
    )
)
def judge_sensors(
    base: Any,
    sites: Any,
    value: Any,
    sd: Any,
    prior: Any,
    ratio: Any,
    applied: Any,
    steps: Any,
    verdicts: Any,
) -> int:
    """Decide what is believed of each sensor, and set sites and corrections after it.

    base: SITE rows as the settings say; value, sd (n, BIASES): the estimate; applied, steps
    (n, BIASES): the corrections, and by how much they changed. Returns how many changed.
    """
    moved = 0
    for s in range(verdicts.shape[0]):
        believe(base[s], value[s], sd[s], verdicts[s])
        apply_bias(base[s], value[s], applied[s], steps[s], verdicts[s])
        set_site(base[s], sites[s], value[s], sd[s], prior, ratio[s], applied[s], verdicts[s])
        moved += verdicts[s, MOVED]
    return moved
