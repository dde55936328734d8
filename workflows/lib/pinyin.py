"""Pure: the first letters of Chinese words, so that `scjgj` finds 市场监管局."""

from pypinyin import Style, lazy_pinyin


def initials(text: str) -> str:
    """Lower-case first letters of the Chinese characters and the ASCII letters and digits of `text`; all else is left out.

    Words decide how a character is read: 行政 gives `xz`, 银行 gives `yh`.
    """
    letters = lazy_pinyin(text, style=Style.FIRST_LETTER, strict=False)
    return "".join(char for char in "".join(letters).lower() if char.isascii() and char.isalnum())
