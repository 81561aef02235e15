# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell in which run of which pipeline this ansible-playbook runs."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping

from ansible import constants

from ansible_collections.voip_communications.sms.plugins.module_utils._notify import pipeline


def this_run(variables: Mapping[str, object]) -> pipeline.Pipeline:
    """Return the run. ``variables`` are those of the play, in which AWX says which job this is."""
    # This constant is only set at run time.
    process = pipeline.process_run(str(vars(constants)["DEFAULT_LOCAL_TMP"]))
    return pipeline.read(os.environ, variables, process, _user())


def _user() -> str:
    """Return the user who runs this process; empty where the user has no name, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
