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
  limit:
    description:
      - How many messages each recipient gets at most within a time, as a list such as C([5/15m, 12/1h]); the units are
        C(s), C(m), C(h) and C(d), up to 30 days. All limits of the list hold.
      - Counted are the messages of all tasks of this account in this ledger that have a limit themselves, from the
        moment at which they are claimed. A message that is proven not to have been sent does not count; one of unknown
        fate does. Scheduled messages are neither counted nor held.
      - One message more is V(held); it is not sent, and not sent later by itself. The ledger keeps no row of it, so the
        same task sends it when it runs again later. Who reaches a limit is told so, at most once within its time, by a
        message that does not count.
      - Modules that send nothing accept it, for C(module_defaults).
      - If not set, the value of the environment variable E(VOIPSMS_LIMIT) is used, with commas between limits.
    type: raw
  account_limit:
    description:
      - How many messages go out at most within a time, to all recipients together, written as O(limit). No one is told.
      - Counted are the messages of all tasks of this account in this ledger that have an O(account_limit) themselves.
      - If not set, the value of the environment variable E(VOIPSMS_ACCOUNT_LIMIT) is used, with commas between limits.
    type: raw
  critical_limit:
    description:
      - The allowance of its own for an event whose severity is V(critical), for each recipient, written as O(limit).
        Such a message is then counted by it alone, and neither O(limit) nor O(account_limit) holds it back.
      - Without it, such an event is a message as any other.
      - If not set, the value of the environment variable E(VOIPSMS_CRITICAL_LIMIT) is used, with commas between limits.
    type: raw
  question_limit:
    description:
      - The allowance of its own for the messages of a question, for each recipient, written and counted as
        O(critical_limit).
      - If not set, the value of the environment variable E(VOIPSMS_QUESTION_LIMIT) is used, with commas between limits.
    type: raw
  on_limit:
    description:
      - V(fail) fails the task where a message is held back; what other recipients have got stays sent.
      - V(hold) is content with a warning.
      - A question that can be asked of no one fails in any case.
      - If not set, the value of the environment variable E(VOIPSMS_ON_LIMIT) is used.
    type: str
    choices: [fail, hold]
    default: fail
requirements:
  - psycopg >= 3.1, for a ledger in PostgreSQL only
"""
