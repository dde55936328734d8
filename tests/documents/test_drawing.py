"""Drawn papers, measured from outside: text equal to the source, flush lines, same bytes, marks of the demo, rare characters."""

import hashlib
import json
import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from fontTools import subset
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from tests.documents import pdf, samples
from workflows.documents import drawing, fonts, pages
from workflows.documents.payloads import Measure, Signed

GB2312 = [
    bytes([row, cell]).decode("gb2312")
    for row in range(0xB0, 0xF7 + 1)
    for cell in range(0xA1, 0xFE + 1)
    if (row, cell) < (0xD7, 0xFA) or row > 0xD7
]
EVERY_KIND = [samples.reply(), samples.refusal(), samples.receipt(), samples.form()]


def draw(payload: object, *, demo: bool = False, number: str = "示编委〔2026〕3号") -> bytes:
    frozen = samples.frozen(payload, number=number)
    return drawing.draw(frozen["kind"], frozen, demo=demo)


class TestText:
    def test_of_a_reply_reads_as_written(self) -> None:
        text = pdf.solid(pdf.text_of(draw(samples.reply())))
        expected = [
            "中共示例区委机构编制委员会文件",
            "示编委〔2026〕3号",
            "关于核增东方路街道综合便民服务中心事业编制的批复",
            "东方路街道党工委、办事处：",
            "".join(samples.BODY),
        ]
        for part in [*expected, "中共示例区委机构编制委员会2026年3月25日", "抄送：区委组织部，区财政局。", "2026年3月25日印发"]:
            assert pdf.solid(part) in text

    def test_of_a_letter_reads_as_written(self) -> None:
        text = pdf.solid(pdf.text_of(draw(samples.receipt(case_number="BZ-2026-00021"), number="示编办受〔2026〕7号")))
        for part in (
            "受理编号：BZ-2026-00021",
            "示编办受〔2026〕7号",
            "不予受理告知书",
            "区工信局：",
            "你单位请示收悉。因职责重复，不予受理。",
        ):
            assert part in text

    def test_of_the_form_names_stand_ins_paper_acts_and_votes(self) -> None:
        text = pdf.solid(pdf.cells_of(draw(samples.form())))
        for part in (
            "钱某（孙某代）",
            "依纸质件补录",
            "2026年3月9日10:04",
            "应到5人，实到4人，缺席1人；赞成4票，反对0票，弃权0票；通过。",
            "签名：",
            "会次：",
        ):
            assert part in text

    def test_of_the_form_gives_the_districts_clock(self) -> None:
        said = Signed(section="签发", name="主某", at=datetime(2026, 3, 31, 16, 30, tzinfo=UTC))
        assert "主某2026年4月1日00:30" in pdf.solid(pdf.cells_of(draw(samples.form(decision=said))))

    def test_of_a_form_without_number_or_date_can_be_printed_at_any_step(self) -> None:
        payload = samples.form(boxes=(), votes=(), decision=None).as_json()
        assert "核增东方路街道" in pdf.text_of(drawing.draw("D05", payload, demo=False))

    @effort(max_examples=4)
    @given(st.integers(0, 10**9))
    def test_of_two_thousand_random_characters_comes_back_whole(self, seed: int) -> None:
        chance = random.Random(seed)
        words = ["".join(chance.choices(GB2312, k=chance.randint(2, 30))) + chance.choice("，。；：、") for _ in range(130)]
        words[7] += "《条例》（2019年）98.5%"
        source = "".join(words)
        assert source in pdf.solid(pdf.text_of(draw(samples.refusal(body=(source,)))))


class TestLines:
    def test_end_flush_at_184_mm(self) -> None:
        edges = pdf.right_edges(draw(samples.refusal(body=("编办，核增；同意《条例》2026年“批复”。" * 30,))))
        full = [edge for edge in edges if edge > 182]
        assert len(full) > 15
        assert all(abs(edge - 184.0) <= 0.3 for edge in full)

    def test_fill_a_page_with_22(self) -> None:
        cells = 26 + 28 * 21 + 28 * 10
        assert pdf.pages_of(draw(samples.refusal(body=("编" * cells, "此复。")))) == 3

    def test_leave_no_signature_alone_on_a_page(self) -> None:
        for count in range(1, 24):
            drawn = draw(samples.reply(body=tuple(f"{n}.核定编制，维持不变。" for n in range(count)), attachments=("事项表",)))
            last = pdf.text_of(drawn).rstrip("\f\n ").split("\f")[-1]
            assert "维持不变" in last
            assert "印发" in last


class TestBytes:
    @pytest.mark.parametrize("payload", EVERY_KIND, ids=lambda payload: payload.kind)
    def test_are_the_same_in_another_process(self, payload: object) -> None:
        code = (
            "import sys, json, hashlib, django; django.setup(); from workflows.documents import drawing; p = json.load(sys.stdin); "
            "print(hashlib.sha256(drawing.draw(p['kind'], p, demo=True)).hexdigest())"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            input=json.dumps(samples.frozen(payload)).encode(),
            cwd=settings.BASE_DIR,
            capture_output=True,
            check=True,
        )
        assert done.stdout.decode().split()[-1] == hashlib.sha256(draw(payload, demo=True)).hexdigest()

    def test_do_not_depend_on_what_was_drawn_before(self) -> None:
        first = draw(samples.reply())
        draw(samples.form())
        draw(samples.receipt(body=("堃昇玥喆赟" * 40,)))
        assert draw(samples.reply()) == first

    def test_do_not_depend_on_the_screen_language(self) -> None:
        from django.utils import translation

        first = draw(samples.form())
        with translation.override("en"):
            assert draw(samples.form()) == first


class TestDemo:
    @pytest.mark.parametrize(
        "payload", [*EVERY_KIND, samples.reply(body=samples.BODY * 3), samples.form(opinion="经核属实。" * 600)], ids=lambda p: p.kind
    )
    def test_marks_every_page(self, payload: object) -> None:
        drawn = pdf.text_of(draw(payload, demo=True)).rstrip("\f\n ").split("\f")
        assert all({"演", "示", "数", "据"} <= set(page) for page in drawn)

    def test_stamps_a_sample_seal_and_the_real_thing_has_none(self) -> None:
        assert "样章" in pdf.solid(pdf.text_of(draw(samples.reply(), demo=True)))
        assert "样章" not in pdf.solid(pdf.text_of(draw(samples.reply())))


class TestForm:
    def test_fits_one_page(self) -> None:
        assert pdf.pages_of(draw(samples.form())) == 1

    def test_goes_on_to_a_second_page_under_a_repeated_head(self) -> None:
        opinion = "经核，该中心承担35项便民服务事项，" * 120
        drawn = draw(samples.form(opinion=opinion))
        first, second, *_ = pdf.cells_of(drawn).split("\f")
        assert "审批表（续）" not in first
        assert "机构编制事项审批表（续）" in pdf.solid(second)
        assert "BZ-2026-00018" in second
        assert pdf.solid(pdf.cells_of(drawn)).count("该中心承担35项便民服务事项") == 120

    def test_repeats_the_head_of_a_long_table_and_keeps_a_group_of_opinions_together(self) -> None:
        rows = tuple(Measure(item=f"第{n}学校党组织书记", approved="0", asked="1", change="+1") for n in range(82))
        pages_ = pdf.cells_of(draw(samples.form(measures=rows))).rstrip("\f\n ").split("\f")
        assert sum("现状表" in page for page in pages_) == 3
        assert sum("区财政局" in page for page in pages_) == sum("区财政局" in page and "区委组织部" in page for page in pages_) == 1


class TestRareCharacters:
    def test_come_from_the_next_font_when_the_customers_lacks_them(self, tmp_path: Path, settings: object) -> None:
        settings.VAR_DIR = tmp_path
        own_font(tmp_path / "fonts" / "own.otf", "Kehu FangSong", "".join(samples.BODY))
        chain = fonts.faces()["body"]
        assert [font.is_own for font in chain] == [True, False]
        report = fonts.report(["张堃"])
        assert (report.substituted, report.absent) == ("张堃", "")
        drawn = draw(samples.reply(body=("张堃同意。",)))
        assert "张堃同意。" in pdf.solid(pdf.text_of(drawn))
        assert any(name.split("+")[1] == chain[0].family for name in font_names(drawn))

    def test_in_no_font_print_a_geta_mark_and_are_reported(self) -> None:
        report = fonts.report(pages.texts(samples.reply(body=("李\ue123、\U0001f642同意",)).as_json()))
        assert report.absent == "\ue123\U0001f642"
        assert "李〓、〓同意" in pdf.solid(pdf.text_of(draw(samples.reply(body=("李\ue123、\U0001f642同意",)))))

    def test_in_names_are_all_in_the_base_font(self) -> None:
        assert fonts.report(["堃昇玥喆赟翀旻祎镕韡㐱"]) == fonts.Report("", "")

    def test_missing_base_font_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fonts, "_SYSTEM_DIRS", ())
        fonts._system.cache_clear()
        with pytest.raises(fonts.NoFonts, match="fonts-noto-cjk"):
            fonts._system("body")


class TestSpeed:
    def test_of_a_warm_short_paper_is_below_a_second_on_a_busy_machine(self) -> None:
        draw(samples.reply())
        taken = []
        for _ in range(3):
            started = time.perf_counter()
            draw(samples.reply())
            taken.append(time.perf_counter() - started)
        assert min(taken) < 1.0


def own_font(path: Path, family: str, text: str) -> None:
    """A customer's font file: a cut of the base font with only the characters of `text`, under another name."""
    base = fonts.faces()["body"][-1]
    font = TTFont(base.path, fontNumber=base.index)
    cutter = subset.Subsetter(subset.Options(layout_features=[], name_IDs=["*"], notdef_outline=True))
    cutter.populate(text=text)
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID in {1, 3, 4, 6, 16}:
            record.string = family.replace(" ", "") if record.nameID in {3, 6} else family
    font["CFF "].cff.fontNames = [family.replace(" ", "")]
    path.parent.mkdir(parents=True)
    font.save(path)


def font_names(drawn: bytes) -> set[str]:
    """Names of the fonts in a PDF, with their subset tags."""
    listed = subprocess.run(["pdffonts", "-"], input=drawn, capture_output=True, check=True).stdout.decode()
    return {line.split()[0] for line in listed.splitlines()[2:] if "+" in line.split()[0]}
