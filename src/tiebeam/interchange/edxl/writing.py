"""
Write the messages of deployments in the terms of EDXL-RM 1.0, in one envelope of EDXL-DE 1.0.

Names, order and obligation of the elements are those of the two standards (OASIS, with the
errata of 22 December 2009). People are counts, and senders organisations: nobody is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

DE = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
MSG = "urn:oasis:names:tc:emergency:EDXL:RM:1.0:msg"
RM = "urn:oasis:names:tc:emergency:EDXL:RM:1.0"
KINDS = "urn:tiebeam:kinds-of-teams"
WITH_RESPONSE = frozenset({"accept", "decline"})

for _prefix, _name in (("de", DE), ("msg", MSG), ("rm", RM)):
    register_namespace(_prefix, _name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMessage:
    """
    One message of a thread.

    Attributes:
        kind: Its name in EDXL-RM.
        answer: ``accept`` or ``decline`` where it is a response.
        originating_id: The first message of the thread; its own where it is the first.
        preceding_id: The message that it answers.
        description: What it says in words.
        resource_id: The deployment, which is the same all through a thread.
        resource: What the team is called, or what is asked for.
        status: The state of the deployment after it.
    """

    id: UUID
    kind: str
    answer: str
    sent_at: datetime
    originating_id: UUID
    preceding_id: UUID | None
    description: str
    incident_id: UUID
    incident: str
    sender: str
    resource_id: UUID
    resource: str
    resource_kind: str
    heads: int | None
    starts_on: date | None
    ends_on: date | None
    reason: str
    status: str


def write_thread(
    messages: Sequence[ThreadMessage], *, thread_id: UUID, sender: str, now: datetime, zone: tzinfo
) -> bytes:
    """
    Return an EDXL-DE document that holds *messages* in their order.

    Args:
        sender: Who sends the envelope, as EDXL-DE writes it: name, @ and domain.
        zone: The zone in which days begin.
    """
    root = Element(f"{{{DE}}}EDXLDistribution")
    for name, text in (
        ("distributionID", str(thread_id)),
        ("senderID", sender),
        ("dateTimeSent", _moment(now)),
        ("distributionStatus", "Actual"),
        ("distributionType", "Report"),
        ("combinedConfidentiality", "UNCLASSIFIED AND NOT SENSITIVE"),
    ):
        SubElement(root, f"{{{DE}}}{name}").text = text
    for message in messages:
        content = SubElement(root, f"{{{DE}}}contentObject")
        SubElement(content, f"{{{DE}}}incidentID").text = str(message.incident_id)
        embedded = SubElement(content, f"{{{DE}}}xmlContent")
        embedded = SubElement(embedded, f"{{{DE}}}embeddedXMLContent")
        embedded.append(_message(message, zone))
    indent(root)
    written: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return written + b"\n"


def _message(said: ThreadMessage, zone: tzinfo) -> Element:
    root = Element(f"{{{MSG}}}{said.kind}")
    _add(root, MSG, "MessageID", f"urn:uuid:{said.id}")
    _add(root, MSG, "SentDateTime", _moment(said.sent_at))
    _add(root, MSG, "MessageContentType", said.kind)
    _add(root, MSG, "MessageDescription", said.description)
    _add(root, MSG, "OriginatingMessageID", f"urn:uuid:{said.originating_id}")
    if said.preceding_id is not None:
        _add(root, MSG, "PrecedingMessageID", f"urn:uuid:{said.preceding_id}")
    incident = SubElement(root, f"{{{MSG}}}IncidentInformation")
    _add(incident, RM, "IncidentID", str(said.incident_id))
    _add(incident, RM, "IncidentDescription", said.incident)
    contact = SubElement(root, f"{{{MSG}}}ContactInformation")
    _add(contact, RM, "ContactDescription", said.sender)
    _add(contact, RM, "ContactRole", "Sender")
    _resource(root, said, zone)
    return root


def _resource(root: Element, said: ThreadMessage, zone: tzinfo) -> None:
    """Write what the message is about: one resource, the same element all through the thread."""
    about = SubElement(root, f"{{{MSG}}}ResourceInformation")
    _add(about, MSG, "ResourceInfoElementID", "1")
    if said.answer in WITH_RESPONSE:
        response = SubElement(about, f"{{{MSG}}}ResponseInformation")
        _add(response, RM, "PrecedingResourceInfoElementID", "1")
        _add(response, RM, "ResponseType", said.answer.capitalize())
        _add(response, RM, "ResponseReason", said.reason)
    resource = SubElement(about, f"{{{MSG}}}Resource")
    _add(resource, MSG, "ResourceID", f"urn:uuid:{said.resource_id}")
    _add(resource, MSG, "Name", said.resource)
    kind = SubElement(resource, f"{{{MSG}}}TypeStructure")
    _add(kind, RM, "ValueListURN", KINDS)
    _add(kind, RM, "Value", said.resource_kind)
    status = SubElement(
        SubElement(resource, f"{{{MSG}}}ResourceStatus"), f"{{{MSG}}}DeploymentStatus"
    )
    _add(status, RM, "ValueListURN", "urn:tiebeam:states-of-deployments")
    _add(status, RM, "Value", said.status)
    if said.heads is not None:
        quantity = SubElement(
            SubElement(about, f"{{{MSG}}}AssignmentInformation"), f"{{{RM}}}Quantity"
        )
        _add(quantity, RM, "QuantityText", str(said.heads))
    for name, day in (
        ("RequestedArrival", said.starts_on),
        ("RequestedReturnDeparture", said.ends_on),
    ):
        if day is not None:
            schedule = SubElement(about, f"{{{MSG}}}ScheduleInformation")
            _add(schedule, RM, "ScheduleType", name)
            _add(schedule, RM, "DateTime", datetime.combine(day, time(), zone).isoformat())


def _add(parent: Element, space: str, name: str, text: str) -> None:
    """Add an element; one that would be empty is left out."""
    if text:
        SubElement(parent, f"{{{space}}}{name}").text = _clean(text)


def _clean(text: str) -> str:
    """Return *text* without what XML 1.0 cannot hold."""
    return "".join(sign for sign in text if sign in "\t\n\r" or ord(sign) >= 0x20)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
