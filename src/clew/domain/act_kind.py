"""Kinds of acts: a closed table of every act that goes on record, each under one kind.

`tests/house/test_acts.py` holds it against what the code writes.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from clew.domain.errors import Invalid


class ActKind(StrEnum):
    """What an act is, roughly. The words stand in addresses; none of them is itself an act."""

    SEARCH = "search"
    REVEAL = "reveal"
    """Something was opened to somebody's eyes, or the reveal budget refused it."""
    EXPORT = "export"
    """Something left the node as a file."""
    RULE_CHANGE = "rule-change"
    """Who may see or use what, and by which rule."""
    SIGN_IN = "sign-in"
    READING = "reading"
    CASEWORK = "casework"
    """What is said of media, people, places, series and leads."""
    EXCHANGE = "exchange"
    """What goes from unit to unit and member to member."""
    INTAKE = "intake"
    ADMINISTRATION = "administration"
    """Officers, programs, members, units and exercises."""
    RETENTION = "retention"
    """What ends, is blocked, requested by persons or shredded, and the keys of it."""
    AUDIT = "audit"


_TABLE: Mapping[ActKind, str] = {
    ActKind.SEARCH: "compare compare.show search.media search.read",
    ActKind.REVEAL: """
        crop.over_budget crop.show identity.reveal medium.draw medium.open_released medium.over_budget medium.part
        medium.reveal""",
    ActKind.EXPORT: "audit.export hash_list.export referral.pack report.annual",
    ActKind.RULE_CHANGE: """
        audit.supervisor clue.end_restriction clue.restrict handling.approve handling.change handling.end
        handling.propose handling.reword handling.withdraw link.end_restriction link.restrict member.rule
        overlap.mode overlap.propose_mode retention.set_term
        reveal_budget.end reveal_budget.member reveal_budget.officer reveal_budget.unit scheme.load statistics.publish
        statistics.withdraw""",
    ActKind.SIGN_IN: """
        second_factor.add second_factor.remove second_factor.renew sign_in.begin sign_in.end sign_in.list
        sign_in.refused""",
    ActKind.READING: """
        case.list case.read category.count category.disputes category.list category.read clue.find clue.list
        grid.open grid.read grid.stack handling.preview handling.read hash_list.count hash_list.list home.read lead.list
        lead.read ledger.read_age ledger.read_member ledger.read_sex ledger.read_year link.explore link.find
        link.list link.read link.trace match.read medium.cover medium.inspect medium.preview medium.quote medium.source
        medium.warn medium.whereabouts offender.list offender.read place.chart place.list place.read
        reveal_budget.list reveal_budget.read scheme.list series.find series.list series.localise
        series.proposals series.read series.rejections statistics.read triage.count triage.follow triage.read
        triage.show victim.list victim.list_due victim.read victim.read_steps views.delete views.keep
        views.read""",
    ActKind.CASEWORK: """
        category.record category.review category.withdraw clue.add clue.withdraw identity.forget identity.write
        lead.close lead.follow lead.hand-back lead.raise lead.reopen lead.set-aside lead.take link.accept
        link.add link.propose link.refuse link.withdraw mark.not-relevant mark.relevant mark.undo
        match.not-the-same match.same match.undo offender.describe offender.enter place.describe place.enter
        series.add series.identified series.merge series.narrate series.open series.propose series.reconsider
        series.reject series.remove series.safeguarded series.split series.under-enquiry series.undo
        series.unvote series.vote series.withdrawn victim.describe victim.enter victim.identify victim.locate
        victim.merge victim.propose_identify victim.propose_locate victim.propose_reopen
        victim.propose_safeguard victim.refuse_step victim.reopen victim.safeguard victim.say victim.undo
        victim.withdraw_step""",
    ActKind.EXCHANGE: """
        crop.approve crop.end crop.find crop.keep crop.lapse crop.list crop.make crop.read crop.refuse
        medium.propose_release medium.release medium.withdraw_release message.answer message.ask message.close
        message.list message.nothing-known message.passed message.read message.remark message.translate
        notice.list notice.mail notice.see overlap.consent overlap.decline overlap.list overlap.read
        overlap.read_mode overlap.wait question.answer question.ask question.close question.conclude
        question.find question.list question.pass question.read question.translate referral.accept
        referral.approve referral.build referral.decline referral.find referral.hand-back referral.lapse
        referral.list referral.read referral.withdraw release.list task_force.accept task_force.bring
        task_force.close task_force.come_in task_force.decline task_force.done task_force.invite
        task_force.leave task_force.list task_force.name task_force.not_sure task_force.open
        task_force.propose_bring task_force.put_out task_force.read task_force.set_back task_force.take
        task_force.take_out task_force.withdraw""",
    ActKind.INTAKE: """
        case.stack case.stacked chunk.look_closer chunk.take chunk.take_in exhibit.open export.take_in
        fingerprint.renew hash_list.open hash_list.take_in intake.again intake.begin intake.finish intake.unpack
        intake.walk preview.make upload.begin upload.cancel upload.end upload.list upload.read upload.take_in""",
    ActKind.ADMINISTRATION: """
        certification.found certification.give certification.list_founded certification.propose certification.refuse
        certification.withdraw directory.read exercise.ask exercise.begin exercise.draw exercise.end exercise.fail
        exercise.list exercise.play exercise.read exercise.show_password exercise.take_seizure keys.arrange
        keys.put_back keys.read member.change member.enter member.list member.read officer.admit officer.forget_keys
        officer.invite officer.list officer.set_password readiness.end readiness.list readiness.read readiness.say
        request.repeat suspension.lift suspension.list suspension.member suspension.officer suspension.unit token.end
        token.lend token.list unit.enter""",
    ActKind.RETENTION: """
        block.list case.confirm_shredding case.destroy case.propose_shredding case.read_certificate
        case.read_shredding case.shred case.withdraw_shredding consultation.answer consultation.list consultation.read
        intake.keep_longer key.rotate key.sweep request.admit request.block request.close request.consult
        request.count request.decide request.dismiss request.end request.list request.read request.receive
        request.unblock request.withdraw retention.approve retention.ask retention.ask_block retention.ask_unblock
        retention.begin retention.block retention.end retention.extend retention.let_end retention.list
        retention.list_units retention.proof retention.propose retention.read retention.terms retention.tombstones
        retention.unblock retention.withdraw""",
    ActKind.AUDIT: """
        audit.cosigned audit.prove audit.read audit.read_accesses audit.read_log audit.read_patterns
        audit.verification_failed audit.verify""",
}

KINDS: Mapping[ActKind, tuple[str, ...]] = MappingProxyType(
    {kind: tuple(sorted(acts.split())) for kind, acts in _TABLE.items()}
)
"""The acts of each kind, in the order of the alphabet."""
ACTS: Mapping[str, ActKind] = MappingProxyType({act: kind for kind, acts in KINDS.items() for act in acts})
"""The kind of each act."""


def named(word: str) -> tuple[str, ...]:
    """The acts that a filter means: all of a kind, or the one of that name.

    Raises:
        Invalid: it is neither.
    """
    if word in ACTS:
        return (word,)
    try:
        return KINDS[ActKind(word)]
    except ValueError:
        raise Invalid("Acts are asked for by one act, such as triage.read, or by a kind, such as reveal.") from None
