"""What drawing a paper costs, first and next, and how much memory a worker that draws keeps."""

import json
import os
import subprocess
import sys

from django.conf import settings

from project.bench.measure import say
from workflows.documents.models import Paper


def run(*, rounds: int) -> None:
    """One issued paper of each kind among the measured cases."""
    for kind in Paper.objects.order_by("kind").values_list("kind", flat=True).distinct():
        payload = settings.VAR_DIR / "bench" / f"{kind}.json"
        payload.write_text(Paper.objects.filter(kind=kind).first().payload, encoding="utf-8")
        command = [sys.executable, "-m", "project.bench.rendering", kind, str(payload), str(rounds)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
        say("paper", kind=kind, **json.loads(done.stdout))
