"""What an officer finds on arriving: what waits, in the order in which it should be looked at."""

from enum import StrEnum

COUNTED_MAX = 100
"""Nobody works on more at once; counting further costs and says nothing."""
LEADS_SHOWN_MAX = 5
OUTCOMES_SHOWN_MAX = 6
OUTCOME_DAYS = 60
"""So long an outcome stays on the home page, also once it was seen."""
INTAKES_SHOWN_MAX = 5


class Waiting(StrEnum):
    """What waits for an officer or the own unit; others wait for the first ones."""

    QUESTIONS = "questions"
    MESSAGES = "messages"
    OVERLAPS = "overlaps"
    NEXT_STEPS = "next-steps"
    VICTIM_STEPS = "victim-steps"
    OBJECTS = "objects"
    REFERRALS = "referrals"
    RELEASES = "releases"
    BROUGHT = "brought"
    HANDLINGS = "handlings"
    RETENTIONS = "retentions"
    ENDS = "ends"
    CERTIFICATIONS = "certifications"
    EXPIRING = "expiring"
    REQUESTS = "requests"
    CONSULTATIONS = "consultations"
    PROPOSALS = "proposals"
    CANDIDATES = "candidates"
