"""Pure: 发文字号, as GB/T 9704 §7.2.5 writes it: six-cornered brackets, the full year, no leading zero, no 第."""


def number(mark: str, year: int, n: int) -> str:
    """`示编委`, 2026, 3 → `示编委〔2026〕3号`."""
    return f"{mark}〔{year}〕{n}号"
