"""The scenario that `risksim init` writes: a small deal with a comment beside each line."""

from __future__ import annotations

STARTER = """\
# yaml-language-server: $schema=risksim.schema.json
#
# A scenario: one social-outcome deal, from the first day of the contract to the last payment.
# This deal is made up. Each made-up number says so, with the word `assumption`; replace the words by your reason.
# Change the numbers to yours. `risksim check` reads the file and lists what it assumes; `risksim run` simulates it.
#
# How to write a number. Wherever a number stands, it may be certain or uncertain:
#
#   price: 20000                                            certain, without thousands separators
#   success_rate: 0.75                                      a share: 0.75 is 75 %
#   success_rate: {evidence: {successes: 45, of: 60}}       45 of 60 people succeeded somewhere before
#   success_rate: {quantiles: {p10: 0.55, p50: 0.70, p90: 0.82}}    what experts expect: one time in ten below 0.55
#   success_rate: {beta: [30, 10]}                          three in four, as sure as 40 people would make us
#   price: {uniform: [18000, 22000]}                        anything between the two
#
# and it may say where it comes from, published or assumed, never both:
#
#   participants: {value: 120, source: agreement-2025}
#   dropout: {beta: [4, 16], assumption: one in five leaves, as in similar programmes}

schema: 1                      # the version of this language
name: A first deal
description: >-
  A municipality pays for each young person whose well-being improves, and again for each who is in work or education
  a year and a half after enrolling. An investor pays for the programme and gets what the municipality pays.
currency: DKK                  # all amounts are whole units of it: kroner, not øre

# The contract runs from start to end. At each follow-up the parties count what was achieved, and the municipality pays.
start: {value: 2026-01-01, assumption: made up}
end: {value: 2030-12-31, assumption: made up; long enough to measure the last who enrol}
follow_up: {every: 6 months, assumption: made up; half-yearly follow-ups are common}
hurdles: [0.0, 0.035]          # yearly returns to hold the deal against: the capital back, and 3.5 %

# Who published what, under a short key. Numbers name the key under `source`.
sources:
  swift-2012: >-
    J. K. Swift and R. P. Greenberg: Premature discontinuation in adult psychotherapy, a meta-analysis, Journal of
    Consulting and Clinical Psychology 80(4), 2012

# Who takes part. One cohort here; towns, years or groups can each be a cohort of their own.
cohorts:
  - name: everybody
    participants: {value: 80, assumption: made up}     # places
    enrolment:                                         # leave the block out if all begin on the first day
      window: {value: 24 months, assumption: made up}  # people enrol over two years
      ramp: {value: 6 months, assumption: made up; it takes half a year until the programme is known}
      ratio:                                           # people who enrol, as a share of the places
        quantiles: {p10: 0.75, p50: 0.95, p90: 1.15}   # above 1: more would come than there are places
        assumption: made up; write what your caseworkers expect, asked apart
    duration: {value: 9 months, assumption: made up}   # from enrolment to the end of a person's course
    dropout:                                           # the share that leaves before the end of the course
      value: 0.197
      source: swift-2012
      note: mean of 669 studies of psychotherapy with adults, as the abstract says; a certain number for the start
    unmeasured:                                        # the share that cannot be measured, so is never paid for
      beta: [2, 18]
      assumption: made up; one in ten stays anonymous or is lost sight of

# What may happen to a person, and when the contract looks.
# `of` says whom the success rate speaks of. `completers`: those who complete, so dropout comes on top.
# `enrolled`: everybody who started, so those who leave are counted already.
outcomes:
  well-being:
    of: completers
    success_rate:
      evidence: {successes: 30, of: 41, weight: 0.5}   # half weight: a pilot in another town
      assumption: made up; write the counts of your own pilot
    measured: {at: completion, assumption: made up}
  work or education:
    of: enrolled
    success_rate:
      beta: [6, 14]
      assumption: made up; three in ten, as sure as 20 people would make us
    measured: {after_enrolment: 18 months, assumption: made up}

# What is paid, in this order. The cap limits what the rules above it pay together.
payments:
  - per_outcome:
      outcome: well-being
      price: {value: 30000, assumption: made up}
      payer: municipality                              # or region, state, outcome fund
  - per_outcome:
      outcome: work or education
      price: {value: 65000, assumption: made up; if all goes to plan the capital comes back with a gain}
      payer: municipality
  - cap: {total: {value: 3200000, assumption: made up}}

# Who pays for the programme, and when. What the municipality pays goes to the investor.
financing:
  tranches:
    - name: investor
      commitment: {value: 2400000, assumption: made up}
      drawdown: {every: 6 months, times: 4, assumption: made up; four equal instalments while people enrol}
"""


def starter_text() -> str:
    """The text of the starter scenario, which `risksim check` accepts as it stands.

    Returns
    -------
    str
        YAML; its first line points editors to the schema that `risksim schema` writes.
    """
    return STARTER
