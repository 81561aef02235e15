# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the result of a playbook to a file of mode 0600, at once and as a whole, and follow no link of another user."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.voip_communications.sms.plugins.module_utils._core.whole_file import Refused, write

RESULT_FILE = "voipsms_result_file"
"""The variable that holds the path."""

_UNFINISHED = {
    "outcome": "unfinished",
    "failed": True,
    "changed": False,
    "msg": "this run has not come to its end; whether anything was sent or changed is not known",
}
_NOT_SHOWN = frozenset({"invocation", "diff", "exception", "ansible_facts"})


class ResultFile:
    """The file of one playbook. Without a path, and in check mode, nothing is written."""

    def __init__(self, path: str, *, check_mode: bool) -> None:
        """Take the path as the user wrote it, relative to the current folder."""
        self._path = os.path.join(os.path.realpath("."), os.path.expanduser(path)) if path else ""
        self._check_mode = check_mode

    def begin(self) -> str:
        """Write that the run is unfinished, over what an earlier run has left. Return why that cannot be, or nothing.

        So neither an old file nor one that cannot be written misleads a reader.
        """
        return self._write(_UNFINISHED)

    def finish(self, result: Mapping[str, Any]) -> str:
        """Write the result of a task, which says ``failed`` in any case. Return why that cannot be, or nothing."""
        if self._check_mode:
            return ""
        shown = {name: value for name, value in result.items() if name not in _NOT_SHOWN and not name.startswith("_")}
        return self._write({"failed": False, **shown})

    def _write(self, result: Mapping[str, Any]) -> str:
        if not self._path:
            return ""
        text = json.dumps(result, indent=4, sort_keys=True, ensure_ascii=False)
        try:
            write(self._path, text.encode(errors="backslashreplace"), is_check=self._check_mode)
        except Refused as error:
            return f"{RESULT_FILE}: {error}"
        except OSError as error:
            return f"{RESULT_FILE}: {self._path!r} cannot be written ({error.strerror})"
        return ""


def refusal(sentences: Iterable[str]) -> dict[str, Any]:
    """Return the result of a playbook that was refused before it did anything."""
    msg = f"{'; '.join(sentences)}; nothing was sent or changed"
    return {"outcome": "invalid", "failed": True, "changed": False, "msg": msg}
