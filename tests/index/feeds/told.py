"""What several tests of collecting publish, and what they read of a report."""

from __future__ import annotations

LONG = (
    "<p>Volunteers counted 212 herons on the marsh on Sunday, eleven more than in any year before.</p>"
    "<p>The count began at dawn and ended when the fog came in from the sea, said the warden Tilda Voss.</p>"
    "<p>Next year it will be held a week earlier, so that the young birds are counted in their nests.</p>"
)

HERONS = (LONG[3:90], LONG[95:180], LONG[200:300])


def counts(report):
    return {outcome.value: n for outcome, n in report.counts.items() if n}


def reasons(report):
    return [refusal.reason for refusal in report.refusals]
