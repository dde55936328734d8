"""Our own nodes on viewflow's engine: human steps with outcomes, a fan-out over units, its gathering, and named ends.

Community viewflow has no dynamic fan-out and its view node does permissions and URLs we do not use; these are the
parts of it that a drawing needs, and they write three rows where the stock node writes seven.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.timezone import now
from viewflow import this
from viewflow.workflow import STATUS, Activation, Node, Token, flow
from viewflow.workflow.base import Edge
from viewflow.workflow.nodes import View, mixins
from viewflow.workflow.nodes.end import EndActivation
from viewflow.workflow.nodes.view import ViewActivation
from viewflow.workflow.signals import task_finished

from workflows.access.models import User
from workflows.cases.acts import Act, Effect, Outcome, Tone
from workflows.cases.models import Case, Duty, Stage, State
from workflows.cases.operations import assignments
from workflows.cases.queries import voting

Seat = Callable[[Case, dict[str, Any]], int]


class StepActivation(ViewActivation):
    """A human step at run time. The process carries the `Act` being performed (`process.act`)."""

    @classmethod
    def create(
        cls, flow_task: "Step", prev_activation: Activation, token: Token, data: dict[str, Any] | None = None, seed: Any = None
    ) -> "StepActivation":
        """Persist the task and put it on the work list of the office that has to act."""
        task = flow_task.flow_class.task_class(process=prev_activation.process, flow_task=flow_task, token=token)
        task.data = data or {}
        task.save()
        task.previous.add(prev_activation.task)
        assignments.open_assignment(prev_activation.process.act, task, flow_task)
        return cls(task)

    @Activation.status.transition(source=[STATUS.NEW, STATUS.ASSIGNED], target=STATUS.STARTED)
    def take(self, user: User) -> None:
        """Become the actor's, in memory: taking and completing are one write."""
        self.task.owner = user
        self.task.started = now()

    @Activation.status.transition(source=STATUS.STARTED, target=STATUS.DONE)
    def complete(self) -> None:
        """Write the finished task, only the columns that changed."""
        self.task.finished = now()
        self.task.save(update_fields=["status", "owner", "started", "finished"])
        task_finished.send(sender=self.flow_class, process=self.process, task=self.task)

    def perform(self, user: User) -> None:
        """Take, complete and go on along the outcome that the act chose."""
        self.take(user)
        self.complete()
        self.activate_next()

    @Activation.status.transition(source=STATUS.DONE)
    def create_next(self) -> Iterator[Activation]:
        """Forward along the edge of the outcome, or back: then every other open task of the case becomes void."""
        act = self.process.act
        target, outcome = self._target(act), self.flow_task.outcomes[act.outcome]
        if outcome.kind == "back":
            assignments.void_open(act.case, closed_as="void_by_return", now=act.now, keep_task=self.task.pk)
            yield target._create(self, Token("start"))
        elif isinstance(target, Gather):
            yield from target.arrive(self)
        else:
            yield target._create(self, self.task.token)

    def _target(self, act: Act) -> Node:
        """The node the act leads to: the one a return chose, the one a direct resubmission goes straight to, or the edge's."""
        chosen = act.target or act.jump
        return self.flow_class.instance.node(chosen, no_obsolete=True) if chosen else self.flow_task.targets[act.outcome]


class Step(View):
    """A human step: who acts (`role` at the unit that `at` finds), under which duty, with which outcomes.

    Forward outcomes are the edges of the drawing; returns are not, they leave every chart readable.
    """

    activation_class = StepActivation

    def __init__(self, *, duty: Duty, stage: Stage, role: str, at: Seat) -> None:
        super().__init__(None)
        self.duty, self.stage, self.role, self._at = duty, stage, role, at
        self.outcomes: dict[str, Outcome] = {}
        self.targets: dict[str, Any] = {}

    def On(  # noqa: N802 - reads like the engine's own Next and Case
        self,
        key: str,
        title: Any,
        target: Any,
        *effects: Effect,
        tone: Tone = "neutral",
        worded: bool = False,
        needs: tuple[str, ...] = (),
    ) -> "Step":
        """Leave forward by outcome `key` to `target`, after `effects`."""
        self.outcomes[key] = Outcome(key, title, "forward", tone, worded, needs, effects)
        self.targets[key] = target
        return self

    def Back(self, key: str, title: Any, target: Any, *effects: Effect) -> "Step":  # noqa: N802
        """Send the case back to `target` with a reason, after `effects`."""
        self.outcomes[key] = Outcome(key, title, "back", "back", True, (), effects)
        self.targets[key] = target
        return self

    def seat(self, case: Case, data: dict[str, Any]) -> int:
        """The id of the unit that acts here."""
        return self._at(case, data)

    def _resolve(self, instance: Any) -> None:
        super()._resolve(instance)
        self.targets = {key: this.resolve(instance, target) for key, target in self.targets.items()}

    def _outgoing(self) -> Iterator[Edge]:
        seen = set()
        for key, target in self.targets.items():
            if self.outcomes[key].kind == "forward" and target.name not in seen:
                seen.add(target.name)
                yield Edge(src=self, dst=target, edge_class="next", label=str(self.outcomes[key].title))


class FanOutActivation(Activation):
    """Opens one branch per item, or goes on directly when there is none."""

    @Activation.status.super()
    def activate(self) -> None:
        """Nothing to decide: the items are on the route."""

    @Activation.status.super()
    def create_next(self) -> Iterator[Activation]:
        """One task per item whose turn it is, each with its own split token and the item as its data."""
        act = self.process.act
        items = self.flow_task.items(act)
        if not items:
            yield self.flow_task.if_none._create(self, self.task.token)
            return
        tokens = Token.split_token_source(self.task.token, self.task.pk)
        for item in items[:1] if voting.panel(act.case).mode == "sequence" else items:
            yield self.flow_task._next._create(self, next(tokens), data=item)


class FanOut(mixins.NextNodeMixin, Node):
    """会签 as a drawing: one branch per item of the route."""

    activation_class = FanOutActivation
    task_type = "PARALLEL_GATEWAY"
    bpmn_element = "parallelGateway"
    shape = flow.Split.shape

    def __init__(self, items: Callable[[Act], list[dict[str, Any]]], *, if_none: Any) -> None:
        super().__init__()
        self.items, self.if_none = items, if_none

    def _resolve(self, instance: Any) -> None:
        super()._resolve(instance)
        self.if_none = this.resolve(instance, self.if_none)

    def _outgoing(self) -> Iterator[Edge]:
        yield from super()._outgoing()
        yield Edge(src=self, dst=self.if_none, edge_class="default")


class PassActivation(mixins.NextNodeActivationMixin, Activation):
    """A node that is done as soon as it is reached."""

    @Activation.status.super()
    def activate(self) -> None:
        """Nothing to do."""


class Gather(mixins.NextNodeMixin, Node):
    """The end of a fan-out, under the lock of the case: waits, opens the next in turn, or decides by the panel's rule.

    `rejected` is where a voting panel sends a case it turned down; a panel of opinions never turns one down.
    """

    activation_class = PassActivation
    task_type = "JOIN"
    bpmn_element = "parallelGateway"
    shape = flow.Split.shape

    def __init__(self, *, branches: Any, rejected: Any) -> None:
        super().__init__()
        self.branches, self.rejected = branches, rejected

    def _resolve(self, instance: Any) -> None:
        super()._resolve(instance)
        self.branches, self.rejected = this.resolve(instance, self.branches), this.resolve(instance, self.rejected)

    def arrive(self, activation: Activation) -> Iterator[Activation]:
        """One branch is done: what follows for the panel as a whole."""
        act, task = activation.process.act, activation.task
        standing = voting.standing(act.case, node=task.flow_task.name, items=self.branches.items(act), assignment=act.assignment)
        if standing.closes and standing.others_open:
            assignments.void_open(act.case, closed_as="cancelled", now=act.now, keep_task=task.pk)
        if standing.closes:
            target = self.rejected if standing.rejected else self
            yield target._create(activation, task.token.get_base_split_token())
        elif standing.next_item is not None:
            # The next in turn belongs to the same pass: his voice counts with those before him.
            act.results.setdefault("passes", {})[task.flow_task.name] = act.assignment.pass_no
            base, n = task.token.token.rsplit("_", 1)
            yield task.flow_task._create(activation, Token(f"{base}_{int(n) + 1}"), data=standing.next_item)


class EffectActivation(mixins.NextNodeActivationMixin, Activation):
    """A system step: its effect runs in the transaction of the act that led here."""

    @Activation.status.super()
    def activate(self) -> None:
        """Let the effect do its work; an exception rolls the whole act back."""
        self.flow_task.effect(self.process.act)


class System(mixins.NextNodeMixin, Node):
    """A step the system takes by itself, at once."""

    activation_class = EffectActivation
    task_type = "FUNCTION"
    bpmn_element = "scriptTask"
    shape = flow.Function.shape

    def __init__(self, effect: Effect) -> None:
        super().__init__()
        self.effect = effect


class FinishActivation(EndActivation):
    """Ends the process and says on the case how."""

    @Activation.status.super()
    def activate(self) -> None:
        """Settle the case, then let the engine finish the process."""
        act, node = self.process.act, self.flow_task
        assignments.settle(act.case, node=node.name, stage=act.case.stage, state=node.state)
        act.case.closed_at = act.now
        super().activate.original()


class Finish(flow.End):
    """An end with the state in which it leaves the case."""

    activation_class = FinishActivation

    def __init__(self, state: State) -> None:
        super().__init__()
        self.state = state
