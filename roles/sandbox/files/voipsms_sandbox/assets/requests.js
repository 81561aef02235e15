// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// The requests as they came, the newest first. One is opened at a time, and asked for only then.

import { control } from "./control.js";
import { element, find } from "./elements.js";
import { seconds } from "./moments.js";
import { attempt } from "./notices.js";
import { store } from "./store.js";

const MOST = 500;
const shown = new Map();
let opening = 0;

// Shows one request, from wherever the page is.
export function openRequest(number) {
  opening = number;
  if (location.hash === "#/requests") drawRequests();
  else location.hash = "#/requests";
}

export function drawRequests() {
  const list = find("request-list");
  const wanted = [...store.requests.values()].sort((one, other) => other.number - one.number).slice(0, MOST);
  for (const [number, { item }] of shown) {
    const still = store.requests.get(number);
    if (still && number > wanted[0].number - MOST) continue;
    item.remove();
    shown.delete(number);
  }
  wanted.forEach((each, index) => {
    const made = one(each);
    if (list.children[index] !== made) list.insertBefore(made, list.children[index] ?? null);
  });
  find("no-requests").hidden = wanted.length > 0;
  const details = shown.get(opening)?.item.firstElementChild;
  opening = 0;
  if (!details) return;
  details.open = true;
  details.firstElementChild.focus();
}

function one(request) {
  const before = shown.get(request.number);
  const mark = `${request.clock} ${request.path} ${request.status} ${store.zone}`;
  if (before?.mark === mark) return before.item;
  const same = before?.clock === request.clock;
  const body = same ? before.body : element("div", { class: "request-body" });
  const details = element("details", { name: "request" }, summary(request), body);
  details.addEventListener("toggle", () => {
    if (details.open) attempt(async () => fill(body, await control("GET", `requests/${request.number}`)));
  });
  const item = element("li", {}, details);
  if (same) details.open = before.item.firstElementChild.open;
  before?.item.replaceWith(item);
  shown.set(request.number, { mark, item, body, clock: request.clock });
  return item;
}

function summary(request) {
  const status = request.status ?? "…";
  const good = request.status !== null && request.status < 400;
  return element(
    "summary",
    {},
    element("span", { class: "number" }, `#${request.number}`),
    element("code", {}, element("b", {}, request.method), " ", request.path),
    element("span", { class: `badge ${good ? "sent" : "refused"}` }, String(status)),
    request.authorized ? null : element("span", { class: "badge refused" }, "wrong credentials"),
    element("time", { datetime: request.clock }, seconds(Date.parse(request.clock), store.zone)),
  );
}

function fill(body, request) {
  const form = Object.entries(request.form).map(([name, value]) => [
    request.repeated.includes(name) ? `${name} (came more than once)` : name,
    value,
  ]);
  body.replaceChildren(
    ...part("Form", form.length ? pairs(form) : element("p", { class: "hint" }, "No form fields")),
    ...part(`Answer ${request.status ?? ""}`, element("pre", { tabindex: "0", "aria-label": "Answer" }, pretty(request.answer))),
    ...part("Headers, without credentials", pairs(Object.entries(request.headers))),
  );
}

function part(title, content) {
  return [element("h3", {}, title), content];
}

function pairs(entries) {
  const list = element("dl");
  for (const [name, value] of entries) list.append(element("dt", {}, name), element("dd", { dir: "auto" }, value));
  return list;
}

function pretty(answer) {
  try {
    return JSON.stringify(JSON.parse(answer), null, 2);
  } catch {
    return answer || "No body yet";
  }
}
