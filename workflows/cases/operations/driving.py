"""Handing an act to the engine, which completes the task and opens what follows."""

from workflows.cases.acts import Act

# The columns of a case that an act may change, itself or through the steps it leads to.
CASE_FIELDS = [
    "number", "title", "search", "stage", "state", "node", "route", "rule", "section", "body_index", "deadline",
    "submitted_at", "accepted_at", "decided_at", "closed_at",
]  # fmt: skip


def drive(act: Act) -> None:
    """This function will let the engine complete the act's task and open what follows; the caller saves the case."""
    task = act.assignment.task
    task.process.act = act
    task.flow_task.activation_class(task).perform(act.actor)
