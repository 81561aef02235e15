#!/bin/sh
# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# A shell step that tells people something, once, and gives the result as its exit status:
#
#   0  they have it, from this run or from an earlier one
#   1  they do not have it, or not all of them
#   2  it may have been sent; look before anybody tells them again
#   3  the step itself is wrong; nothing was sent
#
# From the environment: SMS_TO, SMS_TEXT, SMS_KEY, and the account as VOIPSMS_API_KEY, VOIPSMS_API_PASSWORD and
# VOIPSMS_LEDGER. The result is written to the file that is named, if one is named.
set -u

here=$(cd "$(dirname "$0")" && pwd)
result=${1:-$(mktemp)}
# An old result must not be taken for that of this run, should Ansible not even start.
: > "$result"

ansible-playbook -i localhost, voip_communications.sms.notify \
    -e "@$here/sms.yml" -e "{\"voipsms_result_file\": \"$result\"}"
status=$?

outcome=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["outcome"])' "$result" 2> /dev/null)
case "$status:$outcome" in
    0:partial)
        # With voipsms_fail_on: all, some may have been refused.
        if grep -q '"outcome": "refused"' "$result"; then exit 1; fi
        exit 0
        ;;
    0:*) exit 0 ;;
    *:unknown | *:in_progress | *:unfinished) exit 2 ;;
    *:invalid | *:) exit 3 ;;
    *:partial)
        # Of several recipients, one may have it.
        if grep -qE '"outcome": "(unknown|in_progress)"' "$result"; then exit 2; fi
        exit 1
        ;;
    *) exit 1 ;;
esac
