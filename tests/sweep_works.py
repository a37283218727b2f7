"""Works of sweeps for the tests: a worker process imports them by name."""

import os
import signal
import time
from pathlib import Path

from tiebeam.errors import Fault, InvalidInput


def square(cell):
    return {"root": cell["number"], "square": cell["number"] ** 2, "names": ["武汉", "Wuhan"]}


def spread(cell):
    """Compute what depends on the order of sums, on seeds and on linear algebra."""
    import numpy as np

    drawn = np.random.default_rng(cell["seed"]).standard_normal((40, 40))
    return np.linalg.eigvalsh(drawn @ drawn.T).tolist()


def note(cell):
    """Leave a mark each time it is computed."""
    with Path(cell["marks"]).open("a", encoding="utf-8") as file:
        file.write(f"{cell['number']}\n")
    return cell["number"]


def die_once(cell):
    """End the worker of the third cell the first time, as the system does when memory is short."""
    marker = Path(cell["folder"]) / "died"
    if cell["number"] == 3 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return cell["number"]


def die_always(cell):
    if cell["number"] == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return cell["number"]


def refuse(cell):
    raise InvalidInput([Fault(code="cases.unknown", value=str(cell["number"]))])


def wait_long(cell):
    time.sleep(cell["seconds"])
    return cell["seconds"]
