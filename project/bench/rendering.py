"""Draws one payload again and again in a fresh process, as a worker would, and says what it cost. Run by `papers`."""

import json
import resource
import sys
from pathlib import Path
from statistics import median

import django


def draw(kind: str, payload: dict[str, object], rounds: int) -> dict[str, object]:
    """Seconds for the first and the median of the next drawings, peak memory, size, and whether every file is the same."""
    from project.bench.measure import timed
    from workflows.documents import drawing

    files: list[bytes] = []
    first = timed(lambda: files.append(drawing.draw(kind, payload, demo=True)))
    following = [timed(lambda: files.append(drawing.draw(kind, payload, demo=True))) for _ in range(rounds)]
    return {
        "first_s": round(first, 3),
        "next_s": round(median(following), 3),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "kb": len(files[0]) // 1024,
        "byte_stable": len(set(files)) == 1,
    }


if __name__ == "__main__":
    django.setup()
    print(json.dumps(draw(sys.argv[1], json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")), int(sys.argv[3]))))
