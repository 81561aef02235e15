# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's page in a real browser, while playbooks run.

`SCREENSHOTS=$PWD/docs/images` renews the pictures of the documents; otherwise they are taken and thrown away.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect

from ansible_collections.voip_communications.sms.tests.support import browser as browsers
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.desk import ZONE
from ansible_collections.voip_communications.sms.tests.support.module_names import SCHEDULED
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA
from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTIONS_PATH, Controller
from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox

BEN, GONE = "4930123456", "15005550404"
DESK = "17135550100"
HOSTILE = "<script>alert('owned')</script> <img src=x onerror=alert('owned')> <b>&amp;</b>"
ROLLOUT = "Release 4.2 is going live on web1, web2 and web3."
WINDOW = "Maintenance of db1 begins at 22:00. Please save your work."
UMLAUTS = "Wartung beendet, alles läuft wieder → status.example ✓"

expect.set_options(timeout=browsers.PATIENCE_MS)

# In tomorrow's evening, so that the pictures show a date of their time. No zone turns its clocks then.
TOMORROW = datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date() + timedelta(days=1)
CLOCK = datetime(TOMORROW.year, TOMORROW.month, TOMORROW.day, 20, tzinfo=ZoneInfo(ZONE)).isoformat()
AT_TEN = f"{TOMORROW} 22:00"

# The lowest contrast of any text that is seen, as WCAG 2.2 reckons it (1.4.3).
CONTRAST = """
() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = rgb(getComputedStyle(each).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  let worst = [99, ""];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const [one, other] = [light(rgb(getComputedStyle(element).color)), light(ground(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < worst[0]) worst = [ratio, `${element.tagName}.${element.className} ${element.textContent}`];
  }
  return worst;
}
"""

# Texts that reach beyond what is shown of them, but for the mark of what is new.
CUT_OFF = """
() => [...document.querySelectorAll(".text, .way, .reason, dd, summary code")]
  .filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth + 6 && each.clientWidth)
  .map((each) => `${each.className} ${each.scrollWidth} > ${each.clientWidth}`)
"""


@pytest.mark.parametrize(
    ("variables", "raised"),
    [
        ({}, pytest.skip.Exception),
        ({"CI": "true"}, pytest.fail.Exception),
        ({"NEEDS_BROWSER": "true"}, pytest.fail.Exception),
    ],
)
def test_is_skipped_without_a_browser_but_not_in_ci(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str], raised: type[BaseException]
) -> None:
    for name in ("CI", "NEEDS_BROWSER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(raised, match="no Chromium on this machine"):
        browsers.program_or_skip()


@pytest.fixture
def window(browser: Browser, service: CountedSandbox) -> Iterator[browsers.Window]:
    """Yield the page of an empty sandbox, opened before anything happens. Every fault that is left fails the test."""
    service.sandbox.set_clock(CLOCK)
    opened = opened_at(browser, service.sandbox)
    expect(opened.page.get_by_role("heading", name="No message yet")).to_be_visible()
    yield opened
    opened.close()
    assert opened.faults == []


@pytest.fixture
def page(window: browsers.Window) -> Page:
    return window.page


def opened_at(browser: Browser, sandbox: Sandbox, **size: int) -> browsers.Window:
    parts = urlsplit(sandbox.url)
    window = browsers.Window(browser, f"{parts.scheme}://{parts.netloc}", **size)
    window.page.goto(f"{window.origin}/")
    expect(window.page.locator("#connection")).to_have_text("Live")
    return window


def call(sandbox: Sandbox, method: str, path: str, **form: str) -> Any:
    with requests.Session() as session:
        session.trust_env = False
        account = (sandbox.api_key, sandbox.api_password)
        return session.request(method, f"{sandbox.url}{path}", data=form, auth=account, timeout=30).json()


def send(sandbox: Sandbox, to: str, msg: str, **form: str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = call(sandbox, "POST", "sms/send", to=to, msg=msg, **form)["send_log"]
    return records


def phone(page: Page, number: str) -> Locator:
    return page.get_by_role("region", name=f"Phone {number}")


def message(page: Page, number: str, text: str) -> Locator:
    return phone(page, number).get_by_role("listitem").filter(has_text=text)


def whole_story(sandbox: Sandbox) -> None:
    """Put one of everything in the sandbox: sent, refused, waiting, cancelled, long, hostile, answered."""
    send(sandbox, f"{ANN},{BEN},{GONE}", ROLLOUT, **{"from": DESK})
    taken_back = send(sandbox, BEN, "Second reminder, no longer needed", delivery_date=AT_TEN, **{"from": DESK})
    call(sandbox, "DELETE", f"sms/scheduled/{taken_back[0]['smsid']}")
    sandbox.incoming(ANN, DESK, "Thanks, I am watching the graphs.")
    send(sandbox, f"{ANN},{BEN}", UMLAUTS, **{"from": DESK})
    send(sandbox, f"{ANN},{GONE}", WINDOW, delivery_date=AT_TEN, **{"from": DESK})


def test_shows_what_a_playbook_sends_and_schedules(page: Page, controller: Controller, service: CountedSandbox) -> None:
    reminder = {"name": "w", "to": f"+{BEN}", "msg": WINDOW, "delivery_date": AT_TEN, "account_timezone": ZONE}
    run = controller.play(
        controller.task(to=[ANNA, f"+{GONE}"], msg=HOSTILE, keywords={"ignore_errors": True}),
        {"name": "Remind", SCHEDULED: controller.merged(reminder)},
    )
    assert run.rc == 0, run.everything
    service.expect(2)

    expect(message(page, ANN, HOSTILE)).to_contain_text("Sent")
    expect(message(page, ANN, HOSTILE)).to_contain_text("1 segment")
    expect(message(page, ANN, HOSTILE)).to_contain_text("GSM-7")
    expect(message(page, ANN, HOSTILE)).to_contain_text("0.01")
    assert page.locator("main script, main .text img, main .text b").count() == 0
    expect(message(page, GONE, HOSTILE)).to_contain_text("Refused 404")
    expect(message(page, GONE, HOSTILE)).to_contain_text("number not in service")
    expect(message(page, BEN, WINDOW)).to_contain_text(re.compile(r"Pending\s*in 1 h 5\d min\s*22:00"))
    expect(page).to_have_title(re.compile(r"^\(3\) "))

    page.get_by_role("button", name="+1 hour").click()
    expect(message(page, BEN, WINDOW)).to_contain_text(re.compile(r"in 5\d min"))
    page.get_by_role("button", name="To the next message").click()
    expect(message(page, BEN, WINDOW)).to_contain_text(re.compile(r"Sent\s*22:00"))
    expect(page.locator("#clock-time")).to_have_text(re.compile("^22:00:"))
    assert [each["state"] for each in service.sandbox.messages()] == ["SENT", "REFUSED", "SENT"]


def test_people_have_their_names(page: Page, service: CountedSandbox) -> None:
    """On phones, in the list and for a search, also after a reset."""
    for _time in range(2):
        service.sandbox.settings(names={ANNA: "anna <b>", BEN: "ben"})
        send(service.sandbox, f"{ANN},{GONE}", ROLLOUT)
        expect(phone(page, ANN).get_by_role("heading")).to_have_text("anna <b>+1 281 234 5678")
        expect(phone(page, GONE).get_by_role("heading")).to_have_text("+1 500 555 0404")
        page.get_by_role("link", name="List").click()
        expect(page.locator("#list .way").filter(has_text="anna <b> +1 281 234 5678")).to_have_count(1)
        page.locator("#search").fill("anna")
        expect(page.locator("#list .message")).to_have_count(1)
        page.locator("#search").fill("")
        page.get_by_role("link", name="Phones").click()
        service.sandbox.reset()
        expect(page.get_by_role("heading", name="No message yet")).to_be_visible()
    service.expect(0)


def test_the_empty_page_tells_how_to_see_a_first_message(
    page: Page, controller: Controller, service: CountedSandbox
) -> None:
    script = "\n".join(page.locator(f"#{name}").inner_text() for name in ("environment", "first-message"))
    done = subprocess.run(
        ["sh", "-e"],
        input=script,
        cwd=controller.home,
        env={
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(controller.home),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS_PATH),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    expect(message(page, ANN, "Hello")).to_contain_text("Sent")
    expect(page.get_by_role("heading", name="No message yet")).to_be_hidden()
    service.expect(1)


def test_what_the_empty_page_shows_can_be_copied(page: Page, service: CountedSandbox) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    assert page.evaluate("() => navigator.clipboard.readText()").startswith(
        f"export VOIPSMS_API_URL={service.sandbox.url}\n"
    )


def test_counts_down_and_shows_by_itself_what_has_become_due(page: Page, service: CountedSandbox) -> None:
    send(service.sandbox, ANN, WINDOW, delivery_date=AT_TEN)
    service.expect(1)
    service.sandbox.advance(2 * 3600 - 20)
    expect(message(page, ANN, WINDOW)).to_contain_text(re.compile(r"in 1\d s"))
    service.sandbox.advance(10)
    expect(message(page, ANN, WINDOW)).to_contain_text(re.compile(r"in [3-6] s"))
    expect(message(page, ANN, WINDOW)).to_contain_text("Sent")


def test_the_clock_is_set_in_the_zone_of_the_account(page: Page, service: CountedSandbox) -> None:
    service.sandbox.settings(zone="Europe/Berlin")
    expect(page.locator("#clock-zone")).to_contain_text("Europe/Berlin")
    page.locator("#set-clock > summary").click()
    wanted = page.get_by_label("Date and time of the account")
    expect(wanted).not_to_have_value("")  # opened, it is filled in with the time that it is
    wanted.fill("2030-07-01T09:30")
    page.get_by_role("button", name="Set the clock").click()
    expect(page.locator("#clock-day")).to_have_text("Mon 1 Jul 2030")
    assert service.sandbox.clock.startswith("2030-07-01T07:30:")
    page.get_by_role("button", name="Real time").click()
    expect(page.locator("#clock-zone")).to_contain_text("real time")


def test_what_was_taken_back_is_struck_through(page: Page, service: CountedSandbox) -> None:
    waiting = send(service.sandbox, ANN, WINDOW, delivery_date=AT_TEN)
    service.expect(1)
    expect(message(page, ANN, WINDOW)).to_contain_text("Pending")
    assert page.locator("s").count() == 0
    call(service.sandbox, "DELETE", f"sms/scheduled/{waiting[0]['smsid']}")
    expect(message(page, ANN, WINDOW)).to_contain_text("Cancelled")
    expect(page.locator("s")).to_have_text(WINDOW)
    expect(page.locator("s")).to_have_css("text-decoration-line", "line-through")


def test_a_list_that_is_not_the_truth_is_named(page: Page, service: CountedSandbox) -> None:
    line = page.locator("#list-settings")
    expect(line).to_be_hidden()
    service.sandbox.settings(list_lag=10, cancelled_shown=5, hidden_before=900, cancel_delay=90, empty_lists=2)
    expect(line).to_have_text(
        "The list of scheduled messages: it lags by 10 s · it shows what was cancelled for 5 s longer ·"
        " it hides messages 15 min before their date · a cancel takes effect after 1 min 30 s · 2 × it will be empty"
    )
    service.sandbox.settings(list_lag=0, cancelled_shown=0, hidden_before=0, cancel_delay=0)
    call(service.sandbox, "GET", "sms/scheduled")
    expect(line).to_have_text("The list of scheduled messages: 1 × it will be empty")
    service.sandbox.settings(log_order="oldest", incoming_lag=20, page_size=1)
    expect(line).to_contain_text(
        "— The message log: it begins with the oldest · it shows what comes in after 20 s · it has pages of 1"
    )
    service.sandbox.settings(log_order="newest", incoming_lag=0, page_size=10)
    call(service.sandbox, "GET", "sms/scheduled")
    expect(line).to_be_hidden()


def test_somebody_answers(page: Page, service: CountedSandbox) -> None:
    send(service.sandbox, ANN, ROLLOUT, **{"from": DESK})
    service.expect(1)
    page.get_by_label(f"Answer as {ANN}").fill(HOSTILE)
    phone(page, ANN).get_by_role("button", name="Send").click()
    expect(message(page, ANN, HOSTILE)).to_contain_text("Answer")
    expect(page.get_by_label(f"Answer as {ANN}")).to_have_value("")
    newest = call(service.sandbox, "POST", "sms/summary", page="0")["summary"][0]
    assert (newest["sms_inout"], newest["sms_external"], newest["sms_internal"]) == ("IN", ANN, DESK)
    talk = call(service.sandbox, "POST", "sms/chat", internal=DESK, external=ANN, page="0")["chat"]
    assert [(each["sms_inout"], each["sms_msg"]) for each in talk] == [("IN", HOSTILE), ("OUT", ROLLOUT)]


def test_a_button_for_each_code_answers(page: Page, service: CountedSandbox) -> None:
    question = "Deploy shop 2026 to production? Reply 4597 = approve, 2120 = not today, 83017 = reject."
    send(service.sandbox, ANN, question, **{"from": DESK})
    send(service.sandbox, BEN, "Your code is 4597 = four. Thanks", **{"from": DESK})
    service.expect(2)
    codes = page.get_by_role("group", name=f"Answer as {ANN}")
    expect(codes.get_by_role("button")).to_have_text(["4597 = approve", "2120 = not today", "83017 = reject"])
    expect(page.get_by_role("group", name=f"Answer as {BEN}")).to_have_count(0)
    codes.get_by_role("button", name="2120").click()
    expect(message(page, ANN, "2120").last).to_contain_text("Answer")
    newest = call(service.sandbox, "POST", "sms/summary", page="0")["summary"][0]
    assert (newest["sms_inout"], newest["sms_external"], newest["sms_msg"]) == ("IN", ANN, "2120")


def test_the_next_answers_fail_as_ordered(page: Page, service: CountedSandbox) -> None:
    page.get_by_role("button", name="Fail next").click()
    page.get_by_label("What happens").select_option("500, but it is carried out")
    page.get_by_label("How many").fill("2")
    page.get_by_role("button", name="Order", exact=True).click()
    expect(page.locator("#fault-count")).to_have_text("2")
    with pytest.raises(requests.JSONDecodeError):
        send(service.sandbox, ANN, ROLLOUT)
    service.expect(1)
    expect(page.locator("#fault-count")).to_have_text("1")
    expect(message(page, ANN, ROLLOUT)).to_contain_text("Sent")
    page.get_by_role("button", name="Fail next").click()
    expect(page.locator("#fault-list")).to_have_text("1 × sms/send: answer 500, carried out anyway")
    page.get_by_role("button", name="Withdraw all").click()
    expect(page.locator("#pending-faults")).to_be_hidden()
    page.get_by_role("button", name="Close").click()
    assert send(service.sandbox, ANN, ROLLOUT)[0]["code"] == 200
    service.expect(2)


@pytest.mark.parametrize("fault", ["503", "500-accepted", "429", "401", "envelope", "no-smsid", "slow"])
def test_every_fault_of_the_page_can_be_ordered(page: Page, service: CountedSandbox, fault: str) -> None:
    page.get_by_role("button", name="Fail next").click()
    options = page.locator("#fault option").evaluate_all("all => all.map((each) => each.value)")
    assert fault in options
    assert len(options) == 7
    page.get_by_label("What happens").select_option(fault)
    page.get_by_role("button", name="Order", exact=True).click()
    expect(page.locator("#fault-count")).to_have_text("1")


def test_reset_forgets_everything(page: Page, service: CountedSandbox) -> None:
    whole_story(service.sandbox)
    expect(phone(page, BEN)).to_be_visible()
    page.get_by_role("button", name="Reset").click()
    page.get_by_role("button", name="Keep").click()
    expect(phone(page, BEN)).to_be_visible()
    page.get_by_role("button", name="Reset").click()
    page.get_by_role("dialog").get_by_role("button", name="Reset").click()
    expect(page.get_by_role("heading", name="No message yet")).to_be_visible()
    expect(page.get_by_role("region", name=re.compile("^Phone "))).to_have_count(0)
    assert service.sandbox.messages() == []
    # The numbers begin anew, and what is shown is the new message.
    send(service.sandbox, ANN, "After the reset")
    expect(message(page, ANN, "After the reset")).to_be_visible()
    service.expect(1)


def test_a_request_is_opened(page: Page, service: CountedSandbox) -> None:
    call(service.sandbox, "POST", "sms/send", to=ANN, msg=HOSTILE, api_password=service.sandbox.api_password)
    call(service.sandbox, "GET", "cms/user")
    service.expect(1)
    page.get_by_role("link", name="Requests").click()
    first, second = page.locator("details", has_text="#1"), page.locator("details", has_text="#2")
    first.locator("summary").click()
    expect(first.locator("dl").first).to_contain_text(HOSTILE)
    expect(first.locator("dl").first).to_contain_text("(hidden)")
    expect(first.locator("pre")).to_contain_text('"send_log"')
    expect(first).to_contain_text("application/x-www-form-urlencoded")
    expect(first).not_to_contain_text("Authorization")
    second.locator("summary").click()
    expect(second.locator("pre")).to_contain_text('"user_api_password": "(hidden)"')
    expect(first.locator("pre")).to_be_hidden()
    assert page.locator("main script, dd img").count() == 0


def test_a_message_that_has_arrived_is_where_new_ones_are(page: Page, service: CountedSandbox) -> None:
    """Behind what came earlier and before what waits; first in the list; new once more; also by a clock set back."""
    send(service.sandbox, ANN, "Due in two hours", delivery_date=AT_TEN)
    send(service.sandbox, ANN, "Due tomorrow", delivery_date=f"{TOMORROW + timedelta(days=1)} 22:00")
    send(service.sandbox, ANN, "Sent at once")
    service.expect(3)
    texts, rows = phone(page, ANN).locator(".thread .text"), page.locator("#list .text")
    expect(texts).to_have_text(["Sent at once", "Due in two hours", "Due tomorrow"])
    phone(page, ANN).hover()
    page.mouse.move(0, 0)
    expect(page).to_have_title("SMS sandbox")
    service.sandbox.advance(3 * 3600)
    expect(message(page, ANN, "Due in two hours")).to_contain_text("Sent")
    expect(texts).to_have_text(["Sent at once", "Due in two hours", "Due tomorrow"])
    expect(page).to_have_title("(1) SMS sandbox")
    expect(phone(page, ANN)).to_contain_text("1 new")
    page.get_by_role("link", name="List").click()
    expect(rows).to_have_text(["Due in two hours", "Sent at once", "Due tomorrow"])
    service.sandbox.set_clock(CLOCK)
    send(service.sandbox, ANN, "Sent by the earlier clock")
    service.expect(4)
    expect(rows).to_have_text(["Sent by the earlier clock", "Due in two hours", "Sent at once", "Due tomorrow"])


def test_what_has_arrived_is_seen_although_much_waits_behind_it(page: Page, service: CountedSandbox) -> None:
    for hour in range(10, 24):
        date = f"{TOMORROW + timedelta(days=1)} {hour}:00"
        send(
            service.sandbox, ANN, f"Reminder of {hour} o'clock, which is long enough for two lines", delivery_date=date
        )
    service.expect(14)
    expect(phone(page, ANN).locator(".text")).to_have_count(14)
    page.get_by_role("button", name="To the next message").click()
    expect(message(page, ANN, "Reminder of 10 o'clock")).to_contain_text("Sent")
    expect(message(page, ANN, "Reminder of 10 o'clock")).to_be_in_viewport(ratio=0.9)
    expect(message(page, ANN, "Reminder of 23 o'clock")).not_to_be_in_viewport()


def test_a_message_shows_its_details(page: Page, service: CountedSandbox) -> None:
    """By a click on its text or the button beside it; it changes with the message, and leads to its request."""
    service.sandbox.settings(names={ANN: "anna"})
    call(service.sandbox, "GET", "sms/scheduled")
    (record,) = send(service.sandbox, ANN, HOSTILE, delivery_date=AT_TEN, **{"from": DESK})
    service.expect(1)
    dialog = page.get_by_role("dialog", name="Message")
    message(page, ANN, HOSTILE).locator(".text").click()
    expect(dialog).to_contain_text(HOSTILE)
    facts = dialog.locator("dd")
    for fact in ("anna +1 281 234 5678 (US)", "+1 713 555 0100", record["smsid"], "2WAYSMS", "Request #2", "0.01"):
        expect(facts.filter(has_text=fact)).to_have_count(1)
    expect(facts.filter(has_text="22:00:00")).to_have_count(1)
    expect(dialog.locator(".badge")).to_have_text("Pending")
    service.sandbox.advance(3 * 3600)
    expect(dialog.locator(".badge")).to_have_text("Sent")
    expect(facts.filter(has_text="22:00:00")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="List").click()
    page.locator("#list").get_by_role("button", name="Details").click()
    dialog.get_by_role("button", name="Request #2").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("details[open]")).to_contain_text("#2")
    expect(page.locator("details[open] pre")).to_contain_text("send_log")
    assert page.locator("dialog script, dialog img, dialog b").count() == 0


def test_what_a_person_wrote_came_with_no_request(page: Page, service: CountedSandbox) -> None:
    service.sandbox.incoming(ANN, DESK, "Hello?")
    message(page, ANN, "Hello?").get_by_role("button", name="Details").click()
    expect(page.get_by_role("dialog", name="Message")).to_contain_text("none, a person wrote it")


def test_links_lead_where_they_say_and_nowhere_else(page: Page, service: CountedSandbox) -> None:
    texts = {
        "See https://shop.example/a?b=c#d, or (http://x.example/). Bye": [
            "https://shop.example/a?b=c#d",
            "http://x.example/",
        ],
        "javascript:alert(1) data:text/html,x ftp://x.example //x.example": [],
        "https://bank.example@evil.example/ http://user:secret@x.example": [],
        'https://x.example/"onclick="alert(1)': ["https://x.example/"],
    }
    for text in texts:
        send(service.sandbox, ANN, text)
    service.expect(len(texts))
    for text, links in texts.items():
        bubble = message(page, ANN, text).locator(".text")
        expect(bubble).to_have_text(text)
        assert bubble.locator("a").evaluate_all("all => all.map((each) => each.textContent)") == links
    shown = page.locator(".thread a").all()
    assert {link.get_attribute("rel") for link in shown} == {"noopener noreferrer nofollow"}
    assert {link.get_attribute("target") for link in shown} == {"_blank"}


def test_numbers_are_in_groups(page: Page) -> None:
    """As people write them; what is no number in E.164 stays as it is."""
    shown = page.evaluate(
        """async (numbers) => {
          const { grouped } = await import("/sandbox/page/numbers.js");
          return numbers.map(grouped);
        }""",
        [ANN, "447700900123", "33612345678", "4915112345678", "35312345678", "+4930123456", "12345", "Shop"],
    )
    assert shown == [
        "+1 281 234 5678",
        "+44 7700 900 123",
        "+33 6 12 34 56 78",
        "+49 1511 2345 678",
        "+353 1234 5678",
        "+49 3012 3456",
        "12345",
        "Shop",
    ]


def test_the_settings_can_be_changed(window: browsers.Window, page: Page, service: CountedSandbox) -> None:
    """Only those that differ are set, and what is refused is said where it can be read."""
    page.get_by_role("button", name="Settings").click()
    dialog = page.get_by_role("dialog", name="Settings of the sandbox")
    expect(dialog.get_by_label("Time zone")).to_have_value(ZONE)
    dialog.get_by_label("Seconds that it lags").fill("10")
    dialog.get_by_label("Its numbers").fill(f"+{DESK}; 17135550101")
    dialog.get_by_label("Balance").fill("2.5")
    dialog.get_by_label("An smsid for each").select_option("request")
    dialog.get_by_label("Time zone").fill("Europe/Nowhere")
    dialog.get_by_role("button", name="Change").click()
    expect(dialog.get_by_role("alert")).to_contain_text("'zone'")
    assert [fault for fault in window.faults if "400 (BAD REQUEST)" not in fault] == []
    window.faults.clear()
    dialog.get_by_label("Time zone").fill("Europe/Berlin")
    service.sandbox.settings(price=0.02)
    dialog.get_by_role("button", name="Change").click()
    expect(dialog).to_be_hidden()
    settings = service.sandbox.settings()
    wanted = {"list_lag": 10, "numbers": [DESK, "17135550101"], "balance": 2.5, "smsid": "per-request"}
    assert {name: settings[name] for name in wanted} == wanted
    assert (settings["zone"], settings["page_size"], settings["records"]) == ("Europe/Berlin", 10, "per-message")
    expect(page.locator("#list-settings")).to_contain_text("it lags by 10 s")
    page.get_by_role("button", name="Settings").click()
    dialog.get_by_label("Balance").fill("")
    dialog.get_by_label("Its numbers").fill("")
    dialog.get_by_role("button", name="Change").click()
    expect(dialog).to_be_hidden()
    assert (service.sandbox.settings()["balance"], service.sandbox.settings()["numbers"]) == (None, [])


def test_it_always_says_that_nothing_is_sent(page: Page, service: CountedSandbox) -> None:
    line = page.get_by_text("Nothing here is ever sent to a phone.")
    expect(line).to_be_in_viewport()
    for number in range(30):
        send(service.sandbox, ANN, f"Text {number}")
    service.expect(30)
    for name in ("Phones", "List", "Requests"):
        page.get_by_role("link", name=name).click()
        page.mouse.wheel(0, 3000)
        expect(line).to_be_in_viewport()


def test_no_credentials_are_anywhere_on_the_page(browser: Browser) -> None:
    key, password = "canary-key-4711", "canary-password-4711"
    with Sandbox(api_key=key, api_password=password) as sandbox:
        window = opened_at(browser, sandbox)
        page = window.page
        call(sandbox, "GET", "cms/user")
        call(sandbox, "POST", "sms/send", to=ANN, msg="Hello", api_password=password, api_key=key)
        message(page, ANN, "Hello").locator(".text").click()
        page.get_by_role("button", name="Request #2").click()
        expect(page.locator("details[open] pre")).to_contain_text("send_log")
        seen = page.content() + page.evaluate(
            "async () => JSON.stringify(await (await fetch('/sandbox/settings')).json())"
        )
        page.locator("details", has_text="#1").locator("summary").click()
        expect(page.locator("details[open] pre")).to_contain_text("(hidden)")
        seen += page.content()
        window.close()
    assert "Hello" in seen
    assert not [secret for secret in (key, password) if secret in seen]


def test_searching_and_choosing(page: Page, service: CountedSandbox) -> None:
    whole_story(service.sandbox)
    service.expect(4)
    page.get_by_role("link", name="List").click()
    rows = page.locator("#list > li")
    expect(rows).to_have_count(9)
    page.keyboard.press("/")
    page.keyboard.type("maintenance db1 " + ANN)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(WINDOW)
    page.get_by_role("searchbox").fill("+49 3012")
    expect(rows).to_have_count(3)
    page.get_by_role("searchbox").fill("nobody wrote this")
    expect(page.get_by_text("No message is like that.")).to_be_visible()
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="Refused").click()
    expect(rows).to_have_count(2)
    page.get_by_role("link", name="Phones").click()
    expect(page.get_by_role("region", name=re.compile("^Phone "))).to_have_count(1)


def test_the_unread_are_counted_until_they_are_seen(page: Page, service: CountedSandbox) -> None:
    send(service.sandbox, f"{ANN},{BEN}", ROLLOUT)
    service.expect(1)
    expect(page).to_have_title("(2) SMS sandbox")
    expect(page.get_by_role("status").filter(has_text="2 messages: 2 sent")).to_have_count(1)
    phone(page, ANN).hover()
    expect(phone(page, ANN).locator(".unread-count")).to_be_hidden()
    expect(phone(page, BEN)).to_contain_text("1 new")
    expect(page).to_have_title("(1) SMS sandbox")


def test_each_message_is_read_aloud_also_one_like_the_last(page: Page, service: CountedSandbox) -> None:
    page.evaluate(
        """() => {
          window.heard = [];
          const said = document.getElementById("said");
          new MutationObserver(() => said.textContent && window.heard.push(said.textContent))
            .observe(said, { childList: true, characterData: true, subtree: true });
        }"""
    )
    for number in range(1, 3):
        send(service.sandbox, ANN, f"Text {number}")
        page.wait_for_function("(number) => window.heard.length === number", arg=number)
    service.expect(2)
    assert page.evaluate("() => window.heard") == ["1 message: 1 sent"] * 2


def test_the_list_is_read_by_keyboard_too(page: Page, service: CountedSandbox) -> None:
    page.get_by_role("link", name="List").click()
    send(service.sandbox, f"{ANN},{BEN}", ROLLOUT)
    service.expect(1)
    expect(page.locator("#list > *")).to_have_count(2)
    expect(page).to_have_title("(2) SMS sandbox")
    page.keyboard.press("Tab")
    expect(page).to_have_title("SMS sandbox")


def test_a_slash_is_left_alone_where_nothing_can_be_searched(page: Page) -> None:
    search = page.get_by_role("searchbox")
    page.evaluate("() => addEventListener('keydown', (event) => { window.taken = event.defaultPrevented; })")
    page.get_by_role("link", name="Requests").click()
    expect(search).to_be_hidden()
    page.keyboard.press("/")
    assert page.evaluate("() => window.taken") is False
    page.get_by_role("link", name="List").click()
    expect(search).to_be_visible()
    page.keyboard.press("/")
    assert page.evaluate("() => window.taken") is True
    expect(search).to_be_focused()


def test_what_is_on_order_is_told_as_it_is(page: Page, service: CountedSandbox) -> None:
    service.sandbox.order(record={"code": 500, "smsid": None})
    service.sandbox.order(body="zz", delay=3, accept=True)
    listed = page.locator("#fault-list")
    expect(listed).to_contain_text("records with code 500, without smsid")
    expect(listed).to_contain_text("another body, 3 s late")


def test_comes_back_to_a_sandbox_that_was_started_anew(browser: Browser, tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Sandbox(state=state) as first:
        send(first, ANN, ROLLOUT)
        window = opened_at(browser, first)
        port = urlsplit(first.url).port
        expect(phone(window.page, ANN)).to_be_visible()
    expect(window.page.locator("#connection")).to_have_text("Not connected")
    window.page.get_by_role("button", name="+1 min").click()
    expect(window.page.get_by_role("alert")).to_have_text("The sandbox does not answer. Is it still running?")
    with Sandbox(state=state, port=port) as second:
        expect(window.page.locator("#connection")).to_have_text("Live")
        send(second, BEN, ROLLOUT)
        expect(phone(window.page, BEN)).to_be_visible()
        expect(phone(window.page, ANN)).to_be_visible()
        # What was there before is not new.
        expect(window.page).to_have_title("(1) SMS sandbox")
    window.close()
    assert [fault for fault in window.faults if "ERR_" not in fault] == []


def tab_to(page: Page, name: str) -> None:
    """Go on by Tab to what has this name; it must be seen to have the focus."""
    describe = "() => { const e = document.activeElement; return e.ariaLabel || e.textContent.trim(); }"
    for _step in range(60):
        page.keyboard.press("Tab")
        if str(page.evaluate(describe)).startswith(name):
            outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", name
            return
    raise AssertionError(f"Tab does not come to '{name}'")


def test_by_keyboard_alone(page: Page, service: CountedSandbox) -> None:
    send(service.sandbox, ANN, WINDOW, delivery_date=AT_TEN)
    service.expect(1)
    expect(message(page, ANN, WINDOW)).to_be_visible()
    tab_to(page, "To the next message")
    page.keyboard.press("Enter")
    expect(message(page, ANN, WINDOW)).to_contain_text("Sent")
    tab_to(page, f"Answer as {ANN}")
    page.keyboard.type("Understood")
    page.keyboard.press("Enter")
    expect(message(page, ANN, "Understood")).to_be_visible()
    tab_to(page, "Requests")
    page.keyboard.press("Enter")
    tab_to(page, "#1")
    page.keyboard.press("Enter")
    expect(page.locator("details pre")).to_contain_text("send_log")
    tab_to(page, "Fail next")
    page.keyboard.press("Enter")
    tab_to(page, "Order")
    page.keyboard.press("Enter")
    expect(page.locator("#fault-count")).to_have_text("1")
    tab_to(page, "Reset")
    page.keyboard.press("Enter")
    tab_to(page, "Reset")
    page.keyboard.press("Enter")
    expect(page.locator("#request-count")).to_have_text("0")
    service.expect(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read(page: Page, service: CountedSandbox, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    grounds = {"light": "rgb(243, 245, 244)", "dark": "rgb(15, 21, 19)"}
    expect(page.locator("body")).to_have_css("background-color", grounds[scheme])
    whole_story(service.sandbox)
    service.sandbox.order(status=503)
    service.expect(4)
    expect(phone(page, BEN)).to_contain_text("Cancelled")
    for name in ("Phones", "List", "Requests"):
        page.get_by_role("link", name=name).click()
        ratio, where = page.evaluate(CONTRAST)
        assert ratio >= 4.5, where


def test_a_long_zone_fits_a_narrow_window(browser: Browser, tmp_path: Path) -> None:
    with Sandbox(zone="America/Argentina/Buenos_Aires") as sandbox:
        window = opened_at(browser, sandbox)
        expect(window.page.locator("#clock-zone")).to_contain_text("Buenos_Aires")
        for width in (320, 390):
            window.page.set_viewport_size({"width": width, "height": 740})
            assert window.page.evaluate("() => document.documentElement.scrollWidth") == width
        size = "() => parseFloat(getComputedStyle(document.getElementById('connection')).fontSize)"
        assert window.page.evaluate(size) == 0, "while it is live, the dot is enough"
        window.page.evaluate("() => { document.getElementById('connection').dataset.live = 'false'; }")
        assert window.page.evaluate(size) > 10
        assert window.page.evaluate("() => document.documentElement.scrollWidth") == 390
        window.close()


def test_fits_a_narrow_window(window: browsers.Window, page: Page, service: CountedSandbox) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    whole_story(service.sandbox)
    send(service.sandbox, ANN, "x" * 400 + HOSTILE, **{"from": DESK})
    send(service.sandbox, f"{'9' * 200}", "To nobody")
    service.expect(6)
    expect(message(page, ANN, "x" * 400)).to_be_visible()
    for name in ("Phones", "List", "Requests"):
        page.get_by_role("link", name=name).click()
        if name == "Requests":
            page.locator("details", has_text="#6").locator("summary").click()
            expect(page.locator("details[open] pre")).to_contain_text("send_log")
        assert page.evaluate("() => document.documentElement.scrollWidth") == 360, name
        assert page.evaluate(CUT_OFF) == [], name
    page.get_by_role("button", name="Fail next").click()
    assert page.evaluate("() => document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("width", [320, 360, 390])
def test_what_opens_lies_within_a_narrow_window(page: Page, service: CountedSandbox, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    send(service.sandbox, ANN, "https://x.example/" + "y" * 200, delivery_date=AT_TEN, **{"from": DESK})
    service.expect(1)

    def assert_within(opened: Locator) -> None:
        expect(opened).to_be_visible()
        box = opened.bounding_box()
        assert box is not None
        assert box["x"] >= 0, box
        assert box["x"] + box["width"] <= width, box
        assert opened.evaluate("(each) => each.scrollWidth <= each.clientWidth"), "nothing is cut off at its side"
        assert page.evaluate("() => document.documentElement.scrollWidth") == width

    page.locator("#set-clock > summary").click()
    assert_within(page.locator("#set-clock-form"))
    page.locator("#set-clock > summary").click()
    for button, dialog in (("Fail next", "faults"), ("Settings", "settings"), ("Reset", "reset")):
        page.get_by_role("button", name=button, exact=True).first.click()
        assert_within(page.locator(f"#{dialog}"))
        page.keyboard.press("Escape")
    phone(page, ANN).get_by_role("button", name="Details").click()
    assert_within(page.locator("#details"))


def test_on_a_phone_the_messages_have_most_of_the_window(page: Page, service: CountedSandbox) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    send(service.sandbox, ANN, ROLLOUT, **{"from": DESK})
    service.expect(1)
    box = phone(page, ANN).bounding_box()
    assert box is not None
    assert box["y"] < 0.42 * 844, "what lies above the messages"


class EmptySite(BaseHTTPRequestHandler):
    """A page with nothing in it, and without any policy of its own."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def empty_site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), EmptySite) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_other_web_sites_get_nothing(browser: Browser, service: CountedSandbox) -> None:
    """Another port is another web site to a browser, though it is the same machine."""
    send(service.sandbox, ANN, ROLLOUT)
    service.expect(1)
    ours = service.sandbox.url.split("/api-v2/", maxsplit=1)[0]
    with empty_site() as elsewhere:
        stranger = browser.new_page()
        stranger.goto(elsewhere)
        asked = """async (url) => {
          const answers = [];
          for (const options of [{}, { mode: "no-cors" }, { method: "POST", mode: "no-cors", body: "{}" }])
            for (const call of ["/sandbox/messages", "/sandbox/reset"])
              answers.push(await fetch(url + call, options).then((r) => r.type + (r.ok ? "!" : ""), () => "refused"));
          return answers;
        }"""
        answers = stranger.evaluate(asked, ours)
        stranger.close()
    assert set(answers) == {"refused"}, answers
    assert [each["state"] for each in service.sandbox.messages()] == ["SENT"]


def test_pictures_for_the_documents(
    window: browsers.Window, page: Page, service: CountedSandbox, tmp_path: Path
) -> None:
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    service.sandbox.settings(names={ANN: "Anna", BEN: "Ben"})
    whole_story(service.sandbox)
    service.expect(4)
    expect(message(page, ANN, WINDOW)).to_contain_text("Pending")
    page.screenshot(path=folder / "sandbox-phones.png")
    page.get_by_role("link", name="List").click()
    page.set_viewport_size({"width": 1280, "height": 660})
    page.screenshot(path=folder / "sandbox-list.png")
    page.get_by_role("link", name="Phones").click()
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 740})
    page.screenshot(path=folder / "sandbox-narrow-dark.png")
    for name in ("sandbox-phones.png", "sandbox-list.png", "sandbox-narrow-dark.png"):
        assert 5_000 < (folder / name).stat().st_size < 200_000
