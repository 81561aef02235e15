// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// Puts the parts together: what changed is drawn once, and the clock ticks.

import { setUpAdjusting } from "./adjusting.js";
import { drawClock, setUpClock } from "./clock.js";
import { post } from "./control.js";
import { drawDetails, setUpDetails } from "./details.js";
import { find, setText } from "./elements.js";
import { follow } from "./feed.js";
import { drawList, readVisible } from "./list.js";
import { countDown } from "./message.js";
import { announce, attempt, say } from "./notices.js";
import { drawFaults, setUpFaults } from "./faults.js";
import { drawPhones } from "./phones.js";
import { drawRequests } from "./requests.js";
import { count, isNarrowed, selected, setUpSelection } from "./selection.js";
import { drawSettings } from "./settings.js";
import { store, subscribe } from "./store.js";

const VIEWS = ["phones", "list", "requests"];

// A view has an address, so that it can be linked to and gone back to.
let current = "phones";

function choose() {
  const wanted = location.hash.replace("#/", "");
  if (VIEWS.includes(wanted)) current = wanted;
  draw();
}

function draw() {
  for (const name of VIEWS) {
    find(`${name}-view`).hidden = name !== current;
    const link = find(`to-${name}`);
    if (name === current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  find("selection").hidden = current === "requests";
  if (current === "requests") find("more").hidden = true;
  if (current === "requests") drawRequests();
  else drawMessages();
  count();
  drawFaults();
  drawClock();
  drawSettings();
  drawDetails();
  setText(find("request-count"), String(store.requests.size));
  document.title = `${store.unread.size ? `(${store.unread.size}) ` : ""}SMS sandbox`;
}

function drawMessages() {
  const messages = selected();
  if (current === "phones") drawPhones(messages);
  else drawList(messages);
  const empty = store.loaded && !store.messages.size;
  find("empty").hidden = !empty;
  find("none-found").hidden = empty || messages.length > 0 || !isNarrowed();
}

function setUpReset() {
  const dialog = find("reset");
  find("open-reset").addEventListener("click", () => dialog.showModal());
  find("reset-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    dialog.close();
    if (await attempt(() => post("reset"))) say("The sandbox is as it was started");
  });
}

function setUpPage() {
  const base = `${location.origin}/api-v2/index.php/`;
  setText(
    find("environment"),
    `export VOIPSMS_API_URL=${base}\nexport VOIPSMS_API_KEY=sandbox\nexport VOIPSMS_API_PASSWORD=sandbox`,
  );
  setText(
    find("first-message"),
    "ansible localhost -m voip_communications.sms.voipsms_send -a 'to=+12812345678 msg=Hello'",
  );
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () =>
      attempt(async () => {
        await navigator.clipboard.writeText(find(button.dataset.copy).textContent);
        say("Copied");
      }),
    );
  }
  for (const button of document.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => find(button.dataset.close).close());
  }
  document.addEventListener("keydown", (event) => {
    if (current === "list") readVisible();
    const writing = event.target.closest?.("input, select, textarea, dialog");
    if (event.key !== "/" || writing || find("selection").hidden || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    find("search").focus();
  });
}

function connected(is) {
  find("connection").dataset.live = String(is);
  setText(find("connection"), is ? "Live" : "Not connected");
}

setUpSelection(draw);
setUpClock();
setUpFaults();
setUpReset();
setUpAdjusting();
setUpDetails();
setUpPage();
addEventListener("hashchange", choose);
subscribe(({ added, changed, first }) => {
  draw();
  if (!first) announce([...added, ...changed]);
});
setInterval(() => {
  drawClock();
  countDown();
}, 1000);
choose();
follow(connected);
