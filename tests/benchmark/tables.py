# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables of measurements, and what they were measured on."""

from __future__ import annotations

import math
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

_ONE_SIDE = 0.025
"""The chance that a median lies below its 95 % interval, and that it lies above."""


@dataclass(frozen=True)
class Spread:
    """Seconds of several repetitions. `factor`: what they were multiplied by, where they were extrapolated."""

    seconds: tuple[float, ...]
    factor: float = 1.0

    @property
    def median(self) -> float:
        """Return the median duration: half of the repetitions took longer."""
        return statistics.median(self.seconds) * self.factor

    @property
    def shortest(self) -> float:
        """Return the shortest duration, which whatever else the machine did has lengthened least."""
        return min(self.seconds) * self.factor

    def __str__(self) -> str:
        """Return the median, shortest and longest time in milliseconds; mark what was extrapolated."""
        if self.factor != 1.0:
            return f"≈ {milliseconds(self.median)}"
        return f"{milliseconds(self.median)} ({milliseconds(min(self.seconds))}–{milliseconds(max(self.seconds))})"


def median_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the median of values, and the ends of its distribution-free 95 % interval.

    Those are two of the values: as many lie outside as a fair coin, thrown once a value, rarely shows heads. Of fewer
    than six values they are the smallest and the largest, between which the median lies less certainly.
    """
    ordered, size = sorted(values), len(values)
    outside, chance = 0, 0.5**size
    while chance + math.comb(size, outside + 1) * 0.5**size <= _ONE_SIDE:
        outside += 1
        chance += math.comb(size, outside) * 0.5**size
    return statistics.median(ordered), ordered[outside], ordered[-1 - outside]


def milliseconds(seconds: float) -> str:
    """Return seconds as milliseconds, with at least three digits."""
    found = seconds * 1000
    return f"{found:,.0f}" if found >= 100 else f"{found:.1f}"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table in Markdown, the first column aligned to the left and the others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def machine() -> str:
    """Return one line about the machine that was measured on."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores of {_cpu()}; {platform.system()} {platform.release()}; Python"
        f" {platform.python_version()}; ansible-core {version('ansible-core')}; requests {version('requests')}; load"
        f" {load:.1f} at the start"
    )


def _cpu() -> str:
    """Return the model, as Linux names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
