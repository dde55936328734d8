"""`make bench`: on SQLite, and on PostgreSQL when DATABASE_URL names one. `--quick` measures less."""

import os
import subprocess
import sys

ONE = "--one-database"


def main(arguments: list[str]) -> int:
    """Each database in a process of its own, so that neither warms the other."""
    if ONE in arguments:
        return measure(quick="--quick" in arguments)
    command = [sys.executable, "-m", "project.bench", ONE, *arguments]
    here = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    code = subprocess.run(command, env=here, check=False).returncode
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        code = code or subprocess.run(command, env=os.environ, check=False).returncode
    else:
        print('{"bench": "skipped", "database": "postgresql", "why": "DATABASE_URL names none"}')
    return code


def measure(*, quick: bool) -> int:
    """All measurements on the database of the environment."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings.embedded"
    os.environ.setdefault("DINGBIAN_LOG_LEVEL", "WARNING")
    import django

    django.setup()
    from project.bench import acts, district, pages, papers, scratch

    with scratch.database():
        district.found()
        acts.run(repeats=3 if quick else 12)
        pages.run(many=200 if quick else 2000)
        papers.run(rounds=3 if quick else 10)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
