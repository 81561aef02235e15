// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// Links in the text of a message, which a stranger may have written: only http and https, and shown as they are.

import { element } from "./elements.js";

const LINK = /https?:\/\/[^\s<>"'`\\^{|}\p{C}]+/giu;
// What ends a sentence, and a bracket that was opened before the link, are no part of it.
const AFTER = /[.,:;!?'"*_~\])}…。]+$/u;

// The address of a link; empty for what is none, and for one that shows another place than it leads to.
function address(shown) {
  try {
    const url = new URL(shown);
    return url.username || url.password || !url.hostname ? "" : url.href;
  } catch {
    return "";
  }
}

// A text as texts and links, which together say exactly what it said.
export function linked(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const shown = match[0].replace(AFTER, "");
    const href = address(shown);
    if (!href) continue;
    parts.push(text.slice(end, match.index));
    // What the browser opens is in the title: a name in other letters shows its true form there.
    parts.push(element("a", { href, title: href, target: "_blank", rel: "noopener noreferrer nofollow" }, shown));
    end = match.index + shown.length;
  }
  return [...parts, text.slice(end)];
}
