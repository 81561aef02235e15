// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// A line about the list of scheduled messages and the message log, where settings keep them from being the truth.

import { find, setText } from "./elements.js";
import { span } from "./moments.js";
import { store } from "./store.js";

const LIST = {
  list_lag: (value) => `it lags by ${span(value * 1000)}`,
  cancelled_shown: (value) => `it shows what was cancelled for ${span(value * 1000)} longer`,
  hidden_before: (value) => `it hides messages ${span(value * 1000)} before their date`,
  cancel_delay: (value) => `a cancel takes effect after ${span(value * 1000)}`,
  empty_lists: (value) => `${value} × it will be empty`,
};
const USUAL_PAGE = 10;
const LOG = {
  log_order: (value) => (value === "oldest" ? "it begins with the oldest" : ""),
  incoming_lag: (value) => `it shows what comes in after ${span(value * 1000)}`,
  page_size: (value) => (value === USUAL_PAGE ? "" : `it has pages of ${value}`),
};

function sentence(subject, words) {
  const named = Object.keys(words).filter((name) => store.settings?.[name]);
  const parts = named.map((name) => words[name](store.settings[name])).filter(Boolean);
  return parts.length ? `${subject}: ${parts.join(" · ")}` : "";
}

export function drawSettings() {
  const sentences = [sentence("The list of scheduled messages", LIST), sentence("The message log", LOG)].filter(Boolean);
  find("list-settings").hidden = !sentences.length;
  setText(find("list-settings"), sentences.join(" — "));
}
