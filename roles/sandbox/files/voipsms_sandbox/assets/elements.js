// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// Elements without markup: the content of a message is set as text, and stays text.

// An element with attributes (null and false leave one out, true sets it empty, `on` is an object of listeners) and
// children, which are elements or texts.
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    } else if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? "" : value);
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export function find(id) {
  return document.getElementById(id);
}

// Sets a text only where it differs, so that nothing is drawn or read aloud again for nothing.
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
