# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell people by SMS how a run of ansible-playbook ended, or that it takes a long time."""

from __future__ import annotations

DOCUMENTATION = r"""
name: watch
type: notification
short_description: Tell people by SMS when a playbook fails
version_added: 1.0.0
description:
  - Sends an SMS when a run of C(ansible-playbook) fails. If asked, it also tells of success, and of a run that takes a
    long time; see O(tell). No playbook needs to be changed.
  - It is enabled by configuration alone, with C(callbacks_enabled = voip_communications.sms.watch) in C(ansible.cfg),
    or with E(ANSIBLE_CALLBACKS_ENABLED).
  - A run has failed when a host counts as failed or unreachable in the recap. Failures that were rescued or ignored do
    not count. Neither does a play that matches no host.
  - Each event of a run is told once. The C(idempotency_key) of the message is made of O(name), the event, and the run;
    see P(voip_communications.sms.pipeline#lookup) for what a run is. An event is therefore not told again by another
    run of the same playbook in the same run of a pipeline. Another attempt tells of C(failed) and C(slow) again.
  - It tells people as M(voip_communications.sms.voipsms_notify) does, with the same ledger, of an event that is called
    V(failed), V(slow) or V(succeeded); so O(contacts) can choose by it. The first is V(critical), the second a
    V(warning), the third V(info). Who has quiet hours is not told, or is told when these end.
  - Where E(VOIPSMS_LEDGER) is V(none), every run tells.
  - It sends from a process of its own, which Ctrl-C does not break off. One that has not begun ends with the run.
  - It never changes a run or its exit status. Its own errors are warnings. That includes wrong options and missing
    libraries, of which it warns at the end of every run.
  - It is silent with C(--check), and in C(ansible) and C(ansible-console).
  - It tells nothing of a run that ends before the recap, such as one that is killed, or whose playbook cannot be read.
  - Its messages hold names of hosts, tasks, playbooks and users. They never hold an error, or any other result of a
    task.
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
requirements:
  - requests >= 2.25, in the Python that runs C(ansible-playbook)
  - phonenumbers >= 8.12, in the Python that runs C(ansible-playbook)
notes:
  - Variables (C(voipsms_watch_*) and C(voipsms_contacts)) are those of the plays, those of the group C(all), and extra
    variables. They may be templates. When several plays set one, the last play that ran counts. They take precedence
    over the environment, which takes precedence over C(ansible.cfg).
  - An extra variable may be a template of other extra variables only. With anything else, ansible-core 2.21 does not
    load this plugin, and warns of that.
  - E(VOIPSMS_TIMEOUT), E(VOIPSMS_VALIDATE_CERTS), E(VOIPSMS_LEDGER_PASSWORD) and what is about scheduled messages are
    read too, as by M(voip_communications.sms.voipsms_notify). E(VOIPSMS_DEADLINE) is not; see O(deadline).
seealso:
  - module: voip_communications.sms.voipsms_notify
  - plugin: voip_communications.sms.pipeline
    plugin_type: lookup
options:
  recipients:
    description:
      - The recipients, in any notation of O(voip_communications.sms.voipsms_send#module:to); numbers, people, names of
        O(contacts), and groups with V(@) before them. In a YAML variable, numbers must be quoted.
      - People in this list may want to hear of V(failed), V(slow) and V(succeeded). Another word in their V(events) is
        a warning.
      - It is required. Without it, no one is told, and a warning says so.
    type: raw
    ini:
      - section: voipsms_watch
        key: recipients
    env:
      - name: VOIPSMS_WATCH_RECIPIENTS
    vars:
      - name: voipsms_watch_recipients
  tell:
    description:
      - The events to tell.
      - V(failed) and V(succeeded) are about the end of the run.
      - V(slow) is told while the run goes on, when it takes longer than O(slow_after). The same run may be told as
        V(failed) later.
    type: list
    elements: str
    default: [failed]
    choices: [failed, succeeded, slow]
    ini:
      - section: voipsms_watch
        key: tell
    env:
      - name: VOIPSMS_WATCH_TELL
    vars:
      - name: voipsms_watch_tell
  slow_after:
    description:
      - After how many seconds a run is slow, from V(0.1) to V(2592000).
    type: float
    default: 3600
    ini:
      - section: voipsms_watch
        key: slow_after
    env:
      - name: VOIPSMS_WATCH_SLOW_AFTER
    vars:
      - name: voipsms_watch_slow_after
  name:
    description:
      - What the run is called, in the text and in the key.
      - Give each its own when several playbooks of the same file name, or one playbook several times, run in one run of
        a pipeline, such as once for each environment. Otherwise only the first of their failures is told.
      - Without it, the file name of the playbook.
    type: str
    ini:
      - section: voipsms_watch
        key: name
    env:
      - name: VOIPSMS_WATCH_NAME
    vars:
      - name: voipsms_watch_name
  url:
    description:
      - A link for the text.
      - Without it, the address of the run of the pipeline, if that is known.
    type: str
    ini:
      - section: voipsms_watch
        key: url
    env:
      - name: VOIPSMS_WATCH_URL
    vars:
      - name: voipsms_watch_url
  hosts_named:
    description:
      - How many hosts are named at most, from V(0) to V(100). The others are counted.
    type: int
    default: 3
    ini:
      - section: voipsms_watch
        key: hosts_named
    env:
      - name: VOIPSMS_WATCH_HOSTS_NAMED
    vars:
      - name: voipsms_watch_hosts_named
  deadline:
    description:
      - How many seconds the sending may take, from V(1) to V(300). A message that cannot begin by then is not sent.
      - The end of the run is delayed by this at most, and by 5 seconds more when the ledger or a disk hangs. A message
        that has begun by then is finished without the run, within a minute.
    type: float
    default: 20
    ini:
      - section: voipsms_watch
        key: deadline
    env:
      - name: VOIPSMS_WATCH_DEADLINE
    vars:
      - name: voipsms_watch_deadline
  text_failed:
    description:
      - The text of V(failed), instead of the default one. It is sent as it is, in as many segments as it takes.
      - It may hold C({event}), C({name}), C({hosts}) (the first hosts that failed), C({failed}), C({unreachable}) and
        C({total}) (numbers of hosts; unreachable hosts count as failed too), C({task}) (the task that failed),
        C({user}), C({url}) and C({time}) (how long the run took). An unknown value is empty.
      - The default text is shortened to fit one segment. It leaves out the user first, then the task, then the address,
        then the names of hosts.
    type: str
    ini:
      - section: voipsms_watch
        key: text_failed
    env:
      - name: VOIPSMS_WATCH_TEXT_FAILED
    vars:
      - name: voipsms_watch_text_failed
  text_succeeded:
    description:
      - The text of V(succeeded), as O(text_failed).
    type: str
    ini:
      - section: voipsms_watch
        key: text_succeeded
    env:
      - name: VOIPSMS_WATCH_TEXT_SUCCEEDED
    vars:
      - name: voipsms_watch_text_succeeded
  text_slow:
    description:
      - The text of V(slow), as O(text_failed). C({task}) is the task that began last. Hosts are not known yet.
    type: str
    ini:
      - section: voipsms_watch
        key: text_slow
    env:
      - name: VOIPSMS_WATCH_TEXT_SLOW
    vars:
      - name: voipsms_watch_text_slow
  from:
    description:
      - The sender; a number of the account that is enabled for SMS. Without it, the message is a BULK message.
    type: raw
    ini:
      - section: voipsms_watch
        key: from
    env:
      - name: VOIPSMS_WATCH_FROM
    vars:
      - name: voipsms_watch_from
  api_key:
    description:
      - The API key of the account. It is required.
    type: str
    ini:
      - section: voipsms_watch
        key: api_key
    env:
      - name: VOIPSMS_API_KEY
    vars:
      - name: voipsms_watch_api_key
  api_password:
    description:
      - The API password of the account. It is required unless O(api_password_file) is set.
      - If not set, the value of the environment variable E(VOIPSMS_API_PASSWORD) is used.
      - It cannot be set in C(ansible.cfg), since that file is often shown and shared; set O(api_password_file) there.
    type: str
    vars:
      - name: voipsms_watch_api_password
  api_password_file:
    description:
      - A file that holds the API password in one line, and nothing else. In C(ansible.cfg), a relative path is relative
        to that file.
    type: path
    ini:
      - section: voipsms_watch
        key: api_password_file
    env:
      - name: VOIPSMS_API_PASSWORD_FILE
    vars:
      - name: voipsms_watch_api_password_file
  api_url:
    description:
      - The base address of the API, as O(voip_communications.sms.voipsms_send#module:api_url), which has the default.
    type: str
    ini:
      - section: voipsms_watch
        key: api_url
    env:
      - name: VOIPSMS_API_URL
    vars:
      - name: voipsms_watch_api_url
  ca_path:
    description:
      - A file or folder with the certificate authorities to trust, instead of those that come with C(requests).
    type: path
    ini:
      - section: voipsms_watch
        key: ca_path
    env:
      - name: VOIPSMS_CA_PATH
    vars:
      - name: voipsms_watch_ca_path
  contacts:
    description:
      - The people whose names and groups O(recipients) may have, or the path of a file with them, as
        O(voip_communications.sms.voipsms_send#module:contacts). What is wrong with them is a warning.
      - Their V(events), V(severity), V(hours) and V(quiet) count, as in
        O(voip_communications.sms.voipsms_notify#module:to).
    type: raw
    ini:
      - section: voipsms_watch
        key: contacts
    env:
      - name: VOIPSMS_CONTACTS
    vars:
      - name: voipsms_contacts
      - name: voipsms_watch_contacts
  account_timezone:
    description:
      - The zone in which the account reads and writes dates, as
        O(voip_communications.sms.voipsms_notify#module:account_timezone).
      - It is needed for contacts with V(quiet) set to V(defer), who are told when their quiet hours end. Without it, or
        when it is wrong, they are told at once of V(failed), and of nothing else in these hours. A warning says so.
    type: str
    ini:
      - section: voipsms_watch
        key: account_timezone
    env:
      - name: VOIPSMS_ACCOUNT_TIMEZONE
    vars:
      - name: voipsms_watch_account_timezone
  default_region:
    description:
      - The country in which numbers without C(+) or C(00) are read, as
        O(voip_communications.sms.voipsms_send#module:default_region).
    type: str
    ini:
      - section: voipsms_watch
        key: default_region
    env:
      - name: VOIPSMS_DEFAULT_REGION
    vars:
      - name: voipsms_watch_default_region
  ledger:
    description:
      - Where the collection remembers what it has sent, as O(voip_communications.sms.voipsms_send#module:ledger).
    type: str
    ini:
      - section: voipsms_watch
        key: ledger
    env:
      - name: VOIPSMS_LEDGER
    vars:
      - name: voipsms_watch_ledger
  ledger_account:
    description:
      - The account's name in the ledger, as O(voip_communications.sms.voipsms_send#module:ledger_account).
    type: str
    ini:
      - section: voipsms_watch
        key: ledger_account
    env:
      - name: VOIPSMS_LEDGER_ACCOUNT
    vars:
      - name: voipsms_watch_ledger_account
  limit:
    description:
      - How many messages each recipient gets at most, as O(voip_communications.sms.voipsms_send#module:limit).
      - What is held back is a warning.
    type: list
    elements: str
    ini:
      - section: voipsms_watch
        key: limit
    env:
      - name: VOIPSMS_LIMIT
    vars:
      - name: voipsms_watch_limit
  account_limit:
    description:
      - How many messages the account sends at most, as O(voip_communications.sms.voipsms_send#module:account_limit).
      - What is held back is a warning.
    type: list
    elements: str
    ini:
      - section: voipsms_watch
        key: account_limit
    env:
      - name: VOIPSMS_ACCOUNT_LIMIT
    vars:
      - name: voipsms_watch_account_limit
  critical_limit:
    description:
      - The allowance of failures, which are critical, as O(voip_communications.sms.voipsms_send#module:critical_limit).
      - What is held back is a warning.
    type: list
    elements: str
    ini:
      - section: voipsms_watch
        key: critical_limit
    env:
      - name: VOIPSMS_CRITICAL_LIMIT
    vars:
      - name: voipsms_watch_critical_limit
"""

import functools
import os
import time
from collections.abc import Mapping
from typing import Any, Callable

from ansible import constants, context
from ansible.errors import AnsibleError
from ansible.inventory.host import Host
from ansible.plugins.callback import CallbackBase
from ansible.template import Templar

from ansible_collections.voip_communications.sms.plugins.module_utils._notify.watch import SLOW, Run, read_settings
from ansible_collections.voip_communications.sms.plugins.plugin_utils import _errand_process
from ansible_collections.voip_communications.sms.plugins.plugin_utils._errand import Errand
from ansible_collections.voip_communications.sms.plugins.plugin_utils._this_run import this_run

Hook = Callable[..., None]

_PREFIX = "voipsms_watch_"
# The variable that everything else of the collection reads, too.
_CONTACTS = "voipsms_contacts"
# The name that ``ansible`` gives to the playbook that it makes of its arguments.
_AD_HOC = "__adhoc_playbook__"


def _harmless(hook: Hook) -> Hook:
    """Return a hook that cannot fail: any error in it is a warning, without a text that might hold a secret."""

    @functools.wraps(hook)
    def guarded(self: CallbackModule, *args: Any, **kwargs: Any) -> None:
        try:
            hook(self, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - no error may reach the run
            # The sanity tests of ansible-core 2.16 know of no "type(error)".
            self.warn(f"internal error {error.__class__.__name__} in {hook.__name__}; please report this")

    return guarded


class CallbackModule(CallbackBase):
    """Watch the runs of the playbooks that the command line names, one after the other."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "voip_communications.sms.watch"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Watch nothing yet."""
        self._faults: list[str] = []
        super().__init__(*args, **kwargs)
        self._settings = read_settings({})
        self._variables: dict[str, Any] = {}
        self._is_watching = False
        self._playbook = ""
        self._began = 0.0
        self._task = ""
        self._failed_tasks: dict[str, str] = {}
        self._alarm: Errand | None = None
        self._alarm_tells: object = None
        # The recap counts all playbooks of the command line.
        self._recap: dict[str, dict[str, int]] = {}

    def warn(self, sentence: str) -> None:
        """Warn of what went wrong."""
        self._display.warning(f"voip_communications.sms.watch: {sentence}")

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        """Read every option separately: a wrong one takes its default, and the others are used."""
        definitions = constants.config.get_configuration_definitions("callback", self._load_name)
        self._faults = []
        for name, definition in definitions.items():
            try:
                value = constants.config.get_config_value(
                    name, plugin_type="callback", plugin_name=self._load_name, variables=var_options, direct=direct
                )
            except AnsibleError:
                self._faults.append(_fault_of(name, definition))
                value = definition.get("default")
            self._plugin_options[name] = value

    # What Ansible calls -----------------------------------------------------------------------------------------------

    @_harmless
    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Begin to watch, unless this is check mode or not a playbook."""
        path = str(playbook._file_name)
        self._is_watching = path != _AD_HOC and not context.CLIARGS.get("check")
        if self._is_watching:
            self._playbook = os.path.basename(path)
            self._began = time.monotonic()
            self._task, self._failed_tasks, self._variables, self._alarm = "", {}, {}, None
            self._read_settings()

    @_harmless
    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Read the variables of the play, and set the alarm accordingly."""
        if self._is_watching:
            self._variables.update(self._read_variables(play))
            self._read_settings()
            self._set_alarm()

    @_harmless
    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Note the task that runs now."""
        self._note_task(task.get_name())

    @_harmless
    def v2_playbook_on_handler_task_start(self, task: Any) -> None:
        """Note the task that runs now."""
        self._note_task(task.get_name())

    @_harmless
    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Note which task failed; whether the host counts as failed is known at the end."""
        host, name = result._host.get_name(), result.task_name
        # The role deploy_notify fails once more, by this task; the first failure says more. So it does where a part of
        # "always" fails and is rescued.
        is_echo = name.endswith("Leave the deployment failed") or _is_rescued(result._task)
        if not ignore_errors and not (is_echo and host in self._failed_tasks):
            self._failed_tasks[host] = name

    @_harmless
    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Tell how the run ended, and wait until that is done."""
        if not self._is_watching:
            return
        self._is_watching = False
        run = self._finished_run(stats)
        # Without an event to tell, a rehearsal shows what would go wrong with one.
        errand = self._errand(run.event, run, rehearse=run.event not in self._settings.tell)
        errand.start()
        for sentence in (*self._faults, *self._settings.faults):
            self.warn(sentence)
        self._cancel_alarm()
        # This one first: its instructions may still be on their way, whereas the alarm has all of its own.
        self._report_on(errand)
        if self._alarm is not None:
            self._report_on(self._alarm)

    # Errands and their results ----------------------------------------------------------------------------------------

    def _note_task(self, name: str) -> None:
        """Note the task that runs now, also where the text of a slow run is made."""
        self._task = name
        if self._alarm is not None:
            self._alarm.note(name)

    def _set_alarm(self) -> None:
        """Set the time at which the run counts as slow; set it again for a play whose variables make it differ."""
        run = self._run_so_far(task=self._task)
        told = (self._settings, run.pipeline)
        if self._alarm is not None and (told == self._alarm_tells or not self._alarm.cancel()):
            return
        self._alarm, self._alarm_tells = None, told
        if SLOW in self._settings.tell:
            delay = max(0.0, self._began + self._settings.slow_after - time.monotonic())
            self._alarm = self._errand(SLOW, run, delay=delay)
            self._alarm.start()

    @_harmless
    def _cancel_alarm(self) -> None:
        """Forget the alarm, unless the run has been too slow already."""
        alarm, self._alarm = self._alarm, None
        if alarm is not None and not alarm.cancel():
            self._alarm = alarm

    def _errand(self, event: str, run: Run, *, rehearse: bool = False, delay: float = 0.0) -> Errand:
        """Return the errand that tells an event of a run after a delay, in seconds."""
        instructions = {
            "event": event,
            "run": run._asdict(),
            "settings": self._settings._asdict(),
            "began": self._began,
            "rehearse": rehearse,
        }
        return Errand(str(_errand_process.__file__), instructions, self._settings.deadline, delay)

    @_harmless
    def _report_on(self, errand: Errand) -> None:
        """Wait for an errand, and warn of what went wrong; what went well is shown with ``-v``."""
        result = errand.wait()
        for warning in result.get("warnings") or ():
            self.warn(warning)
        if result.get("failed"):
            self.warn(result.get("msg") or "failed without a message; please report this")
        elif result.get("msg"):
            self._display.v(f"voip_communications.sms.watch: {result['msg']}")

    # The known facts --------------------------------------------------------------------------------------------------

    def _read_settings(self) -> None:
        self.set_options(var_options=self._variables)
        self._settings = read_settings(self._plugin_options)

    def _finished_run(self, stats: Any) -> Run:
        """Return the run, from the counts that the recap has added since the last playbook."""
        before, self._recap = self._recap, {host: stats.summarize(host) for host in stats.processed}
        hosts = sorted(host for host, counts in self._recap.items() if counts != before.get(host))
        added = {
            kind: [host for host in hosts if self._recap[host][kind] > before.get(host, {}).get(kind, 0)]
            for kind in ("failures", "unreachable")
        }
        failed = added["failures"]
        unreachable = [host for host in added["unreachable"] if host not in failed]
        task = next((self._failed_tasks[host] for host in failed if host in self._failed_tasks), "")
        return self._run_so_far(
            failed=(*failed, *unreachable), unreachable=tuple(unreachable), total=len(hosts), task=task
        )

    def _run_so_far(self, **facts: Any) -> Run:
        """Return what is known of the run now, with these facts."""
        return Run(
            playbook=self._playbook,
            pipeline=this_run(self._variables),
            seconds=time.monotonic() - self._began,
            **facts,
        )

    def _read_variables(self, play: Any) -> dict[str, Any]:
        """Return our variables and those in which AWX tells its job; one whose template fails is left out."""
        manager = play.get_variable_manager()
        try:
            # As a host that is only in the group all. The inventory would create a localhost, and so change the run.
            known = manager.get_vars(play=play, host=Host("localhost"))
        except AnsibleError:
            # Files of variables may be named after facts that do not exist.
            known = manager.get_vars(play=play)
        templar = Templar(loader=play.get_loader(), variables=known)
        variables = {name: value for name, value in known.items() if name.startswith(("awx_", "tower_"))}
        for name in [name for name in known if name.startswith(_PREFIX) or name == _CONTACTS]:
            variables.update(self._templated(templar, name, known[name]))
        return variables

    def _templated(self, templar: Templar, name: str, value: Any) -> dict[str, Any]:
        try:
            return {name: templar.template(value)}
        except Exception as error:  # noqa: BLE001 - a template may call anything
            self.warn(f"the variable {name} is left out, since it cannot be templated ({error.__class__.__name__})")
            return {}


def _is_rescued(task: Any) -> bool:
    """Return whether a failure of this task is rescued, by a block that has it among its own tasks.

    False also where that cannot be told, as for some tasks that were included.
    """
    child, parent = task, task._parent
    while parent is not None:
        # Blocks and what is in them are copied; copies have the same identifier.
        if getattr(parent, "rescue", None) and any(member._uuid == child._uuid for member in parent.block):
            return True
        child, parent = parent, parent._parent
    return False


def _fault_of(name: str, definition: Mapping[str, Any]) -> str:
    """Return the sentence for an option with an invalid value, without showing that value."""
    choices = definition.get("choices")
    allowed = f"; there are {', '.join(choices)}" if choices else ""
    return f"{name} has a value that it cannot have, and its default is used instead{allowed}"
