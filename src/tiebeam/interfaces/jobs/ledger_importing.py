"""Post an import part by part, from the command line or in the background; cut off, it goes on where it stopped."""

from collections.abc import Callable
from uuid import UUID

from django.utils import timezone

from tiebeam.apps.ledger.import_models import ImportProposal
from tiebeam.apps.ledger.operations import imports
from tiebeam.interfaces.jobs.kinds import Watch, job, tell_by_kind
from tiebeam.platform.notices.runs import told_of_run
from tiebeam.platform.notices.telling import Told
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tenancy.acting import Actor, acting
from tiebeam.platform.time.clock import telling_time

POST_IMPORT = "post_ledger_import"


def post_parts(
    proposal: ImportProposal,
    actor: Actor,
    tell: Callable[[int, int], None],
    should_stop: Callable[[], bool] = lambda: False,
) -> dict[str, int]:
    """
    Post what is left of an import; return how many events and rows were posted, and how many stood already.

    Args:
        proposal: The import.
        actor: The second person.
        tell: Told how many events are done, and of how many.
        should_stop: Asked between parts; what is posted by then stays, and the rest can follow.

    Raises:
        Refused, InvalidInput: The first part that is refused; those before it stand.
    """
    of, part = proposal.events_count, 0
    events = rows = 0
    while part * imports.PART < of and not should_stop():
        part += 1
        with telling_time(timezone.now):
            posted = imports.post_import_part(
                proposal=proposal, part=part, actor=actor, now=timezone.now()
            )
        events, rows = events + posted.batches_count, rows + posted.rows_count
        tell(min(part * imports.PART, of), of)
    return {"events": events, "rows": rows, "stood": min(part * imports.PART, of) - events}


@job(POST_IMPORT)
def post_import(run: Run, actor: Actor, watch: Watch) -> None:
    """Post the import of the run."""
    with acting(actor):
        proposal = ImportProposal.objects.select_related("programme").get(
            pk=UUID(str(run.record_id))
        )

    def tell(done: int, of: int) -> None:
        watch.tell({"phase": "posting", "done": done, "of": of})

    tell(0, proposal.events_count)
    watch.keep({"counts": post_parts(proposal, actor, tell, watch.should_stop)})


@told_of_run(POST_IMPORT)
def tell_posted(run: Run) -> Told:
    """Tell whoever posted an import how that ended."""
    return tell_by_kind(run, "import")
