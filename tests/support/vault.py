# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An encrypted value as ansible-core up to 2.18 hands it to plugins."""

from __future__ import annotations

from ansible.errors import AnsibleError


class AnsibleVaultEncryptedUnicode:
    """An encrypted text, which is no text itself; None cannot be decrypted. It is known by the name of its class."""

    def __init__(self, text: str | None) -> None:
        self._text = text

    def __str__(self) -> str:
        """Decrypt it, or raise ``AnsibleError``."""
        if self._text is None:
            raise AnsibleError(
                "Attempting to decrypt but no vault secrets found.\nThe error appears to be in canary.yml"
            )
        return self._text
