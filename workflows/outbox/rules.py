"""Pure: when promised work is late."""

from datetime import timedelta

# A message not handed over within a minute was lost between commit and broker.
UNSENT_AFTER = timedelta(seconds=60)
# A paper takes seconds; after five minutes the worker that took the message is gone.
UNDONE_AFTER = timedelta(minutes=5)
# Two hours of trying: whatever it is, a person has to look.
TRIES_MAX = 24
