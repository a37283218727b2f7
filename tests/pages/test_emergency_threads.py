"""A deployment is taken away as a thread of EDXL-RM: what the standard requires, in its order, for its parties."""

from xml.etree import ElementTree as ET

import pytest
from tests.grounds import ground
from tests.records.emergency_grounds import make_emergency

from tiebeam.apps.emergencies.queries.standing import list_steps
from tiebeam.platform.tenancy.acting import acting

DE = "{urn:oasis:names:tc:emergency:EDXL:DE:1.0}"
MSG = "{urn:oasis:names:tc:emergency:EDXL:RM:1.0:msg}"
RM = "{urn:oasis:names:tc:emergency:EDXL:RM:1.0}"
REQUIRED_OF_DE = [
    *("distributionID", "senderID", "dateTimeSent", "distributionStatus"),
    *("distributionType", "combinedConfidentiality"),
]
"""In the order of EDXL-DE 1.0, before the content."""
ORDER = [
    *("MessageID", "SentDateTime", "MessageContentType", "MessageDescription"),
    *("OriginatingMessageID", "PrecedingMessageID", "IncidentInformation"),
    *("ContactInformation", "ResourceInformation"),
]
"""Of every message of EDXL-RM 1.0."""
OPTIONAL = {"MessageDescription", "PrecedingMessageID"}
ANSWERS_A_REQUEST = ("ResponseToRequestResource", "CommitResource")


@pytest.fixture
@ground
def grounds(workspace, now):
    return make_emergency(workspace, now)


def names_of(parent, space):
    return [child.tag.removeprefix(space) for child in parent]


def messages_of(content):
    root = ET.fromstring(content)
    assert root.tag == f"{DE}EDXLDistribution"
    assert names_of(root, DE)[:6] == REQUIRED_OF_DE
    assert root.findtext(f"{DE}senderID") == "tiebeam@testserver"
    return [each[0] for each in root.iter(f"{DE}embeddedXMLContent")]


class TestThread:
    """§E6."""

    def test_says_what_the_standard_requires_in_its_order(self, grounds, as_fujian):
        deployment = grounds.ask(said={"text": "Nurses & <doctors>"}).deployment
        grounds.send(deployment, until="released")
        found = messages_of(
            as_fujian.get(f"/emergencies/deployments/{deployment.pk}/thread.xml").content
        )

        for message in found:
            names = names_of(message, MSG)
            assert names == [name for name in ORDER if name in names]
            assert set(ORDER) - set(names) <= OPTIONAL
            assert message.findtext(f"{MSG}MessageContentType") == message.tag.removeprefix(MSG)
            assert message.findtext(f"{MSG}ContactInformation/{RM}ContactRole") == "Sender"
            resource = message.find(f"{MSG}ResourceInformation")
            assert names_of(resource, MSG)[0] == "ResourceInfoElementID"
            is_answer = message.tag.removeprefix(MSG) in ANSWERS_A_REQUEST
            told = resource.findtext(f"{MSG}ResponseInformation/{RM}ResponseType")
            assert told == ("Accept" if is_answer else None)
        assert found[0].findtext(f"{MSG}MessageDescription") == "Nurses & <doctors>"
        schedule = found[0].findall(f"{MSG}ResourceInformation/{MSG}ScheduleInformation")
        assert [each.findtext(f"{RM}ScheduleType") for each in schedule] == [
            "RequestedArrival",
            "RequestedReturnDeparture",
        ]

    def test_holds_the_ids_of_the_steps_and_what_each_answers(self, grounds, as_huanggang):
        deployment = grounds.ask().deployment
        grounds.send(deployment, until="returned")
        found = messages_of(
            as_huanggang.get(f"/emergencies/deployments/{deployment.pk}/thread.xml").content
        )
        with acting(grounds.actors["host"]):
            steps = [step for step in list_steps(deployment) if step.message]
        ids = [f"urn:uuid:{step.pk}" for step in steps]

        assert [each.findtext(f"{MSG}MessageID") for each in found] == ids
        assert {each.findtext(f"{MSG}OriginatingMessageID") for each in found} == {ids[0]}
        assert [each.findtext(f"{MSG}PrecedingMessageID") for each in found] == [None, *ids[:-1]]
        assert [each.tag.removeprefix(MSG) for each in found] == [
            *("RequestResource", "ResponseToRequestResource", "RequisitionResource"),
            *("CommitResource", *["ReportResourceDeploymentStatus"] * 3, "ReleaseResource"),
            "ReportResourceDeploymentStatus",
        ]

    def test_of_an_incident_holds_what_the_reader_may_read(
        self, grounds, as_coordinator, as_hunan, as_nobody
    ):
        first, second = (
            grounds.ask().deployment,
            grounds.ask("other", said={"reason": "R"}).deployment,
        )
        address = f"/emergencies/{grounds.incident.pk}/thread.xml"

        def read(client):
            return {
                message.findtext(f"{MSG}ResourceInformation/{MSG}Resource/{MSG}ResourceID")
                for message in messages_of(client.get(address).content)
            }

        assert read(as_coordinator) == {f"urn:uuid:{first.pk}", f"urn:uuid:{second.pk}"}
        assert read(as_hunan) == {f"urn:uuid:{second.pk}"}
        own = f"/emergencies/deployments/{first.pk}/thread.xml"
        assert as_hunan.get(own).status_code == 404
        assert own in as_coordinator.get(f"/emergencies/deployments/{first.pk}/").content.decode()
        assert address in as_hunan.get(f"/emergencies/{grounds.incident.pk}/").content.decode()
        asked = as_coordinator.get(f"/api/v1/threads/deployment/{first.pk}")
        assert len(messages_of(asked.content)) == 1
        assert as_hunan.get(f"/api/v1/threads/deployment/{first.pk}").status_code == 404
        both = as_hunan.get(f"/api/v1/threads/incident/{grounds.incident.pk}")
        assert len(messages_of(both.content)) == 1
