// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// The dialog of the settings: what differs from the sandbox's is set, and what it refuses is said beside the fields.

import { post } from "./control.js";
import { element, find, setText } from "./elements.js";
import { say } from "./notices.js";
import { store } from "./store.js";

const SECONDS = { type: "number", min: "0", step: "any" };
const COUNT = { type: "number", min: "0", step: "1" };

// By their names in the control API: what people call them, and the attributes of the field, or its choices.
const GROUPS = [
  ["Account", {
    zone: ["Time zone", { type: "text", spellcheck: "false" }],
    numbers: ["Its numbers (none: any may send)", { type: "text", placeholder: "17135550100, 17135550101" }],
    balance: ["Balance (none: without end)", { type: "number", min: "0", step: "any" }],
    price: ["Price of a segment", { type: "number", min: "0", step: "any" }],
  }],
  ["Answers", {
    latency: ["Seconds that each takes", SECONDS],
    smsid: ["An smsid for each", [["per-recipient", "recipient"], ["per-request", "request"]]],
    records: ["A record for each", [["per-message", "message"], ["per-segment", "segment"]]],
  }],
  ["List of scheduled messages", {
    list_lag: ["Seconds that it lags", SECONDS],
    cancelled_shown: ["Seconds that it shows cancelled ones longer", SECONDS],
    hidden_before: ["Seconds before a date that it hides the message", SECONDS],
    cancel_delay: ["Seconds until a cancel takes effect", SECONDS],
    empty_lists: ["Next lists that are empty", COUNT],
  }],
  ["Message log", {
    log_order: ["Begins with the", [["newest", "newest"], ["oldest", "oldest"]]],
    incoming_lag: ["Seconds until it shows what comes in", SECONDS],
    page_size: ["Messages on a page", { ...COUNT, min: "1" }],
  }],
];

const fields = new Map();

export function setUpAdjusting() {
  for (const [title, entries] of GROUPS) {
    const made = Object.entries(entries).map(([name, [label, kind]]) => element("label", {}, label, field(name, kind)));
    find("settings-fields").append(element("fieldset", {}, element("legend", {}, title), ...made));
  }
  find("open-settings").addEventListener("click", open);
  find("settings-form").addEventListener("submit", save);
}

function field(name, kind) {
  const choices = Array.isArray(kind);
  const made = choices
    ? element("select", { name }, ...kind.map(([value, shown]) => element("option", { value }, shown)))
    : element("input", { name, autocomplete: "off", ...kind });
  fields.set(name, made);
  return made;
}

function shown(name) {
  const value = store.settings[name];
  return Array.isArray(value) ? value.join(", ") : String(value ?? "");
}

function open() {
  for (const [name, made] of fields) made.value = shown(name);
  refuse("");
  find("settings").showModal();
}

function refuse(sentence) {
  setText(find("settings-refused"), sentence);
  find("settings-refused").hidden = !sentence;
}

// As the control API takes it: numbers as numbers, lists as lists, and an empty balance as none.
function value(name, text) {
  if (name === "numbers") return text.split(/[\s,;]+/).map((number) => number.replace(/^\+/, "")).filter(Boolean);
  if (name === "balance" && !text) return null;
  return fields.get(name).type === "number" ? Number(text) : text.trim();
}

async function save(event) {
  event.preventDefault();
  const changed = [...fields].filter(([name, made]) => made.value !== shown(name));
  try {
    if (changed.length) await post("settings", Object.fromEntries(changed.map(([name, made]) => [name, value(name, made.value)])));
  } catch (error) {
    refuse(error.message);
    return;
  }
  find("settings").close();
  if (changed.length) say("The settings are changed");
}
