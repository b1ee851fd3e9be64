"""Tables of the records: fields and constraints, nothing that decides."""

from clew.records.models.act import (
    Access,
    Act,
    Checkpoint,
    Cosignature,
    Leaf,
    Supervisor,
    Tile,
    WaitingAct,
)
from clew.records.models.admission import Certification, RevealBudget, Suspension
from clew.records.models.case import Case, Chunk, Exhibit, Intake
from clew.records.models.classification import Observation, Scheme
from clew.records.models.clue import Clue, SeriesVote
from clew.records.models.context_key import ContextKey
from clew.records.models.cover import KeptCover
from clew.records.models.exercise import Exercise, ExerciseAsk, ExerciseTruth, ReadinessWord
from clew.records.models.gathering import (
    HashList,
    Listing,
    Series,
    SeriesDissent,
    SeriesMedium,
    SeriesMerge,
    SeriesNarrative,
    SeriesProposal,
    SeriesRejection,
    SeriesSplit,
    SeriesStep,
)
from clew.records.models.handling import HandlingChange, MemberRule
from clew.records.models.identification import ChildCounted, ChildEnded, VictimStep
from clew.records.models.judgement import MatchVerdict
from clew.records.models.lead import Lead, LeadCheck, LeadMedium, LeadNews, LeadStep
from clew.records.models.link import Link, LinkStep
from clew.records.models.look import Exposure, OpenLook, Sighting
from clew.records.models.match import Match
from clew.records.models.medium import FingerprintCounter, FingerprintSet, KeptCamera, Medium, MediumKey, Occurrence
from clew.records.models.member import Member, Officer, Unit
from clew.records.models.message import Correspondence, CorrespondenceRead, MailAddress, Message, Notice, Translation
from clew.records.models.noun import (
    Description,
    Identity,
    Offender,
    Place,
    PlacePoint,
    Victim,
    VictimMerge,
    VictimWord,
)
from clew.records.models.officer_key import OfficerKeys
from clew.records.models.overlap import (
    Overlap,
    OverlapClock,
    OverlapContact,
    OverlapDecision,
    OverlapFactTold,
    OverlapGround,
    OverlapMode,
    OverlapSide,
)
from clew.records.models.perusal import CaseStack, Mark, Preview
from clew.records.models.program import ApiAnswer, Token
from clew.records.models.question import Crop, Question, QuestionAnswer
from clew.records.models.referral import Referral, ReferralPackage
from clew.records.models.request import Consultation, Request
from clew.records.models.retention import Block, RetentionDecision, Term, Tombstone
from clew.records.models.saved_view import SavedView
from clew.records.models.shredding import Release, Shredding
from clew.records.models.sign_in import DoorMemory, SignIn
from clew.records.models.statistic import PeriodStatistic, Publication, Statistic
from clew.records.models.task_force import (
    TaskForce,
    TaskForceDay,
    TaskForceMember,
    TaskForceOfficer,
    TaskForceSeries,
    TaskForceStack,
    TaskForceStackMedium,
)
from clew.records.models.upload import Upload

__all__ = [
    "Access",
    "Act",
    "ApiAnswer",
    "Block",
    "Case",
    "CaseStack",
    "Certification",
    "Checkpoint",
    "ChildCounted",
    "ChildEnded",
    "Chunk",
    "Clue",
    "Consultation",
    "ContextKey",
    "Correspondence",
    "CorrespondenceRead",
    "Cosignature",
    "Crop",
    "Description",
    "DoorMemory",
    "Exercise",
    "ExerciseAsk",
    "ExerciseTruth",
    "Exhibit",
    "Exposure",
    "FingerprintCounter",
    "FingerprintSet",
    "HandlingChange",
    "HashList",
    "Identity",
    "Intake",
    "KeptCamera",
    "KeptCover",
    "Lead",
    "LeadCheck",
    "LeadMedium",
    "LeadNews",
    "LeadStep",
    "Leaf",
    "Link",
    "LinkStep",
    "Listing",
    "MailAddress",
    "Mark",
    "Match",
    "MatchVerdict",
    "Medium",
    "MediumKey",
    "Member",
    "MemberRule",
    "Message",
    "Notice",
    "Observation",
    "Occurrence",
    "Offender",
    "Officer",
    "OfficerKeys",
    "OpenLook",
    "Overlap",
    "OverlapClock",
    "OverlapContact",
    "OverlapDecision",
    "OverlapFactTold",
    "OverlapGround",
    "OverlapMode",
    "OverlapSide",
    "PeriodStatistic",
    "Place",
    "PlacePoint",
    "Preview",
    "Publication",
    "Question",
    "QuestionAnswer",
    "ReadinessWord",
    "Referral",
    "ReferralPackage",
    "Release",
    "Request",
    "RetentionDecision",
    "RevealBudget",
    "SavedView",
    "Scheme",
    "Series",
    "SeriesDissent",
    "SeriesMedium",
    "SeriesMerge",
    "SeriesNarrative",
    "SeriesProposal",
    "SeriesRejection",
    "SeriesSplit",
    "SeriesStep",
    "SeriesVote",
    "Shredding",
    "Sighting",
    "SignIn",
    "Statistic",
    "Supervisor",
    "Suspension",
    "TaskForce",
    "TaskForceDay",
    "TaskForceMember",
    "TaskForceOfficer",
    "TaskForceSeries",
    "TaskForceStack",
    "TaskForceStackMedium",
    "Term",
    "Tile",
    "Token",
    "Tombstone",
    "Translation",
    "Unit",
    "Upload",
    "Victim",
    "VictimMerge",
    "VictimStep",
    "VictimWord",
    "WaitingAct",
]
