"""A hash list as a file, for pages and for programs."""

from collections.abc import Mapping

from django.http import StreamingHttpResponse

from clew.actions import issuing
from clew.actions.issuing import Chosen, Form
from clew.domain.handling import Actor
from clew.web.pieces import file_of

CONTENT_TYPES: Mapping[Form, str] = {Form.CSV: "text/csv", Form.VICS: "application/json"}
ENDINGS: Mapping[Form, str] = {Form.CSV: "csv", Form.VICS: "json"}


def file(actor: Actor, chosen: Chosen, form: Form) -> StreamingHttpResponse:
    """What was chosen, in its form; it is called after its act. `Clew-Next` says where the following list begins."""
    name = f"hash-list-{chosen.act_id}.{ENDINGS[form]}"
    answer = file_of(issuing.give(actor, chosen, form), name, CONTENT_TYPES[form])
    answer.headers["Clew-Act"] = str(chosen.act_id)
    answer.headers["Clew-Media"] = str(chosen.counted.media)
    if chosen.counted.next is not None:
        answer.headers["Clew-Next"] = str(chosen.counted.next)
    return answer
