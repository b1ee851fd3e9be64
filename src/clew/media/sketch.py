"""A line drawing of a picture: where it is darker than what lies round it, and nothing of its tones.

Source: difference of Gaussians, Marr and Hildreth, "Theory of Edge Detection" (1980); as strokes, Winnemöller et al.,
"XDoG: An eXtended difference-of-Gaussians compendium" (2012), without its filled areas.
"""

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

FINE_PIXELS = 1.1
"""Width of the finest stroke, as the deviation of the inner Gaussian."""
RATIO = 1.6
STRONGEST_PERCENT = 98.5
"""So strong an edge is black; what is stronger is no blacker."""
FAINTEST = 3.0
"""Below so many of 255 levels everything is paper: noise and compression are not drawn."""
SOFTNESS = 0.75


def drawing(grey: Grey) -> Grey:
    """The lines of `grey`, dark on white.

    Shapes: (height, width), uint8, as the answer.
    """
    tones = grey.astype(np.float32)
    inner, outer = _blurred(tones, FINE_PIXELS), _blurred(tones, FINE_PIXELS * RATIO)
    edges = np.maximum(outer - inner, 0.0)
    strongest = max(float(np.percentile(edges, STRONGEST_PERCENT)), FAINTEST)
    ink = np.clip(edges / strongest, 0.0, 1.0) ** np.float32(SOFTNESS)
    lines: Grey = (255.0 * (1.0 - ink)).astype(np.uint8)
    return lines


def _blurred(tones: NDArray[np.float32], deviation: float) -> NDArray[np.float32]:
    """A Gaussian blur, first along one side and then along the other."""
    reach = int(3 * deviation + 0.5)
    steps = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * np.square(steps / deviation))
    weights /= weights.sum()
    return _along(_along(tones, weights, 0), weights, 1)


def _along(tones: NDArray[np.float32], weights: NDArray[np.float64], axis: int) -> NDArray[np.float32]:
    reach = len(weights) // 2
    sides = [(0, 0), (0, 0)]
    sides[axis] = (reach, reach)
    padded = np.pad(tones, sides, mode="edge")
    count = tones.shape[axis]
    found = np.zeros_like(tones)
    for at, weight in enumerate(weights):
        found += np.float32(weight) * (padded[at : at + count] if axis == 0 else padded[:, at : at + count])
    return found
