#!/bin/sh
# Every check that needs no database. All of them run; the first failure decides the exit code.
set -u
failed=0
check() {
    echo "── $*"
    "$@" || failed=1
}
check ruff format --check .
check ruff check .
check lint-imports --no-cache
check djlint --quiet --lint templates
check python manage.py makemigrations --check --dry-run
check python project/setup/translations.py
exit $failed
