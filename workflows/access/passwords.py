"""Pure: what a password must be (GB/T 22239 8.1.4.1 身份鉴别), and the making of one that is used once."""

import secrets
import string
from collections.abc import Iterable

from django.utils.translation import gettext as _

from workflows.lib.findings import Finding

LENGTH_MIN = 10
CLASSES_MIN = 3
REMEMBERED = 5
DAYS_VALID = 90
SYMBOLS = "-_=+#%@!?"
# Without the characters that are read wrongly off a slip of paper: 0 O o 1 l I.
READABLE = "".join(sorted(set(string.ascii_letters + string.digits) - set("0Oo1lI")))


def classes(password: str) -> int:
    """How many of lower case, upper case, digits and everything else occur, 0 to 4."""
    kinds: Iterable[bool] = (
        any(char.islower() for char in password),
        any(char.isupper() for char in password),
        any(char.isdigit() for char in password),
        any(not char.isalnum() for char in password),
    )
    return sum(kinds)


def check(password: str, *, username: str, name: str, reused: bool = False, complexity: bool = True) -> list[Finding]:
    """What is wrong with a new password; nothing if it may be used. `complexity` is off under the ASVS profile."""
    article = _("GB/T 22239—2019 身份鉴别")
    found = []
    if len(password) < LENGTH_MIN:
        found.append(_block("P01", _("密码至少%(n)s个字符。") % {"n": LENGTH_MIN}, article))
    if complexity and classes(password) < CLASSES_MIN:
        found.append(_block("P02", _("密码须含大写字母、小写字母、数字、符号中的三类。"), article))
    lowered = password.lower()
    if any(len(word) >= 4 and word in lowered for word in {username.lower(), name.lower(), *username.lower().split(".")}):
        found.append(_block("P03", _("密码不能含有账号或者姓名。"), article))
    if reused:
        found.append(_block("P04", _("不能使用最近%(n)s次用过的密码。") % {"n": REMEMBERED}, article))
    return found


def one_time() -> str:
    """A random password of 14 characters in four classes, easy to copy from a slip of paper."""
    while True:
        letters = [secrets.choice(READABLE) for _place in range(12)]
        candidate = "".join(letters[:6]) + secrets.choice(SYMBOLS) + "".join(letters[6:]) + secrets.choice(string.digits[2:])
        if classes(candidate) == 4:
            return candidate


def _block(code: str, message: str, article: str) -> Finding:
    return Finding(code=code, level="block", message=message, field="password", article=article)
