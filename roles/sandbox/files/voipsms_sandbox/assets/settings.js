// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// A line about the list of scheduled messages, where settings keep it from being the truth.

import { find, setText } from "./elements.js";
import { span } from "./moments.js";
import { store } from "./store.js";

const WORDS = {
  list_lag: (value) => `it lags by ${span(value * 1000)}`,
  cancelled_shown: (value) => `it shows what was cancelled for ${span(value * 1000)} longer`,
  hidden_before: (value) => `it hides messages ${span(value * 1000)} before their date`,
  cancel_delay: (value) => `a cancel takes effect after ${span(value * 1000)}`,
  empty_lists: (value) => `${value} × it will be empty`,
};

export function drawSettings() {
  const parts = Object.keys(WORDS).flatMap((name) => (store.settings?.[name] ? [WORDS[name](store.settings[name])] : []));
  find("list-settings").hidden = !parts.length;
  setText(find("list-settings"), parts.length ? `The list of scheduled messages: ${parts.join(" · ")}` : "");
}
