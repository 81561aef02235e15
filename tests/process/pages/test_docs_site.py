# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation as HTML: it builds without network or warning, has a page for everything, and no dead link."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser

from ansible_collections.voip_communications.sms.tests.support import browser as browsers
from ansible_collections.voip_communications.sms.tests.support import restructured
from ansible_collections.voip_communications.sms.tests.support.browser import GROUND, TOO_WIDE
from ansible_collections.voip_communications.sms.tests.support.documented import SPECS
from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION
from ansible_collections.voip_communications.sms.tests.tools import docs

# A process that uses the network by HTTP gets no answer.
NOBODY = "http://127.0.0.1:9"
BUILD = "import sys, pathlib; from {module} import build; sys.exit(build(pathlib.Path(sys.argv[1])))"
PLUGINS = ("callback", "filter", "lookup")
REPOSITORY = "https://github.com/voip-communications/ansible-collection-sms/"


@dataclass
class Page(HTMLParser):
    """One page: where its links lead, what it needs to be shown, and the anchors in it."""

    text: str
    links: set[str] = field(default_factory=set)
    needs: set[str] = field(default_factory=set)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Read it."""
        super().__init__()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the links, needs and anchors of one element."""
        values = {name: value for name, value in attrs if value}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.add(values["href"])
        elif tag == "link" and values.get("rel") in ("stylesheet", "icon", "preload"):
            self.needs.add(values["href"])
        elif tag in ("script", "img", "iframe", "source") and "src" in values:
            self.needs.add(values["src"])


@dataclass(frozen=True)
class Site:
    """What the build left, and what it printed."""

    folder: Path
    status: str
    printed: str

    @property
    def pages(self) -> dict[Path, Page]:
        """Every page, by its path."""
        return {path: Page(path.read_text("utf-8")) for path in sorted((self.folder / "html").rglob("*.html"))}


# One page of each kind, and a guide with a picture.
KINDS = (
    "index",
    "docsite/guide_evidence",
    "voipsms_send_module",
    "deploy_notify_role",
    "watch_callback",
    "oncall_lookup",
    "contacts_filter",
    "environment_variables",
    "sandbox",
)
ENTRY = r"(?ms)^\.\. envvar:: (\w+)$(.*?)(?=^\.\. envvar|\Z)"
# How bright the ground of the options is, from 0 to 255, and how much wider their table is than its place.
BRIGHTEST = """
Math.max(...[...document.querySelectorAll("table.ansible-option-table td")]
  .map((cell) => Math.max(...getComputedStyle(cell).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number))))
"""
CUT_OFF = """
Math.max(...[...document.querySelectorAll(".table-wrapper")].map((each) => each.scrollWidth - each.clientWidth))
"""
NOT_SHOWN = "[...document.images].filter((image) => !image.naturalWidth).map((image) => image.src)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Site:
    """Build the site once, in whichever worker comes first; the others wait for it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "docs-site"
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "status").exists():
            build(folder)
    return Site(folder / "made", (folder / "status").read_text("ascii"), (folder / "printed").read_text("utf-8"))


def build(folder: Path) -> None:
    """Build it in a process that cannot reach the network by HTTP."""
    done = subprocess.run(
        [sys.executable, "-c", BUILD.format(module=docs.__name__), str(folder / "made")],
        env={**os.environ, "http_proxy": NOBODY, "https_proxy": NOBODY, "no_proxy": ""},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    (folder / "printed").write_text(done.stdout, encoding="utf-8")
    (folder / "status").write_text(str(done.returncode), encoding="ascii")


def documented() -> set[str]:
    """Return the names of the pages that must exist."""
    pages = {f"docsite/{path.stem}" for path in restructured.GUIDES}
    pages |= {path.stem for path in (COLLECTION / "docs").glob("*.md")}
    pages |= {f"{path.stem}_module" for path in (COLLECTION / "plugins" / "modules").glob("[!_]*.py")}
    pages |= {f"{path.name}_role" for path in (COLLECTION / "roles").iterdir()}
    for kind in PLUGINS:
        pages |= {f"{path.stem}_{kind}" for path in (COLLECTION / "plugins" / kind).glob("[!_]*.py")}
    return pages


def test_it_builds_without_network_and_without_a_warning(site: Site) -> None:
    assert (site.status, site.printed) == ("0", "")


def test_everything_has_a_page_that_the_first_one_leads_to(site: Site) -> None:
    first = site.pages[site.folder / "html" / "index.html"]
    assert {page for page in documented() if f"{page}.html" not in first.links} == set()
    assert {page for page in documented() if not (site.folder / "html" / f"{page}.html").exists()} == set()


def test_every_link_leads_somewhere(site: Site) -> None:
    pages = site.pages
    found = [wrong(pages, path, link) for path, page in pages.items() for link in sorted(page.links)]
    assert list(filter(None, found)) == []


def wrong(pages: dict[Path, Page], path: Path, link: str) -> str:
    """Return the link if it leads nowhere, with its page; of links to elsewhere, check those into the repository."""
    if link.startswith((f"{REPOSITORY}blob/main/", f"{REPOSITORY}tree/main/")):
        there = COLLECTION / urlsplit(link).path.split("/main/", 1)[1]
        return "" if there.exists() else f"{path.name}: {link}"
    if urlsplit(link).scheme:
        return ""
    target = (path.parent / unquote(urlsplit(link).path)).resolve() if urlsplit(link).path else path
    anchor = unquote(urlsplit(link).fragment)
    if not target.exists() or (anchor and target in pages and anchor not in pages[target].anchors):
        return f"{path.name}: {link}"
    return ""


def test_it_is_shown_without_anything_from_elsewhere(site: Site) -> None:
    for path, page in site.pages.items():
        needed = [urlsplit(each) for each in page.needs]
        assert [each.geturl() for each in needed if each.netloc] == []
        files = [path.parent / unquote(each.path) for each in needed if each.scheme != "data"]
        assert [file for file in files if not file.exists()] == []


def test_no_page_shows_an_error_of_its_maker(site: Site) -> None:
    """Furo makes a red box of a table of contents, without a warning."""
    assert [path.name for path, page in site.pages.items() if "ERROR: " in page.text] == []


def test_guides_lead_to_pages_of_this_site_and_not_of_the_forge(site: Site) -> None:
    ours = f"{REPOSITORY}blob/main/docs/docsite/rst/"
    assert [path.name for path, page in site.pages.items() for link in page.links if link.startswith(ours)] == []


def test_environment_variables_name_everything_that_reads_them(site: Site) -> None:
    text = (site.folder / "source" / "environment_variables.rst").read_text("utf-8")
    readers = {name: set(re.findall(r"<([\w.]+)#", body)) for name, body in re.findall(ENTRY, text)}
    for module, options in SPECS.items():
        for variable in (name for option in options.values() for name in option.get("fallback", (None, ()))[1]):
            assert module in readers[variable], (variable, module)
    assert "voip_communications.sms.watch" in readers["VOIPSMS_API_PASSWORD"]
    assert "voip_communications.sms.watch" not in readers["VOIPSMS_DEADLINE"]
    assert "the event source inbox" in text.partition(".. envvar:: VOIPSMS_STATE_FILE")[2]


@pytest.mark.parametrize("width", [1280, 390])
def test_each_kind_of_page_is_whole_in_light_and_dark(site: Site, browser: Browser, width: int) -> None:
    window = browsers.Window(browser, f"file://{site.folder}", width)
    for kind in KINDS:
        window.page.goto(f"file://{site.folder}/html/{kind}.html")
        window.page.emulate_media(color_scheme="light")
        light = window.page.evaluate(GROUND)
        window.page.emulate_media(color_scheme="dark")
        assert window.page.evaluate(GROUND) != light, kind
        assert (window.page.evaluate(TOO_WIDE), window.page.evaluate(NOT_SHOWN)) == (0, []), kind
    assert window.faults == []
    window.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_options_can_be_read_in_the_dark_and_in_a_narrow_window(site: Site, browser: Browser, width: int) -> None:
    window = browsers.Window(browser, f"file://{site.folder}", width)
    window.page.emulate_media(color_scheme="dark")
    window.page.goto(f"file://{site.folder}/html/voipsms_send_module.html")
    assert window.page.evaluate(BRIGHTEST) < 64
    assert window.page.evaluate(CUT_OFF) <= 0
    window.close()


def test_pictures_are_dark_in_the_dark_and_open_in_full(site: Site, browser: Browser) -> None:
    window = browsers.Window(browser, f"file://{site.folder}")
    window.page.goto(f"file://{site.folder}/html/docsite/guide_evidence.html")
    picture = window.page.locator("article img")
    assert picture.evaluate("(image) => getComputedStyle(image).filter") == "none"
    window.page.emulate_media(color_scheme="dark")
    assert "invert" in picture.evaluate("(image) => getComputedStyle(image).filter")
    picture.click()
    window.page.wait_for_url("**/states.svg")
    assert window.faults == []
    window.close()


def test_the_search_finds_pages_without_a_server(site: Site, browser: Browser) -> None:
    window = browsers.Window(browser, f"file://{site.folder}")
    window.page.goto(f"file://{site.folder}/html/index.html")
    window.page.fill("input[name=q]", "quiet hours")
    window.page.press("input[name=q]", "Enter")
    window.page.wait_for_function("document.querySelector('#search-results p')?.innerText.includes('finished')")
    assert "People" in window.page.locator("#search-results li a").all_inner_texts()
    assert window.faults == []
    window.close()


def test_every_place_elsewhere_is_referred_to(site: Site) -> None:
    """So that the list of what only the network could tell stays as short as it can be."""
    sources = "".join(path.read_text("utf-8") for path in (site.folder / "source").rglob("*.rst"))
    assert [what for what in docs.ELSEWHERE if what.partition(" ")[2] not in sources] == []
