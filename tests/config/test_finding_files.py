"""Shipped names, paths, folders, and files that cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archsim.config import files, list_named, load_document, named
from archsim.errors import InputError, UnknownNameError


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Ship a tree of our own: two good files and a bad one."""
    root = tmp_path / "ship" / "hw_configs"
    (root / "family").mkdir(parents=True)
    (root / "family" / "base.yaml").write_text(
        "kind: chip\nname: base\ndescription: The base\ncore: {lanes: 4}\n"
    )
    (root / "child.yaml").write_text("extends: base\nname: child\ncore: {lanes: 8}\n")
    (root / "broken.yaml").write_text("a: [\n")
    monkeypatch.setattr(files, "shipped_root", lambda folder: root)
    monkeypatch.chdir(tmp_path)
    return root


def test_a_shipped_name_is_found_in_any_folder_and_labelled_from_the_top(shipped):
    document = load_document("base", "hw_configs")
    assert document.name == "base"
    assert document.path == shipped / "family" / "base.yaml"
    assert document.locate("core.lanes") == "hw_configs/family/base.yaml:4"
    assert load_document("child", "hw_configs").data == {
        "kind": "chip",
        "name": "child",
        "core": {"lanes": 8},
    }


def test_the_list_shows_inherited_kinds_and_names_what_is_bad(shipped):
    found = {item.name: item for item in list_named("hw_configs")}
    assert list(found) == ["base", "broken", "child"]
    assert (found["base"].kind, found["base"].description) == ("chip", "The base")
    assert (found["child"].kind, found["child"].description) == ("chip", "")
    assert found["broken"].kind == ""
    assert found["broken"].description.startswith("hw_configs/broken.yaml:2: is not valid YAML")
    assert isinstance(found["base"], named.NamedFile)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "bose",
            "unknown hardware, found 'bose'; allowed: base, broken, child; did you mean base?",
        ),
        ("", "unknown hardware, found ''; allowed: base, broken, child"),
        (
            "Base",
            "unknown hardware, found 'Base'; allowed: base, broken, child; did you mean base?",
        ),
        ("..", "unknown hardware, found '..'; allowed: base, broken, child"),
        (
            "a\x00b",
            "unknown hardware, found 'a\\x00b'; allowed: base, broken, child",
        ),
        (
            "x" * 5000,
            f"unknown hardware, found '{'x' * 57}...'; allowed: base, broken, child",
        ),
    ],
)
def test_an_unknown_name_lists_those_there_are(shipped, name, sentence):
    with pytest.raises(UnknownNameError) as caught:
        load_document(name, "hw_configs")
    assert str(caught.value) == sentence


def test_a_file_beside_is_suggested_for_a_bare_name(shipped, refusal):
    Path("mine.yaml").write_text("name: mine\n")
    assert refusal("mine").endswith("did you mean the file mine.yaml?")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("no.yaml", "the file 'no.yaml' does not exist"),
        ("no/such.yaml", "the file 'no/such.yaml' does not exist"),
        ("mine.yml", "the file 'mine.yml' does not exist; did you mean mine.yaml?"),
        (Path("nome"), "the file 'nome' does not exist"),
        (".", "unknown hardware"),
        ("./", "./: is a folder, not a file"),
        ("folder.yaml", "folder.yaml: is a folder, not a file"),
        ("pipe.yaml", "pipe.yaml: is not a regular file"),
        ("dangling.yaml", "the file 'dangling.yaml' does not exist"),
        ("a\x00.yaml", "this cannot be a file name, found 'a\\x00.yaml'"),
        ("a\n.yaml", "this cannot be a file name, found 'a\\n.yaml'"),
        ("x" * 5000 + ".yaml", f"the file '{'x' * 57}...' does not exist"),
        (3, "this is not a source, found 3; allowed: a name, a path or a mapping"),
        (None, "this is not a source, found null; allowed: a name, a path or a mapping"),
        ([], "this is not a source, found an empty list; allowed: a name, a path or a mapping"),
    ],
)
def test_what_is_no_file_is_refused(write, refusal, source, sentence):
    write("mine.yaml", "name: mine\n")
    Path("folder.yaml").mkdir()
    os.mkfifo("pipe.yaml")
    Path("dangling.yaml").symlink_to("nowhere.yaml")
    assert refusal(source).startswith(sentence)


def test_a_file_that_may_not_be_read_is_refused(write, refusal, monkeypatch):
    path = write("mine.yaml", "name: mine\n")

    def forbidden(self, mode):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbidden)
    assert refusal(path) == "mine.yaml: cannot be read: permission denied"


def test_a_changed_file_is_read_again(write, read_chip, chip_text):
    assert read_chip(write("chip.yaml", chip_text)).core.lanes == 4
    assert read_chip(write("chip.yaml", chip_text.replace("lanes: 4", "lanes: 5"))).core.lanes == 5


def test_what_one_reader_does_to_its_data_no_other_sees(write, chip_text):
    path = write("chip.yaml", chip_text)
    core = load_document(path, "hw_configs").data["core"]
    assert isinstance(core, dict)
    core["lanes"] = 999
    assert load_document(path, "hw_configs").data["core"] == {"frequency_hz": "1 GHz", "lanes": 4}


@pytest.mark.parametrize("folder", ["hw_configs", "workloads"])
def test_every_shipped_file_is_called_like_its_content(folder):
    root = files.shipped_root(folder)
    assert root.is_dir()
    stems = [path.stem for path in root.rglob("*.y*ml")]
    assert len(stems) == len(set(stems))
    for item in list_named(folder):
        assert item.kind, item.description
        assert load_document(item.name, folder).name == item.name


def test_an_installed_package_has_its_own_tree(tmp_path, monkeypatch):
    package = tmp_path / "archsim"
    (package / "data" / "hw_configs").mkdir(parents=True)
    monkeypatch.setattr(files, "__file__", str(package / "config" / "files.py"))
    assert files.shipped_root("hw_configs") == package / "data" / "hw_configs"
    assert files.shipped_root("workloads") == tmp_path / "workloads"
    assert files.shipped_files("workloads") == {}


def test_errors_keep_their_kind_and_text_between_processes():
    import pickle  # what multiprocessing does with them

    with pytest.raises(InputError) as caught:
        load_document("no-such-chip", "hw_configs")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert type(again) is UnknownNameError
    assert str(again) == str(caught.value)
    assert again.found == "'no-such-chip'"
