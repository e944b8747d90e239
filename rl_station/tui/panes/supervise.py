"""The supervisor's pane: the PIN first, then figures with a cursor on them, and what is behind each."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size

from rl_station.domain.kpi import STAGES, Subject
from rl_station.tui.contract import Doable, Sight, View, Wanted
from rl_station.tui.look import Look
from rl_station.tui.supervision.browsing import Browsing, Depth
from rl_station.tui.supervision.drawing import Pen
from rl_station.tui.supervision.figures import GROUPS, Told, sections
from rl_station.tui.supervision.layout import drawn, overview, roomy
from rl_station.tui.supervision.pages import EVENT, announced, events, subjects, where_decided, whole
from rl_station.tui.supervision.pieces import Block, Key, Piece
from rl_station.tui.supervision.sections import Chart, Section
from rl_station.tui.supervisor_keys import MOVES, Standing, Steer
from rl_station.tui.widgets import Board, Headline, PathBar
from rl_station.tui.wording import Say, safe, screen
from rl_station.workflow.prompt import Prompt
from rl_station.workflow.supervise.prompt import PIN, SUBJECT

_MOST_DIGITS = 12
_DOTS = ("•", "*")
"""For every console, and where nothing beyond ASCII is shown."""
_BY = "by_"
_CHOICE_AT = 5


class SupervisePane(Vertical):
    """Shows what the station hands it, and remembers where one was. It sends nothing: the app does."""

    can_focus = False

    def __init__(self, look: Look) -> None:
        super().__init__(id="supervise")
        self.headline = Headline(look, id="pin", classes="instruction")
        self.path = PathBar(look, id="path")
        self.board = Board(look, id="board")
        self.browsing = Browsing()
        self._look = look
        self._say: Say = lambda said: said.code
        self._sight: Sight | None = None
        self._group = GROUPS[0]
        self._stage = STAGES[0]
        self._asked: Prompt | None = None
        self._pin = ""
        self._operator = ""
        self._looked_up = 0
        self._now = 0

    def compose(self) -> ComposeResult:
        yield self.headline
        yield self.path
        yield self.board

    # --- what is shown ------------------------------------------------------------------------------------------------

    def show(self, view: View, say: Say, room: Size) -> None:
        self._say, self._now = say, view.status.clock
        asks = view.prompt.step == PIN
        # Views in between may have been dropped for newer ones: that somebody else is here, or back, is seen all the same.
        if view.status.operator != self._operator or (asks and not self.pin_asked):
            self.begin()
        prompt, before = view.prompt, self._asked
        self._asked, self._operator = prompt, view.status.operator
        self.headline.display = asks
        self.path.display = self.board.display = not asks
        if asks:
            self.headline.show(say(prompt.instruction), self._typed(say, prompt), alone=True)
            return
        self._pin = ""
        again, self._looked_up = view.looked_up != self._looked_up, view.looked_up
        if prompt.step == SUBJECT and (again or before is None or before.instruction != prompt.instruction):
            self.browsing.look_up(say(prompt.instruction))
        self._draw()

    def see(self, sight: Sight) -> None:
        """New figures, or what is behind one of them."""
        self._sight = sight
        self._draw()

    def begin(self) -> None:
        """Nothing is left of who was here before."""
        self.browsing, self._sight, self._pin, self._asked = Browsing(), None, "", None

    @property
    def pin_asked(self) -> bool:
        return self._asked is not None and self._asked.step == PIN

    @property
    def wanted(self) -> Wanted:
        return self.browsing.wanted()

    @property
    def standing(self) -> Standing:
        """What the keys depend on. Throughput is told by one group at a time where there is no room for all of them."""
        deep = self.browsing.here.depth is not Depth.OVERVIEW
        return Standing(self.doables, deep, self.browsing.site, not deep and not roomy(self.size.width))

    @property
    def doables(self) -> tuple[Doable, ...]:
        """What can be done about the subject that is shown."""
        sight = self._fresh()
        if sight is None:
            return ()
        return tuple(each for each in sight.doables if not each.marked or self.event is not None)

    @property
    def event(self) -> int | None:
        """The seq of the event under the cursor, if it is of this station's log."""
        key = self.board.mark.key
        return int(key[1]) if key[:1] == (EVENT,) and int(key[1]) else None

    @property
    def about(self) -> str:
        """The subject that is shown."""
        sight = self._fresh()
        return sight.subject.id if sight is not None and sight.subject is not None else self.browsing.here.title

    # --- keys ---------------------------------------------------------------------------------------------------------

    def steer(self, key: Steer) -> None:
        if key in MOVES:
            self.board.move(key)
            self._follow()
        elif key is Steer.OPEN:
            self._open()
        elif key is Steer.BACK:
            self.browsing.back()
        elif key is Steer.SITE:
            self.browsing.site = not self.browsing.site
        elif key is Steer.GROUP and self.standing.grouped:
            self._group = GROUPS[(GROUPS.index(self._group) + 1) % len(GROUPS)]
        self._draw()

    def acted(self) -> None:
        """What comes of it stands at the end of the history."""
        self.browsing.newest()

    def digit(self, digit: str) -> None:
        self._pin = (self._pin + digit)[:_MOST_DIGITS]
        self._dots()

    def erase(self) -> None:
        self._pin = self._pin[:-1]
        self._dots()

    def take_pin(self) -> str:
        """The digits that were typed; they are kept no longer."""
        pin, self._pin = self._pin, ""
        self._dots()
        return pin

    def _dots(self) -> None:
        if self._asked is not None:
            self.headline.show(self._say(self._asked.instruction), self._typed(self._say, self._asked), alone=True)

    def _typed(self, say: Say, prompt: Prompt) -> str:
        dot = _DOTS[self._look.ascii_only]
        return dot * len(self._pin) or (say(prompt.detail) if prompt.detail else "")

    def _open(self) -> None:
        spot, sight = self.board.chosen(), self._sight
        if spot is None or spot.opens is None or sight is None or sight.figures is None:
            return
        if isinstance(spot.opens, Subject):
            self.browsing.open(spot.opens, spot.opens.id)
            return
        section = sections(self._told(sight)).get(spot.key[0])
        if section is not None:
            self.browsing.open(spot.opens, _title(section, spot.key))

    def _follow(self) -> None:
        """The bars are those of the stage under the cursor."""
        key = self.board.mark.key
        if key and key[0].startswith(_BY) and len(key) > 1:
            self._stage = key[1].split(".")[0]

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _fresh(self) -> Sight | None:
        """The sight, if it is of what is wanted now."""
        return self._sight if self._sight is not None and self._sight.wanted == self.wanted else None

    def _told(self, sight: Sight) -> Told:
        if sight.figures is None:
            raise ValueError("there are no figures to tell")
        return Told(sight.figures, self._say, self._stage)

    def _draw(self) -> None:
        here, sight = self.browsing.here, self._sight
        self.path.show(self.browsing, sight, self._now, self._say)
        choices = self._asked.choices if self._asked is not None else ()
        shown: Hashable = (here.title, sight, choices, self._group, self._stage, self._say(screen("cap.enter")))
        self.board.put(shown, self._block, here.mark)

    def _block(self, width: int, height: int) -> Block:
        sight, here = self._sight, self.browsing.here
        if sight is None or sight.figures is None:
            return [(Piece(0, self._say(screen("sup.loading"))),)] if sight is None else []
        told, pen = self._told(sight), Pen(self._look, self._say)
        if here.depth is Depth.OVERVIEW:
            return overview(sections(told), (width, height), self._group, pen)
        fresh = self._fresh()
        if here.depth is Depth.SUBJECTS:
            found = None if fresh is None else fresh.subjects
            return whole(subjects(found, here.title, told), width, pen)
        if here.depth is Depth.SUBJECT:
            return self._subject(fresh, width, pen)
        section = replace(sections(told)[str(here.opens)], alone=True)
        return drawn(section, width, height if isinstance(section, Chart) else len(section.lines) + 2, pen)

    def _subject(self, sight: Sight | None, width: int, pen: Pen) -> Block:
        """Its events; where there are none, what it is."""
        if sight is None or sight.subject is None:
            return [(Piece(0, self._say(screen("sup.loading"))),)]
        if sight.history:
            return [*events(sight.history, width, pen), *where_decided(sight, width, pen), *self._choices(pen)]
        if self._asked is not None and self.browsing.here.scanned:
            return [*announced(self._asked, width, pen), *self._choices(pen)]
        known = [(Piece(0, safe(sight.subject.text)),), (Piece(0, self._say(screen("sup.no_events"))),)]
        return [*known, *where_decided(sight, width, pen)]

    def _choices(self, pen: Pen) -> Block:
        """What is asked about what was scanned, such as what to do about its recall."""
        if self._asked is None or not self.browsing.here.scanned or not self._asked.choices:
            return []
        palette = self._look.palette
        rows: Block = [()]
        for each in self._asked.choices:
            key = Piece(0, f" {each.key.upper()} ", f"bold {palette.key_text} on {palette.key}")
            rows.append((key, Piece(_CHOICE_AT, pen.say(each.label), f"bold {self._look.ink(each.tone)}")))
        return rows


def _title(section: Section, key: Key) -> str:
    """What the page behind a piece is called: by its line where it is one figure, otherwise by the section."""
    if isinstance(section, Chart) or key[1:] in {(), ("more",)}:
        return section.title
    return next((line.label for line in section.lines if line.id == key[1]), section.title)
