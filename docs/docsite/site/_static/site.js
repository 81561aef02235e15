// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

"use strict";

// The summaries of a search are fetched, which browsers refuse to pages that are opened as files; the results come without.
if (location.protocol === "file:") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}

// A picture is wider than the column of text, and is shown in full on its own.
document.addEventListener("DOMContentLoaded", () => {
  for (const picture of document.querySelectorAll("article img")) {
    if (!picture.closest("a")) {
      const link = document.createElement("a");
      link.href = picture.src;
      link.title = "Show the whole picture";
      picture.replaceWith(link);
      link.append(picture);
    }
  }
});
