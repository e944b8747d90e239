"""Views made by hand, of every shape a prompt can have. Site content only, so that they do not follow the workflow's texts."""

from __future__ import annotations

from dataclasses import replace

from rl_station.domain.messages import content
from rl_station.domain.scan import ScanKind
from rl_station.tui.contract import DeviceLine, Link, Result, ResultTone, Status, View
from rl_station.workflow.prompt import Alarm, ChecklistLine, Choice, Fact, Prompt, Tone

NOON = 1_795_262_400_000_000
HOUR = 3_600_000_000

READY = Status(
    station="Bench 1",
    operator="Dana Kim",
    devices=(DeviceLine("bench-scanner", "ready"), DeviceLine("label-printer", "ready")),
    unsynced=0,
    link=Link.UP,
    clock=NOON,
)
TROUBLED = replace(
    READY,
    devices=(
        DeviceLine("bench-scanner", "ready"),
        DeviceLine("label-printer", "lost", "connection refused"),
    ),
    unsynced=1204,
    oldest_at=NOON - 27 * HOUR,
    link=Link.DOWN,
    notices=(content("The disk is nearly full: room for about 6 hours of work. Call IT."),),
)


def choices(*labels: str, tones: tuple[Tone, ...] = ()) -> tuple[Choice, ...]:
    keys = "123456789ABCDEFGHI"
    return tuple(
        Choice(id=f"option{n}", key=keys[n], label=content(label), tone=tones[n] if n < len(tones) else Tone.PLAIN)
        for n, label in enumerate(labels)
    )


def fact(label: str, value: str, tone: Tone = Tone.PLAIN) -> Fact:
    return Fact(content(label), content(value), tone)


SIGN_IN = View(
    Prompt(workflow="sign_in", step="badge", instruction=content("Scan your badge"), accepts=(ScanKind.BADGE,)),
    replace(READY, operator=""),
)

MENU = View(
    Prompt(
        workflow="menu",
        step="task",
        instruction=content("Choose a task"),
        accepts=(ScanKind.COMMAND,),
        choices=tuple(
            Choice(id=task.lower(), key=str(n), label=content(task), command=task.upper())
            for n, task in enumerate(("Receive", "Inspect", "Sort", "Trace"), 1)
        ),
    ),
    READY,
    Result(ResultTone.GOOD, content("Hello Dana"), "RLB1001K", 1),
)

RECEIVE = View(
    Prompt(
        workflow="receive",
        step="parcel",
        instruction=content("Scan a parcel"),
        detail=content("Any label on it will do."),
        accepts=(ScanKind.TRACKING, ScanKind.RMA, ScanKind.PARCEL_PLATE),
        can_undo=True,
    ),
    READY,
    Result(ResultTone.GOOD, content("Parcel RLPD010000041X goes to lane BENCH-1."), "RLPD010000041X", 7),
)

QUESTION = View(
    Prompt(
        workflow="inspect",
        step="question",
        instruction=content("How does the display look?"),
        detail=content("Hold it under the lamp, switched off."),
        choices=choices(
            "Shattered or glass missing",
            "Cracked, all glass in place",
            "Dead pixels, lines or stains",
            "Deep scratches, felt with a nail",
            "Light scratches, seen but not felt",
            "Hairline scratches under the lamp",
            "As new",
            "Protective film still on",
            "Cannot be seen, does not switch on",
            tones=(Tone.BAD, Tone.WARN),
        ),
        facts=(
            fact("Product", "Nordlicht X2 128 GB graphite"),
            fact("Client", "Nordwind"),
            fact("RMA", "RMA-100234"),
            fact("Serial", "NX2-88A41-7", Tone.GOOD),
            fact("Reason", "Does not charge", Tone.WARN),
        ),
        checklist=(
            ChecklistLine(content("Nordlicht X2 128 GB"), "seen", 1, 1),
            ChecklistLine(content("USB-C cable 2 m"), "partial", 1, 2),
            ChecklistLine(content("Silicone case"), "open", 0, 1),
            ChecklistLine(content("Wool socks 43"), "other_client", 1, 0),
        ),
        progress=(3, 7),
        can_undo=True,
        can_cancel=True,
    ),
    READY,
    Result(ResultTone.GOOD, content("Serial agrees with what was shipped."), "NX2-88A41-7", 12),
)

FEW = View(
    Prompt(
        workflow="receive",
        step="hazard",
        instruction=content("Leak, smoke, heat, swelling?"),
        choices=choices(
            "Nothing of the kind", "Something is leaking", "It is hot", tones=(Tone.GOOD, Tone.BAD, Tone.BAD)
        ),
        facts=(fact("Parcel", "RLPD010000042V"), fact("Client", "Nordwind")),
        can_cancel=True,
    ),
    READY,
    Result(ResultTone.BAD, content("That is a BIN. Answer the question first."), "RLDR27", 13),
)

DESTINATION = View(
    Prompt(
        workflow="sort",
        step="bin",
        instruction=content("Put the unit into"),
        destination=content("R-27"),
        accepts=(ScanKind.BIN, ScanKind.CONTAINER),
        facts=(fact("Disposition", "Refurbish"), fact("Client", "Nordwind"), fact("Why", "Battery below 80 %, F3 C4")),
        can_undo=True,
        can_cancel=True,
    ),
    TROUBLED,
    Result(ResultTone.WARN, content("Known from its label only."), "RL1;RLUB01000007Q;refurbish;NW;R-27;3;ABCD", 21),
)

ALARM = View(
    Prompt(
        workflow="sort",
        step="bin",
        instruction=content("Put the unit into"),
        alarm=Alarm(content("Wrong tote"), content("Take the unit out again and put it into R-27.")),
        can_undo=True,
    ),
    READY,
    Result(ResultTone.BAD, content("TOTE0009 takes Recycle, this unit is Refurbish."), "RLCTOTE0009F", 22),
)

TRACE = View(
    Prompt(
        workflow="trace",
        step="code",
        instruction=content("Scan anything"),
        accepts=(ScanKind.TEXT,),
        facts=tuple(
            fact(f"12:{n:02} Dana Kim", f"Event {n} of unit RLUB01000007Q, rules version 3") for n in range(60)
        ),
    ),
    READY,
    Result(ResultTone.GOOD, content("60 events."), "RLUB01000007Q", 30),
)

HOSTILE = View(
    Prompt(
        workflow="receive",
        step="parcel",
        instruction=content("[red]Scan[/] a [/] parcel"),
        choices=choices("[b]bold[/b] \x1b[31mred", "[/nothing]"),
        facts=(fact("[link=x]", "a\x1d\x07b\r\nc"),),
        checklist=(ChecklistLine(content("[@click=app.bell]x[/]"), "open", 0, 1),),
        accepts=(ScanKind.TEXT,),
    ),
    replace(READY, operator="[bold]Eve[/]"),
    Result(ResultTone.BAD, content("[blink]no[/blink]"), "\x1b]0;evil\x07[red]\x00ÿ", 40),
)
