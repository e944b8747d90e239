"""Between the supervisor's pane and the station: what is looked at, what is typed, what is done."""

from __future__ import annotations

from collections.abc import Callable

from rl_station.tui.contract import Sight, StationPort, Supervises, View, Wanted
from rl_station.tui.keys import Local, Offer
from rl_station.tui.modes import Mode, mode_of
from rl_station.tui.overlays import DeedOverlay
from rl_station.tui.panes import SupervisePane
from rl_station.tui.supervision.asking import Asking
from rl_station.tui.supervisor_keys import (
    Do,
    PinKey,
    Steer,
    pin_action,
    pin_offers,
    supervisor_action,
    supervisor_offers,
)
from rl_station.tui.wording import Say
from rl_station.workflow.inputs import Acted, Answered, Commanded, Input
from rl_station.workflow.prompt import Prompt


class Supervising:
    """For the app, which alone hands it views, sights and keys. `arrived` takes sights from any thread."""

    def __init__(
        self, port: StationPort, pane: SupervisePane, form: DeedOverlay, arrived: Callable[[Sight], None]
    ) -> None:
        self._port = port
        self._pane = pane
        self._form = form
        self._arrived = arrived
        self._watched: Wanted | None = None
        self._results = 0

    def follow(self, view: View, *, covered: bool) -> None:
        """The station has something new to show. Figures are asked for only while they are in sight."""
        mine = mode_of(view.prompt) is Mode.SUPERVISE
        if not mine:
            self._pane.begin()
        if not mine or self._pane.pin_asked or view.prompt.alarm is not None:
            self._form.close()
        results = view.result.seq if view.result is not None else 0
        news, self._results = results != self._results, results
        in_sight = mine and not self._pane.pin_asked and not covered and view.prompt.alarm is None
        self._watch(self._pane.wanted if in_sight else None, again=news)

    def see(self, sight: Sight) -> None:
        if self._watched is not None and sight.wanted == self._watched:
            self._pane.see(sight)

    def offers(self, prompt: Prompt, *, can_fire: bool, can_pull: bool = False) -> tuple[Offer, ...]:
        """The keys of the pane."""
        if self._pane.pin_asked:
            return pin_offers()
        return supervisor_offers(self._pane.standing, prompt, can_fire=can_fire, can_pull=can_pull)

    def act(self, key: str, character: str | None, prompt: Prompt, say: Say) -> Local | Input | None:
        """What is left for the app to do after a key."""
        if self._pane.pin_asked:
            return self._pin(pin_action(key, character))
        answer = self._answer(character, prompt)
        given = answer or supervisor_action(key, prompt, self._pane.doables)
        if isinstance(given, Steer):
            self._pane.steer(given)
            self._watch(self._pane.wanted)
            return None
        if isinstance(given, Do):
            doable = self._pane.doables[given.place]
            event = self._pane.event
            self._form.open(Asking(doable, (event,) if doable.marked and event else ()), self._pane.about, say)
            return None
        return given

    def fill(self, key: str, character: str | None) -> Input | None:
        """A key while the form is open; what is to be done once it is whole."""
        if key == "escape":
            self._form.close()
            return None
        action = self._form.key(key, character)
        if action is None:
            return None
        self._form.close()
        self._pane.acted()
        return Acted(action)

    def _pin(self, given: PinKey | str | Local | Commanded | None) -> Local | Input | None:
        if given is PinKey.ERASE:
            self._pane.erase()
        elif given is PinKey.GIVE:
            pin = self._pane.take_pin()
            if pin and isinstance(self._port, Supervises):
                self._port.give_pin(pin)
        elif isinstance(given, Local | Commanded):
            return given
        elif given is not None:
            self._pane.digit(given)
        return None

    def _answer(self, character: str | None, prompt: Prompt) -> Answered | None:
        """What was scanned may ask something, such as what to do about a recall."""
        if not character or not self._pane.browsing.here.scanned:
            return None
        key = character.casefold()
        return next((Answered(each.key) for each in prompt.choices if each.key.casefold() == key), None)

    def _watch(self, wanted: Wanted | None, *, again: bool = False) -> None:
        if not isinstance(self._port, Supervises) or (wanted == self._watched and not (again and wanted)):
            return
        self._watched = wanted
        self._port.supervise(wanted, self._arrived)
