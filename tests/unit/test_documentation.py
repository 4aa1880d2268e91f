"""What the documentation says of the code is true."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from documented_commands import DOCS, LEAVES, blocks, words_of

from imagewright.cli import exit_codes
from imagewright.formats.limits import DEFAULT_LIMITS
from imagewright.settings import LIMIT, Settings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_generated_pages_are_up_to_date() -> None:
    checked = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"


def test_every_setting_is_on_its_page() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.__dataclass_fields__ if f"`{name}`" not in page]
    assert missing == []


def test_every_limit_is_in_its_table_with_its_default() -> None:
    page = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    for name, value in asdict(DEFAULT_LIMITS).items():
        assert f"| `{LIMIT}{name}` | {value:,} |" in page, name


def test_every_fixed_limit_of_a_file_is_named_with_its_module() -> None:
    page = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    limited = [
        module
        for module in (ROOT / "src" / "imagewright" / "formats").glob("*.py")
        if re.search(r"^_?LARGEST_\w+", module.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert [each.name for each in limited if f"`formats/{each.name}`" not in page] == []


def test_decision_records_have_the_three_parts_and_a_number_of_their_own() -> None:
    records = sorted(ROOT.glob("docs/decisions/*.md"))
    numbers = [record.name[:4] for record in records]
    assert len(set(numbers)) == len(numbers)
    for record in records:
        text = record.read_text(encoding="utf-8").lower()
        assert all(part in text for part in ("context", "decision", "consequences")), record.name


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here to read the unit")
def test_the_systemd_unit_is_right(tmp_path: Path) -> None:
    unit = (ROOT / "packaging" / "imagewright.service").read_text(encoding="utf-8")
    copy = tmp_path / "imagewright.service"
    copy.write_text(unit.replace("/opt/imagewright/bin/imagewright", "/bin/true"))
    checked = subprocess.run(
        ["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False, timeout=60
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_files_that_the_container_is_made_of_are_there() -> None:
    copied = re.findall(
        r"^COPY (?!--)(.+) \S+$", (ROOT / "packaging" / "Containerfile").read_text("utf-8"), re.MULTILINE
    )
    assert copied
    assert [name for line in copied for name in line.split() if not (ROOT / name).exists()] == []


def test_every_module_says_what_it_is_for() -> None:
    for module in (ROOT / "src").rglob("*.py"):
        assert module.read_text(encoding="utf-8").lstrip().startswith('"""'), module.relative_to(ROOT)


def test_modules_stay_small_enough_to_read() -> None:
    for module in (ROOT / "src").rglob("*.py"):
        if "services" not in module.parts:
            lines = len(module.read_text(encoding="utf-8").splitlines())
            assert lines <= 500, f"{module.relative_to(ROOT)} has {lines} lines"


def test_the_tests_that_the_security_page_names_are_there() -> None:
    """And every threat has one."""
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith(("| threat", "|---"))]
    named = {name for row in rows for name in re.findall(r"`(tests/[^`]+)`", row)}
    missing = [name for name in sorted(named) if not _is_a_test(name)]
    assert missing == []
    assert [row for row in rows if "`tests/" not in row] == []


def _is_a_test(name: str) -> bool:
    file, _, function = name.partition("::")
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    return function in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize(("name", "text"), [leaf[:2] for leaf in LEAVES], ids=[leaf[0] for leaf in LEAVES])
def test_every_command_has_an_example_that_stands_in_the_reference(name: str, text: str) -> None:
    documented = [" ".join(words_of(command)) for command in blocks("cli.md")]

    (example,) = re.findall(r"Example: (imagewright .+)", text)

    assert example.startswith(name)
    assert " ".join(words_of(example)) in documented


def test_every_command_that_answers_can_answer_scripts() -> None:
    # These run until they are stopped, show something to people, or write JSON or TOML anyway.
    others = {f"imagewright {name}" for name in ("serve", "worker", "demo", "audit", "sbom", "depot map learn")}
    assert {name for name, _, options in LEAVES if "--json" not in options} == others


def test_the_exit_codes_are_those_of_the_reference() -> None:
    documented = re.findall(r"^\| (\d+) \|", (DOCS / "cli.md").read_text("utf-8"), re.MULTILINE)

    assert {int(code) for code in documented} == {
        value for name, value in vars(exit_codes).items() if name.isupper() and isinstance(value, int)
    }
