"""What imports cannot show: names, files, foreign keys, first arguments, settings."""

import ast
import io
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.db.models.fields.reverse_related import ForeignObjectRel

from alongside.config.options import PREFIX, Options

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "alongside"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
LAYERS = (
    "kit",
    "journal",
    "people",
    "audiences",
    "conversations",
    "notes",
    "search",
    "letters",
    "archives",
    "bridges",
    "api",
    "web",
    "config",
)
DOMAIN = ("journal", "people", "audiences", "conversations", "notes", "search", "letters", "bridges")
FIVE = ("rules", "models", "queries", "actions", "followers")
FORBIDDEN_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "managers",
    "base",
    "misc",
    "services",
    "signals",
}
# Where rows are read: queries, and what was cut from them.
READS = (
    *((layer, "queries") for layer in (*DOMAIN, "archives")),
    ("conversations", "own_words"),
    ("conversations", "whole_texts"),
)

# Of queries: those that build a condition or name what is the same for everybody; they read no rows of anybody.
NOT_A_READ = {
    "people.queries.viewer_of_person": "makes the viewer",
    "people.queries.digest_of": "pure",
    "people.queries.first_person_of_try_out": "for a try-out only, where anybody may be anybody",
    "audiences.queries.shared_by": "makes one reader of several",
    "audiences.queries.flat_parts": "ids of audiences, for making one of several",
    "audiences.queries.same_all_of": "ids of audiences, for making one of several",
    "search.queries.state_of_indexes": "how far indexes are, for an administrator",
}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("alongside.")]


def layer_of(model: type[models.Model]) -> int:
    return LAYERS.index(model.__module__.split(".")[1])


def test_every_foreign_key_points_down_the_layers() -> None:
    for model in our_models():
        for field in model._meta.get_fields():
            target = field.related_model
            if field.is_relation and not isinstance(field, ForeignObjectRel) and isinstance(target, type):
                if target.__module__.startswith("alongside."):
                    assert layer_of(target) <= layer_of(model), f"{model.__name__}.{field.name}"
                else:
                    assert target.__module__.startswith("django."), f"{model.__name__}.{field.name}"


def test_nothing_is_reached_backwards() -> None:
    """A reverse accessor would be a way to rows that does not ask who reads."""
    for model in our_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey | models.ManyToManyField):
                assert field.remote_field.hidden, f"{model.__name__}.{field.name} needs related_name='+'"


def public_functions(layer: str, file: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    paths = [SOURCE / layer / f"{file}.py", *sorted((SOURCE / layer / file).glob("*.py"))]
    for path in paths:
        if path.is_file():
            for node in tree(path).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    yield f"{layer}.{file}.{node.name}", node


def first_argument(function: ast.FunctionDef) -> str:
    arguments = [*function.args.posonlyargs, *function.args.args]
    return arguments[0].arg if arguments else ""


def test_every_read_begins_with_who_reads_or_says_that_it_does_not() -> None:
    for layer, file in READS:
        for name, function in public_functions(layer, file):
            if not function.name.startswith("unscoped_") and name not in NOT_A_READ:
                assert first_argument(function) == "viewer", name


def test_every_act_begins_with_who_acts_and_the_rest_is_named() -> None:
    """`_actor` where a tool or the system tells; the journal, and what only follows from rows, have nobody."""
    nobody_acts = {"settle", "retitle", "with_first_words", "remove_empty", "as_it_was", "conversation_as_it_was"}
    for layer in (*(one for one in DOMAIN if one != "journal"), "archives"):
        for name, function in public_functions(layer, "actions"):
            if function.name in nobody_acts:
                continue
            assert first_argument(function) in {"actor", "_actor"}, name
            assert len(function.args.args) == 1, f"{name}: all but who acts is keyword-only"


def test_no_exception_for_a_read_is_left_over() -> None:
    there = {name for layer, file in READS for name, _ in public_functions(layer, file)}
    assert set(NOT_A_READ) <= there


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_module_is_long(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 500


def test_no_module_is_called_after_nothing() -> None:
    names = {part for path in MODULES for part in (*path.relative_to(SOURCE).parent.parts, path.stem)}
    assert not names & FORBIDDEN_NAMES
    classes = {node.name for path in MODULES for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)}
    assert not [name for name in classes if re.search(r"(Service|Helper|Utils?|Mixin)$", name)]


def test_a_domain_package_holds_the_files_it_may() -> None:
    for layer in DOMAIN:
        assert {"rules", "queries"} <= {path.stem for path in (SOURCE / layer).iterdir()}, layer
        assert (SOURCE / layer / "rules.py").is_file() or (SOURCE / layer / "rules").is_dir()


def test_there_are_no_signals_no_generic_keys_and_no_admin() -> None:
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
    for path in MODULES:
        text = path.read_text("utf-8")
        for word in ("GenericForeignKey", "django.dispatch", "post_save", "pre_save", "contrib.admin"):
            assert word not in text, path
    for model in our_models():
        assert "save" not in vars(model), model


def test_no_import_is_relative() -> None:
    for path in MODULES:
        assert not [node for node in ast.walk(tree(path)) if isinstance(node, ast.ImportFrom) and node.level], path


def test_no_migration_is_missing(db: None) -> None:
    said = io.StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=said, stderr=said)
    assert "No changes" in said.getvalue()


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    written = (ROOT / "docs" / "settings.md").read_text("utf-8")
    documented = set(re.findall(rf"{PREFIX}([A-Z_]+)", written))
    known = {field.name.upper() for field in fields(Options)}
    assert known - documented == set()
    assert documented - known <= {"TOKEN", "TEST_STORE"}


def test_every_layer_and_every_rule_file_is_held_by_a_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    by_name = {contract["name"]: contract for contract in contracts}
    layers = by_name["Layers: top imports bottom only"]
    assert layers["exhaustive"]
    rules = {f"alongside.{path.parent.name}.rules" for path in SOURCE.glob("*/rules*")}
    assert rules <= set(by_name["Rules are pure: no ORM, clock or network"]["source_modules"])
    inside = set(by_name["The five files, in order, inside a package"]["containers"])
    assert inside == {f"alongside.{layer}" for layer in (*DOMAIN, "archives")}
    never = set(by_name["Pages and API never import models"]["forbidden_modules"])
    assert {f"alongside.{path.parent.name}.models" for path in SOURCE.glob("*/models*")} == never


def test_what_was_said_goes_and_changes_through_notes_alone() -> None:
    """Or a note would go on being called by words that their author took away (notes/actions/said.py)."""
    mine = {"conversations", "notes"}
    past = [
        f"{path.relative_to(SOURCE)}: {name.name}"
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] not in mine
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "alongside.conversations.actions.messages"
        for name in node.names
        if name.name in {"remove", "take_in"}
    ]
    assert past == []
