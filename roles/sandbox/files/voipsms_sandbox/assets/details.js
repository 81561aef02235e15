// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// All that is known of one message, and the way to the request that brought it.

import { element, find } from "./elements.js";
import { LABELS, badge, money, namedNumber } from "./message.js";
import { day, seconds } from "./moments.js";
import { linked } from "./links.js";
import { openRequest } from "./requests.js";
import { kind, store } from "./store.js";

let opened = null;
let drawn = "";

export function setUpDetails() {
  const dialog = find("details");
  document.addEventListener("click", (event) => {
    const part = event.target.closest?.(".message .more, .message .text");
    // A link is followed, and what was marked is to be copied.
    if (!part || event.target.closest("a") || String(getSelection())) return;
    opened = Number(part.closest(".message").dataset.number);
    drawn = "";
    drawDetails();
    dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    opened = null;
  });
}

// Called with every change: a message that goes out while it is looked at says so.
export function drawDetails() {
  if (opened === null) return;
  const message = store.messages.get(opened);
  if (!message) {
    find("details").close();
    return;
  }
  const mark = `${message.identity} ${message.state} ${message.state_at} ${store.zone}`;
  if (mark === drawn) return;
  drawn = mark;
  find("details-text").replaceChildren(element("span", { dir: "auto" }, ...linked(message.msg)));
  find("details-facts").replaceChildren(
    ...facts(message).flatMap(([name, ...value]) => [element("dt", {}, name), element("dd", {}, ...value)]),
  );
}

function facts(message) {
  const state = LABELS[kind(message)];
  return [
    ["State", badge(message), message.state === "REFUSED" ? ` ${message.code_desc}` : ""],
    ["From", namedNumber(message.from)],
    ["To", namedNumber(message.to), message.country ? ` (${message.country})` : ""],
    ["smsid", element("code", {}, message.smsid || "none")],
    ["Request", request(message)],
    ...dates(message, state),
    ["Size", size(message)],
    message.inout === "OUT" ? ["Price", money(message.sale)] : null,
    ["Type", message.type],
  ].filter(Boolean);
}

function dates(message, state) {
  const waits = message.state === "PENDING";
  return [
    message.inout === "OUT" && message.accepted_at ? ["Accepted", moment(message.accepted_at)] : null,
    message.inout === "OUT" ? ["Delivery date", moment(message.delivery_at)] : null,
    message.cancel_at && waits ? ["Cancelled at", moment(message.cancel_at)] : null,
    waits ? null : [state, moment(message.state_at)],
  ].filter(Boolean);
}

function moment(text) {
  const at = Date.parse(text);
  return element("time", { datetime: text, title: text }, `${day(at, store.zone)} ${seconds(at, store.zone)}`);
}

function size(message) {
  const parts = message.parts > 1 ? `, part ${message.part} of ${message.parts}` : "";
  return `${message.segments} ${message.segments === 1 ? "segment" : "segments"} ${message.encoding}${parts}`;
}

function request(message) {
  if (!message.request) return message.inout === "IN" ? "none, a person wrote it" : "not known";
  const go = () => {
    find("details").close();
    openRequest(message.request);
  };
  return element("button", { type: "button", on: { click: go } }, `Request #${message.request}`);
}
