# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two examples on the vendor's page, pointed at the sandbox. They are quoted, with the address changed."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox
from ansible_collections.voip_communications.sms.tests.support.vendor import FIELDS

VENDOR = "https://voip-communications.net/api-v2/index.php/"
# As printed on the page (2017-11-15), line breaks included: without a backslash a shell takes them for three commands,
# and without a space curl takes `--data"to=…"` for an option that it does not have.
CURL = """curl -u YOUR_API_KEY:YOUR_API_PASSWORD\x20
     --data"to=TO_NUMBER&msg=TEXT_MESSAGE"
     https://voip-communications.net/api-v2/index.php/sms/send"""
PHP = """$service_url = "https://voip-communications.net/api-v2/index.php/sms/send";
$curl = curl_init($service_url);
curl_setopt($curl, CURLOPT_USERPWD, "YOUR_API_KEY:YOUR_API_PASSWORD");
curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
$post_fields = array("from" => "FROM_NUMBER",
                     "to" => "TO_NUMBER",
                     "msg" => "TEXT_MESSAGE",
                     "delivery_date" => "2010-01-01 13:15");
curl_setopt($curl, CURLOPT_POST, true);
curl_setopt($curl, CURLOPT_POSTFIELDS, http_build_query($post_fields));
$curl_response = curl_exec($curl);
if ($curl_response !== false) {
    $http_code = curl_getinfo($curl,CURLINFO_HTTP_CODE);
    if ($http_code == "200") {
        $result = json_decode($curl_response,true);
        print_r($result);
    }
}
curl_close($curl);"""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(api_key="k3y", api_password="p4ssword") as started:
        yield started


def filled_in(example: str, sandbox: Sandbox) -> str:
    """Return the example with what its reader has to fill in."""
    values = {
        VENDOR: sandbox.url,
        "YOUR_API_KEY": sandbox.api_key,
        "YOUR_API_PASSWORD": sandbox.api_password,
        "FROM_NUMBER": "17130000000",
        "TO_NUMBER": "12812345678",
        "TEXT_MESSAGE": "Hello",
    }
    for placeholder, value in values.items():
        example = example.replace(placeholder, value)
    return example


def run(command: list[str], **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **more)


def assert_documented(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the one record of an answer, which must have the documented shape."""
    assert list(answer) == ["send_log"]
    (record,) = answer["send_log"]
    assert {name: type(value) for name, value in record.items()} == FIELDS
    assert (record["code"], record["to"], record["msg"]) == (200, "12812345678", "Hello")
    fields: dict[str, Any] = record
    return fields


@pytest.mark.skipif(shutil.which("curl") is None, reason="the vendor's curl example needs the curl command")
class TestCurl:
    def test_as_printed_curl_refuses_it(self, sandbox: Sandbox) -> None:
        """Why the example is mended below. Joined to one line, so that its arguments reach curl at all."""
        command = " ".join(filled_in(CURL, sandbox).split())
        done = run(["sh", "-c", command])
        assert done.returncode == 2
        assert "--data" in done.stderr
        assert sandbox.requests() == []

    def test_with_the_missing_space_it_sends(self, sandbox: Sandbox) -> None:
        command = " ".join(filled_in(CURL, sandbox).split()).replace('--data"', '--data "')
        done = run(["sh", "-c", f"{command} --silent --noproxy '*'"])
        record = assert_documented(json.loads(done.stdout))
        assert (record["type"], record["from"], record["status"]) == ("BULKSMS", "17134567890", "SENT")
        (request,) = sandbox.sends()
        assert request["content_type"] == "application/x-www-form-urlencoded"

    def test_with_other_credentials_it_is_401(self, sandbox: Sandbox) -> None:
        command = " ".join(filled_in(CURL, sandbox).split()).replace('--data"', '--data "').replace("p4ssword", "wrong")
        done = run(["sh", "-c", f"{command} --silent --noproxy '*' --write-out '%{{http_code}}'"])
        assert done.stdout.endswith("401")
        assert sandbox.messages() == []


def has_php() -> bool:
    """Tell whether there is a PHP with curl in it."""
    return shutil.which("php") is not None and "curl" in run(["php", "-m"]).stdout.split()


class TestPhp:
    def test_the_php_of_the_vendor_sends(
        self, sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A date of the year 2010 is past, so it goes at once; with a sender it is no BULK message."""
        if has_php():
            answer = self.by_php(sandbox, tmp_path)
        else:
            with capsys.disabled():
                print("There is no php command with curl here: the example's request is made in Python instead")
            answer = self.by_python(sandbox)
        record = assert_documented(answer)
        assert (record["from"], record["delivery_date"]) == ("17130000000", "2010-01-01 13:15:00")
        assert (record["type"], record["status"]) == ("2WAYSMS", "SENT")
        (request,) = sandbox.sends()
        assert list(request["form"]) == ["from", "to", "msg", "delivery_date"]

    @staticmethod
    def by_php(sandbox: Sandbox, tmp_path: Path) -> dict[str, Any]:
        """Run the example; what it prints for people is then printed as JSON too, to compare types."""
        program = tmp_path / "example.php"
        program.write_text(
            f"<?php\n{filled_in(PHP, sandbox)}\necho json_encode($result, JSON_PRESERVE_ZERO_FRACTION);\n"
        )
        done = run(["php", str(program)], env={"PATH": "/usr/bin:/bin", "NO_PROXY": "*", "no_proxy": "*"})
        assert done.stdout.startswith("Array\n"), done.stdout + done.stderr
        assert "[smsid] => " in done.stdout
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    @staticmethod
    def by_python(sandbox: Sandbox) -> dict[str, Any]:
        """Make the same request without PHP."""
        form = {"from": "17130000000", "to": "12812345678", "msg": "Hello", "delivery_date": "2010-01-01 13:15"}
        with requests.Session() as session:
            session.trust_env = False
            answer: dict[str, Any] = session.post(
                f"{sandbox.url}sms/send", data=form, auth=(sandbox.api_key, sandbox.api_password), timeout=30
            ).json()
        return answer
