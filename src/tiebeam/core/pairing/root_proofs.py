"""
Proofs for levels whose search left none: how far the plain linear program goes (§M6).

A search over sets of donors, or one that closed pairs on its own word, proves more than it can
show. The program of the law itself proves less, but anybody can add it up: so a reader learns
of every level how near to the best it is for certain.
"""

from collections.abc import Collection, Mapping

from tiebeam.core.model.scenario import LevelName
from tiebeam.core.pairing.problem import Problem
from tiebeam.core.pairing.proof import Proof
from tiebeam.core.pairing.relaxation import Relaxation
from tiebeam.core.pairing.stages import Stage
from tiebeam.core.pairing.tree import Tree


def prove_at_roots(
    problem: Problem, limits: Mapping[Stage, float], chosen: Collection[LevelName]
) -> dict[LevelName, list[Proof | None]]:
    """
    Return what one linear program shows of each stage of the *chosen* levels.

    Args:
        limits: What each stage may cost at most from then on, in the order of the stages;
            none of a level stands as long as one of its stages is missing.
    """
    relaxation = Relaxation(problem)
    tree = Tree(relaxation)
    proofs: dict[LevelName, list[Proof | None]] = {level: [] for level in chosen}
    previous: Stage | None = None
    for stage, limit in limits.items():
        if previous is not None and previous.level != stage.level:
            relaxation.relax_floors(previous.level, problem.slack.get(previous.level, 0.0))
        if stage.level in proofs:
            tree.open_stage(stage)
            tree.bound_root()
            proofs[stage.level].append(tree.proof(stage))
        relaxation.add_floor(stage, limit)
        tree.kept[stage] = limit
        previous = stage
    return proofs
