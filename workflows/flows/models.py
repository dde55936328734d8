"""The process of each flow as a thin proxy: the named conditions its drawing reads, and nothing stored."""

from typing import ClassVar

from viewflow.workflow.models import Process

from workflows.cases.acts import Act


class StaffingChange(Process):
    """A staffing case's process. `act` is the act being performed; it lives only as long as its transaction."""

    act: ClassVar[Act | None] = None

    class Meta:
        proxy = True

    @property
    def deferred(self) -> bool:
        """The body put the matter off; it comes before the same body again."""
        return self.act.outcome == "defer"

    @property
    def more_bodies(self) -> bool:
        """The body approved and the route names another one after it."""
        return self.act.outcome in {"approve", "amended"} and self.act.case.body_index < len(self.act.case.route["bodies"])

    @property
    def approved(self) -> bool:
        """The last deliberation approved the matter."""
        return self.act.results["approved"]
