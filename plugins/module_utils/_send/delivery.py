# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send one message to its recipients, once: claim, POST, settle, report.

The claim of each batch is committed before its first byte leaves, and its results directly afterwards. A run that
stops in between leaves rows that read as unknown, never as unclaimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from .._api.client import Api
from .._core.deadline import Deadline, Latest
from .._core.errors import MissingLibrary, defect, sentence_of
from .._core.parallel import in_parallel
from .._ledger.model import Claimability, Fingerprints, LedgerError, Row, claimability
from .._message.outcome import Outcome, Report, Result
from .claims import Claims
from .posting import Objection, Posting, no_objection
from .request import SendRequest
from .results import not_sent, result_of_row, result_of_verdict

if TYPE_CHECKING:
    from .._ledger.interface import Ledger
    from .._ledger.limits import Hold
    from .log_search import LogSearch

AT_A_TIME = 10
"""Requests of one task that are under way at once at most; one, once the service asks for fewer (429)."""

CHECK_EVERY = (0.1, 0.2, 0.5, 1.0)
"""Seconds between two checks of the rows that a concurrent run is sending to; the last one repeats."""

_OTHER_DIFFERENT = "another recipient already has a different message under this key"


class Delivery:
    """One run of one send request. In check mode it takes the same path, and neither claims nor posts."""

    def __init__(
        self,
        request: SendRequest,
        api: Api,
        ledger: Ledger,
        fingerprints: Fingerprints,
        deadline: Deadline,
        *,
        check_mode: bool,
        waits: bool = True,
        objection: Objection = no_objection,
    ) -> None:
        """Prepare the run; nothing is read or sent yet.

        ``waits``: whether it waits for concurrent runs. ``objection`` is asked after the claim of a batch, directly
        before it leaves.
        """
        self._request = request
        self._api = api
        self._ledger = ledger
        self._fingerprints = fingerprints
        self._deadline = deadline
        self._check_mode = check_mode
        self._waits = waits
        self._claims = Claims(request, ledger, fingerprints)
        self._posting = Posting(request, api, deadline, objection)
        self._results: dict[str, Result] = {}
        self._warnings: list[str] = []
        self._held: dict[str, Hold] = {}

    def run(self) -> Report:
        """Send to all unclaimed recipients, wait for concurrent runs, and return the result of each recipient.

        Whatever goes wrong in between, what is known is returned.
        """
        reason = _OTHER_DIFFERENT
        try:
            self._deliver()
            self._send_notices()
        except MissingLibrary:  # before anything is sent, and another interpreter may have it
            raise
        except Exception as error:  # noqa: BLE001 - the machine may be out of memory, too
            reason = sentence_of(error)
            self._warnings += [] if isinstance(error, LedgerError) else [reason]
        results = (self._results.get(number) or not_sent(number, reason) for number in self._request.recipients)
        return Report.of(results, self._warnings)

    def _deliver(self) -> None:
        """Note a result for each recipient; those without one, at the end or after an exception, are not sent to."""
        rows = self._claims.rows(self._request.recipients)
        now = self._ledger.now()
        unclaimed, in_progress = self._sort(self._request.recipients, rows, now)
        doubts = {} if self._is_forbidden else self._doubts(rows, now)
        if doubts:
            unclaimed, in_progress = self._search_log(doubts, unclaimed, in_progress)
        # Checked last: a row that a doubt had covered may be of another text.
        if self._is_forbidden:
            return
        in_progress += self._send(unclaimed)
        while in_progress and self._waits:
            released, in_progress = self._wait_for(in_progress)
            if not released:
                break
            in_progress += self._send(released)

    def _note(self, results: Iterable[Result]) -> None:
        """Keep results, each in place of an earlier one of its recipient."""
        for result in results:
            self._results[result.to.lstrip("+")] = result

    # The ledger -----------------------------------------------------------------------------------------------

    def _sort(self, numbers: Iterable[str], rows: Mapping[str, Row], now: float) -> tuple[list[str], list[str]]:
        """Return the unclaimed recipients, and those that a concurrent run is sending to.

        Note a result for all but the unclaimed ones.
        """
        unclaimed, in_progress = [], []
        for number in numbers:
            row = rows.get(number)
            state = claimability(row, self._request.dedupe, now)
            if row is None or state is Claimability.FREE:
                unclaimed.append(number)
                continue
            self._results[number] = result_of_row(number, row, state, now)
            if state is Claimability.IN_PROGRESS:
                in_progress.append(number)
        return unclaimed, in_progress

    @property
    def _is_forbidden(self) -> bool:
        """Whether a row of a different message forbids the whole task."""
        return any(result.outcome is Outcome.NOT_SENT for result in self._results.values())

    def _wait_for(self, in_progress: list[str]) -> tuple[list[str], list[str]]:
        """Wait within the deadline until concurrent runs release a recipient.

        Return the released recipients, and those that are still in progress.
        """
        pauses = _pauses()
        while in_progress and self._deadline.wait(next(pauses)):
            try:
                released, in_progress = self._sort(in_progress, self._claims.rows(in_progress), self._ledger.now())
            except LedgerError as error:
                self._warnings.append(f"another run could not be waited for: {error}")
                break
            if released:
                return released, in_progress
        return [], in_progress

    # The message log ------------------------------------------------------------------------------------------

    def _doubts(self, rows: Mapping[str, Row], now: float) -> dict[str, Row]:
        """Return the rows whose fate an earlier run has left unknown, for the message log to decide.

        Rows of scheduled messages are not among them, since the list of pending messages settles those. With
        ``resend_unknown`` they are looked up too: a message that is known to be sent is not sent again. What was
        accepted ahead is among them, for the log to show when that was.
        """
        dedupe = self._request.dedupe._replace(resend_unknown=False)
        return {
            number: row
            for number, row in rows.items()
            if row.date is None and not row.is_damaged and claimability(row, dedupe, now) is Claimability.UNKNOWN
        }

    def _search_log(
        self, doubts: Mapping[str, Row], unclaimed: Sequence[str], in_progress: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """Let the message log decide what it can; return the unclaimed recipients then, and those in progress."""
        search = self._read_log()
        rows = search.amend(doubts, self._claims.rows, check_mode=self._check_mode)
        released, claimed = self._sort(doubts, rows, self._ledger.now())
        shown = search.shown(rows)
        self._note(shown.values())
        self._note(search.explained(self._results[number] for number in doubts if number in self._results))
        sendable = {*unclaimed, *released}.difference(doubts.keys() - set(released), shown)
        return [number for number in self._request.recipients if number in sendable], [*in_progress, *claimed]

    def _read_log(self) -> LogSearch:
        """Read the message log. When that fails, note a warning; the search then decides nothing."""
        from .log_search import LogQuery, LogSearch  # noqa: PLC0415 - only an unknown outcome needs it

        request = self._request
        query = LogQuery(
            text=request.text,
            segments=request.segments,
            sender=request.sender or "",
            content=request.dedupe.content,
            account_timezone=request.account_timezone,
            resend_absent=request.resend_absent,
        )
        search = LogSearch(query, self._api, self._ledger, self._fingerprints, self._deadline.left())
        self._warnings += [search.warning] if search.warning else []
        return search

    # The requests ---------------------------------------------------------------------------------------------

    def _send(self, unclaimed: Sequence[str]) -> list[str]:
        """Send to these recipients in batches; return those that a concurrent run has claimed first."""
        size = self._request.batch_size
        batches = [unclaimed[start : start + size] for start in range(0, len(unclaimed), size)]
        sent = in_parallel(self._send_batch, batches, self._request.at_a_time)
        self._warnings += [warning for _in_progress, warnings in sent for warning in warnings]
        return [number for in_progress, _warnings in sent for number in in_progress]

    def _send_batch(self, numbers: Sequence[str]) -> tuple[list[str], list[str]]:
        """Send one batch; return the recipients that a concurrent run has claimed first, and warnings.

        Raises nothing: an exception must not hide the results of other batches.
        """
        try:
            return self._send_in_time(numbers)
        except Exception as error:  # noqa: BLE001 - other batches may be under way, whose results must be reported
            reason = sentence_of(error)
            self._note(not_sent(number, reason) for number in numbers)
            return [], [reason]

    def _send_in_time(self, numbers: Sequence[str]) -> tuple[list[str], list[str]]:
        """Send one batch, unless it is check mode or too late; return as ``_send_batch`` does."""
        if self._check_mode:
            self._hold(self._claims.foresee(numbers))
            free = [number for number in numbers if number not in self._held]
            self._note(Result(f"+{number}", Outcome.WOULD_SEND, posted=True) for number in free)
            return [], []
        with self._posting.admission():
            start_within = self._posting.start_within()
            obstacle = self._posting.obstacle(start_within)
            if obstacle:
                self._note(not_sent(number, obstacle) for number in numbers)
                return [], []
            return self._send_claimed(numbers, start_within)

    def _send_claimed(self, numbers: Sequence[str], start_within: float) -> tuple[list[str], list[str]]:
        """Claim, POST and settle one batch; return as ``_send_batch`` does."""
        latest = Latest.within(start_within)
        try:
            claimed = self._claims.claim(numbers, start_within, self._deadline.left())
        except LedgerError as error:
            self._posting.stop(str(error))
            self._note(not_sent(number, str(error)) for number in numbers)
            return [], []
        self._hold(claimed.held)
        _unclaimed, in_progress = self._sort(claimed.lost, claimed.lost, claimed.at)
        if not claimed.won:
            return in_progress, []
        return in_progress, self._post_claimed(claimed.won, latest)

    def _hold(self, holds: Mapping[str, Hold]) -> None:
        """Note the recipients whose message a limit holds back, and why."""
        if holds:
            from .limited import held_result  # noqa: PLC0415 - only a limit needs it

            self._held.update(holds)
            self._note(held_result(number, hold) for number, hold in holds.items())

    def _send_notices(self) -> None:
        """Tell the recipients of a limit that they reach, by deliveries of their own that do not wait for others."""
        if not self._held:
            return
        from .limited import notice_warnings, notices, told_result  # noqa: PLC0415 - only a limit needs it

        for request in notices(self._request, self._held, self._fingerprints):
            report = Delivery(
                request,
                self._api,
                self._ledger,
                self._fingerprints,
                self._deadline,
                check_mode=self._check_mode,
                waits=False,
            ).run()
            self._warnings += notice_warnings(report)
            self._note(told_result(self._results[one.to.lstrip("+")], one) for one in report.results)

    def _post_claimed(self, numbers: Sequence[str], latest: Latest) -> list[str]:
        """POST and settle what is claimed; return warnings, and raise nothing.

        The results are noted before the ledger has them: whatever happens there, they are known.
        """
        accepted = Outcome.SENT if self._request.schedule is None else Outcome.SCHEDULED
        warnings: list[str] = []
        try:
            judgement = self._posting.post(numbers, latest)
            warnings += judgement.warnings
            self._note(result_of_verdict(number, verdict, accepted) for number, verdict in judgement.verdicts.items())
            warnings += self._claims.settle(judgement)
        except Exception as error:  # noqa: BLE001 - the request may have left, and the result must say so
            warnings.append(sentence_of(error))
            reason = f"{defect(error)} while it was sent"
            unnoted = (number for number in numbers if not (number in self._results and self._results[number].posted))
            self._note(Result(f"+{number}", Outcome.UNKNOWN, posted=True, code_desc=reason) for number in unnoted)
        return warnings


def _pauses() -> Iterator[float]:
    """Yield the seconds before each check of the rows of concurrent runs, without end."""
    yield from CHECK_EVERY
    while True:
        yield CHECK_EVERY[-1]
