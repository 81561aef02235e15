# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install pip into the empty virtual environment that runs this, from the wheels that lie beside this file.

ansible-test would download a script for this from one fixed host; it looks for get_pip_<version>.py in its cache
first, and a copy of this file is put there under that name. It is called
as the original is: options, then pip==<version>, and with ansible-core 2.16 setuptools and wheel.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

WHEEL = next(Path(__file__).parent.glob(f"pip-{Path(__file__).stem.removeprefix('get_pip_').replace('_', '.')}-*.whl"))

# The first two are the original's own; without them what is left is what pip takes.
arguments = [argument for argument in sys.argv[1:] if argument not in {"--no-setuptools", "--no-wheel"}]
sys.path.insert(0, str(WHEEL))
sys.argv = ["pip", "install", "--no-index", "--find-links", str(WHEEL.parent), *arguments]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
