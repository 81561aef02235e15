// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// One message, the same on a phone and in the list.

import { post } from "./control.js";
import { element, setText } from "./elements.js";
import { linked } from "./links.js";
import { brief, span } from "./moments.js";
import { attempt, say } from "./notices.js";
import { grouped } from "./numbers.js";
import { account, kind, nameOf, now, person, store } from "./store.js";

export const LABELS = {
  PENDING: "Pending",
  SENT: "Sent",
  CANCELLED: "Cancelled",
  REFUSED: "Refused",
  INCOMING: "Answer",
};

const countdowns = new Map();

export function money(sale) {
  return Number(sale).toFixed(4).replace(/0{1,2}$/, "");
}

export function badge(message) {
  const name = kind(message);
  const label = name === "REFUSED" ? `Refused ${message.code}` : LABELS[name];
  return element("span", { class: `badge ${name.toLowerCase()}` }, label);
}

// When it went out, was refused or cancelled; of one that waits, when it will go and how long that is from now.
function when(message) {
  const waits = message.state === "PENDING";
  const at = Date.parse(waits ? message.delivery_at : message.state_at);
  const exact = new Date(at).toISOString();
  const shown = element("time", { datetime: exact, title: exact }, brief(at, now(), store.zone));
  if (!waits) return [shown];
  const countdown = element("span", { class: "countdown", role: "timer" }, `in ${span(at - now())}`);
  countdowns.set(countdown, at);
  return [countdown, shown];
}

function facts(message) {
  const words = [`${message.segments} ${message.segments === 1 ? "segment" : "segments"}`, message.encoding];
  if (message.parts > 1) words.unshift(`part ${message.part} of ${message.parts}`);
  if (message.inout === "OUT") words.push(money(message.sale));
  return words.map((word) => element("span", {}, word));
}

function text(message) {
  const tag = message.state === "CANCELLED" ? "s" : "span";
  return element("p", { class: "text" }, element(tag, { dir: "auto" }, ...linked(message.msg)));
}

function attributes(message) {
  return {
    class: `message ${kind(message).toLowerCase()}${store.unread.has(message.number) ? " unread" : ""}`,
    "data-number": String(message.number),
  };
}

function more() {
  const labels = { "aria-label": "Details", title: "Details", "aria-haspopup": "dialog" };
  return element("button", { type: "button", class: "more", ...labels }, "⋯");
}

// A button for each code of a question, which sends the code as this person.
function codes(message) {
  if (message.inout === "IN" || message.state !== "SENT" || !account(message)) return null;
  const asked = message.msg.match(/Reply ((?:\d{4,6} = [^,=]+(?:, |\.$))+)$/);
  if (!asked) return null;
  const found = [...asked[1].matchAll(/(\d{4,6}) = ([^,=]+?)(?:, |\.$)/g)].map(([, code, label]) => [code, label]);
  const from = person(message);
  const reply = async (code, label) => {
    if (await attempt(() => post("messages", { from, to: account(message), msg: code }))) say(`${from} answered ${label}`);
  };
  const buttons = found.map(([code, label]) =>
    element("button", { type: "button", on: { click: () => reply(code, label) } }, `${code} = ${label}`),
  );
  return element("p", { class: "codes", role: "group", "aria-label": `Answer as ${from}` }, ...buttons);
}

export function bubble(message) {
  return element(
    "li",
    attributes(message),
    text(message),
    message.state === "REFUSED" ? element("p", { class: "reason" }, message.code_desc) : null,
    codes(message),
    element("p", { class: "meta" }, badge(message), ...when(message), ...facts(message), more()),
  );
}

// A number at either end of a message, with the name that belongs to it.
export function namedNumber(number) {
  const name = nameOf(number);
  const groups = grouped(number);
  const shown = element("span", { class: groups === number ? null : "digits" }, groups);
  return element("bdi", { title: number }, name ? `${name} ` : null, shown);
}

export function row(message) {
  return element(
    "li",
    attributes(message),
    element("p", { class: "meta" }, badge(message), ...when(message)),
    element("p", { class: "way" }, namedNumber(message.from), " → ", namedNumber(message.to)),
    element(
      "div",
      {},
      text(message),
      message.state === "REFUSED" ? element("p", { class: "reason" }, message.code_desc) : null,
    ),
    element("p", { class: "meta facts" }, ...facts(message), more()),
  );
}

// What a search looks through.
export function haystack(message) {
  const words = [message.msg, message.from, message.to, message.smsid, message.code_desc, message.encoding];
  words.push(nameOf(person(message)), LABELS[kind(message)], `+${account(message)}`, String(message.code));
  return [...words, grouped(message.from), grouped(message.to)].join("\n").toLowerCase();
}

// Once a second: those that are no longer shown are forgotten.
export function countDown() {
  for (const [shown, due] of countdowns) {
    if (shown.isConnected) setText(shown, due > now() ? `in ${span(due - now())}` : "now");
    else countdowns.delete(shown);
  }
}
