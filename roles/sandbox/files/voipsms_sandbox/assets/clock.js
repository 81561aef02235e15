// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// The sandbox's clock: what it shows, and the buttons that move it.

import { post } from "./control.js";
import { find, setText } from "./elements.js";
import { day, fromWall, seconds, span, toWall } from "./moments.js";
import { attempt, complain } from "./notices.js";
import { now, store } from "./store.js";

// A second more than the due date: a person who moves the clock there wants to see the message sent.
const PAST_DUE = 1000;

function nextDue() {
  const waiting = [...store.messages.values()].filter((each) => each.state === "PENDING");
  return Math.min(...waiting.map((each) => Date.parse(each.delivery_at)));
}

function set(moment) {
  return attempt(() => post("clock", { set: new Date(moment).toISOString() }));
}

export function setUpClock() {
  for (const button of document.querySelectorAll("[data-advance]")) {
    button.addEventListener("click", () => attempt(() => post("clock", { advance: Number(button.dataset.advance) })));
  }
  find("to-next").addEventListener("click", () => {
    if (Number.isFinite(nextDue())) set(nextDue() + PAST_DUE);
    else complain("No message is waiting");
  });
  find("to-real").addEventListener("click", () => set(Date.now()));
  find("set-clock").addEventListener("toggle", () => {
    if (find("set-clock").open) find("clock-wanted").value = toWall(now(), store.zone).slice(0, 16);
  });
  find("set-clock-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const moment = fromWall(find("clock-wanted").value, store.zone);
    if (Number.isNaN(moment)) complain("That is not a date and a time");
    else if (await set(moment)) find("set-clock").open = false;
  });
}

export function drawClock() {
  if (!store.loaded) return;
  const at = now();
  setText(find("clock-day"), day(at, store.zone));
  setText(find("clock-time"), seconds(at, store.zone));
  const ahead = Math.round(store.ahead / 1000);
  const shift = Math.abs(ahead) < 2 ? "real time" : `${span(Math.abs(ahead) * 1000)} ${ahead > 0 ? "ahead" : "behind"}`;
  setText(find("clock-zone"), `${store.zone} · ${shift}`);
  const due = nextDue();
  find("to-next").setAttribute("aria-disabled", String(!Number.isFinite(due)));
  setText(find("next-due"), Number.isFinite(due) ? `in ${span(due - at)}` : "none waits");
}
