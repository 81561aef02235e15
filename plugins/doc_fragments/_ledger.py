# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Document the options of the ledger, which knows what was sent before."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents the ledger."""

    DOCUMENTATION = r"""
options:
  ledger:
    description:
      - Where the collection remembers what it has sent, so that nothing is sent twice.
      - The absolute path of a file, which is created when it is needed, readable by its owner only.
      - Its folder must belong to this user or to root, and no other user may be able to write to it. Folders above it
        that other users may write must have the sticky bit, as C(/tmp) has it. Any other file is refused, since another
        user could make it forget what was sent.
      - A file belongs to the machine and the user that run the module. Run the task with C(delegate_to=localhost) and
        C(become=false), or every host and every user has a separate ledger.
      - Or a PostgreSQL database that several machines share, as C(postgresql://user@host:5432/database), which may have
        parameters of libpq, such as C(?sslrootcert=/etc/ssl/db.pem), or as C(postgresql://?service=name). It must hold
        no password; see O(ledger_password). The tables are created when they are needed.
      - A value that is refused is not shown, since it may hold a password in any form.
      - The certificate of a database on another machine is checked (C(sslmode=verify-full)), unless the URL sets
        C(sslmode) to C(require) or C(verify-ca). A plain connection to another machine is refused.
      - Numbers and texts are kept as keyed hashes, beside a masked number; never a text, a whole number or a
        credential. An C(idempotency_key) is kept as it is. Of a question, what people have answered is kept too,
        without the codes.
      - V(none) remembers nothing after the task, so that every run, and every host that runs it, sends again.
      - What was sent to a service on this machine, such as a sandbox, is kept apart from what was really sent.
      - The default is C(voipsms/ledger.sqlite3) in E(XDG_STATE_HOME), or in C(~/.local/state) where that is not set.
      - If not set, the value of the environment variable E(VOIPSMS_LEDGER) is used.
    type: path
  ledger_account:
    description:
      - The account's name in the ledger.
      - Without it, C(api-) and the first 32 hexadecimal digits of the SHA-256 of the API key. With a new API key, the
        ledger then has a new account, which has sent nothing yet. Set this to the old name before you change the key.
      - What was sent to a sandbox on this machine is kept apart, also from what an earlier run of the sandbox got.
      - If not set, the value of the environment variable E(VOIPSMS_LEDGER_ACCOUNT) is used.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  ledger_password:
    description:
      - The password of a O(ledger) in PostgreSQL; other ledgers have none.
      - Without it, libpq uses E(PGPASSWORD) or its password file, as usual.
      - If not set, the value of the environment variable E(VOIPSMS_LEDGER_PASSWORD) is used.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
requirements:
  - psycopg >= 3.1, for a ledger in PostgreSQL only
"""
