# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calendars from files and addresses: bounded, in time, by copies, and without a word that tells an address."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._people.calendar_cache import LONGEST
from ansible_collections.voip_communications.sms.plugins.module_utils._people.calendar_source import (
    SourceOptions,
    is_address,
    label_of,
    load,
)

SECRET = "canary-token"
ANSWERS = {
    "good": (200, b"BEGIN:VCALENDAR", {}),
    "marked": (200, b"\xef\xbb\xbfBEGIN:VCALENDAR", {}),
    "folded": (200, b"SUMMARY:M\xc3\r\n \xbcl\n\tler\r\nUID:1", {}),
    "latin": (200, b"M\xfcller", {}),
    "missing": (404, b"no", {}),
    "elsewhere": (302, b"", {"Location": f"https://example.com/{SECRET}"}),
    "long": (200, b"x" * (LONGEST + 1), {}),
}
USUAL = SourceOptions()


class Feeds(BaseHTTPRequestHandler):
    """Answer as ANSWERS says, by the end of the path; ``slow`` sends a byte now and then."""

    requests: ClassVar[list[tuple[str, str | None, str | None]]] = []

    def do_GET(self) -> None:
        name = self.path.partition("?")[0].rpartition("/")[2]
        self.requests.append((self.path, self.headers["Authorization"], self.headers["Accept"]))
        if name == "slow":
            self.send_response(200)
            self.end_headers()
            for _number in range(100):
                try:
                    self.wfile.write(b"x")
                except OSError:
                    return
                time.sleep(0.1)
            return
        status, body, headers = ANSWERS[name]
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def feeds() -> Iterator[str]:
    """Yield where the feeds are."""
    Feeds.requests.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Feeds) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{SECRET}/"
        server.shutdown()
        thread.join()


def loaded(term: str, options: SourceOptions = USUAL) -> tuple[str, str]:
    return load(term, label_of(term, "calendar", 2), options, str)


def fault(term: str, options: SourceOptions = USUAL) -> str:
    with pytest.raises(InputError) as caught:
        loaded(term, options)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_an_address_is_asked_as_it_is_written_with_its_credentials(feeds: str) -> None:
    assert loaded(feeds + "good?token=1#here") == ("BEGIN:VCALENDAR", "")
    assert loaded(feeds + "marked") == ("BEGIN:VCALENDAR", "")
    assert loaded(feeds.replace("//", "//an%40na:p%3Aw@") + "good") == ("BEGIN:VCALENDAR", "")
    assert [(path, user) for path, user, _accept in Feeds.requests] == [
        (f"/{SECRET}/good?token=1", None),
        (f"/{SECRET}/marked", None),
        (f"/{SECRET}/good", "Basic YW5AbmE6cDp3"),
    ]
    assert Feeds.requests[0][2] == "text/calendar, */*;q=0.5"


def test_lines_that_were_folded_within_a_character(feeds: str, tmp_path: Path) -> None:
    (tmp_path / "folded.ics").write_bytes(ANSWERS["folded"][1])
    for term in (feeds + "folded", str(tmp_path / "folded.ics")):
        assert loaded(term) == ("SUMMARY:M\u00fcl\n\tler\r\nUID:1", "")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing", "calendar 2 cannot be read: the answer was 404 Not Found"),
        ("elsewhere", "calendar 2 is elsewhere (302 Found): write the address that it leads to"),
        ("long", "calendar 2 has more than 4 MiB"),
        ("latin", "calendar 2 is not UTF-8, as calendars must be"),
    ],
)
def test_what_cannot_be_read(feeds: str, name: str, sentence: str) -> None:
    assert fault(feeds + name) == sentence
    assert len(Feeds.requests) == 1


def test_an_address_has_its_time(feeds: str) -> None:
    begun = time.monotonic()
    assert "within the deadline" in fault(feeds + "slow", SourceOptions(timeout=1))
    assert time.monotonic() - begun < 8


def test_an_address_that_nothing_listens_on() -> None:
    assert fault(f"http://127.0.0.1:1/{SECRET}") == (
        "calendar 2 cannot be read: the service refused the connection: check the address of the calendar and any"
        " firewall in between"
    )


@pytest.mark.parametrize(
    "term",
    [
        f"http://example.com/{SECRET}",
        f"ftp://example.com/{SECRET}",
        f"https:///{SECRET}",
        f"https://example.com:port/{SECRET}",
        f"https://exam ple.com/{SECRET}",
        f"https://[::1/{SECRET}",
        # Typing errors, by which an address looks like a path.
        f"https:/example.com/{SECRET}",
        f"example.com/feed?{SECRET}",
        f"user:{SECRET}@example.com/feed",
    ],
)
def test_addresses_that_are_wrong_are_not_shown(term: str) -> None:
    assert fault(term).startswith("calendar 2 ")


def test_a_webcal_address_is_https() -> None:
    assert is_address("WEBCAL://x")
    assert "calendar 2" in fault(f"webcal://127.0.0.1:1/{SECRET}")


def test_a_fault_of_this_machine_is_named_before_anything_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/none")
    sentence = fault(f"https://127.0.0.1:1/{SECRET}")
    assert sentence.startswith("calendar 2: the environment variable REQUESTS_CA_BUNDLE '/none' does not exist")


def test_a_file_is_read_up_to_4_mib_and_nothing_else_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.ics"
    path.write_bytes(b"\xef\xbb\xbfBEGIN")
    monkeypatch.setenv("HERE", str(tmp_path))
    assert loaded(str(path)) == loaded("$HERE/a.ics") == ("BEGIN", "")
    assert fault(str(tmp_path)).startswith(f"calendar '{tmp_path}' cannot be read (Is a directory")
    assert fault("/dev/null") == "calendar '/dev/null' is not a file"
    path.write_bytes(b"x" * (LONGEST + 1))
    assert fault(str(path)) == f"calendar '{path}' has more than 4 MiB"


# Copies --------------------------------------------------------------------------------------------------------------


def test_the_last_good_copy_stands_for_a_calendar(feeds: str, tmp_path: Path) -> None:
    options = SourceOptions(cache=str(tmp_path / "copies"), stale_for=3600)
    ANSWERS["flaky"] = ANSWERS["good"]
    assert loaded(feeds + "flaky", options) == ("BEGIN:VCALENDAR", "")
    (copy,) = (tmp_path / "copies").iterdir()
    assert SECRET not in copy.name
    assert (copy.stat().st_mode & 0o777, copy.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    ANSWERS["flaky"] = ANSWERS["missing"]
    os.utime(copy, (time.time() - 600.5, time.time() - 600.5))
    text, warning = loaded(feeds + "flaky", options)
    assert text == "BEGIN:VCALENDAR"
    assert warning == "calendar 2 cannot be read: the answer was 404 Not Found; its copy of 10 min ago was used"
    os.utime(copy, (time.time() - 7260.5, time.time() - 7260.5))
    assert fault(feeds + "flaky", options).endswith("; its copy is 2 h 1 min old, which is more than stale_for")
    ahead = time.time() + 3600  # by a clock that was wrong; how old it is cannot be told
    os.utime(copy, (ahead, ahead))
    assert fault(feeds + "flaky", options).endswith("404 Not Found")
    os.utime(copy)
    copy.chmod(0o620)
    assert "copy" not in fault(feeds + "flaky", options)


def test_what_is_no_calendar_is_no_copy(feeds: str, tmp_path: Path) -> None:
    options = SourceOptions(cache=str(tmp_path))

    def refuse(_text: str) -> str:
        raise InputError("no calendar")

    with pytest.raises(InputError, match="no calendar"):
        load(feeds + "good", "calendar 2", options, refuse)
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_cannot_be_kept_is_a_warning(feeds: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert loaded(feeds + "good", SourceOptions(cache=str(tmp_path / "full")))[1] == ""
    (copy,) = (tmp_path / "full").iterdir()
    copy.unlink()
    copy.mkdir()
    for folder in (tmp_path / "file" / "copies", "a\0b", tmp_path / "full"):
        text, warning = loaded(feeds + "good", SourceOptions(cache=str(folder)))
        assert text == "BEGIN:VCALENDAR"
        assert warning.startswith("the copy of calendar 2 cannot be kept in cache (")
    assert list((tmp_path / "full").iterdir()) == [copy]
