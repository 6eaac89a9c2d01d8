"""Texts of the reader: folders and tables as real programs write them, and every refusal by name."""

import csv

import numpy as np
import pandas as pd
import pytest

import nasbook as nb
from nasbook.final_testing import final_test
from nasbook.tasks.characters import PADDING, decoded

WORDS = {
    "cats": ["the cat sat", "a cat purrs", "cats climb trees", "one black cat", "my cat sleeps", "Cat, cat!"],
    "dogs": ["the dog barks", "a dog digs", "dogs chase cars", "one big dog", "my dog eats", "Dog; dog."],
}


@pytest.fixture
def folder(tmp_path):
    for name, texts in WORDS.items():
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number, text in enumerate(texts):
            (tmp_path / "pets" / name / f"{number}.txt").write_text(text, encoding="utf-8")
    return tmp_path / "pets"


@pytest.fixture
def table(tmp_path):
    rows = [(text, name) for name, texts in WORDS.items() for text in texts]
    frame = pd.DataFrame(rows, columns=["text", "class"])
    frame.to_csv(tmp_path / "pets.csv", index=False)
    return tmp_path / "pets.csv"


def refused(path, message: str, kind=ValueError, **settings) -> None:
    with pytest.raises(kind, match=message) as caught:
        nb.load_text(path, **settings)
    assert len(str(caught.value)) < 500


def all_of(data) -> dict:
    """The number of texts of each class over all parts."""
    labels = np.concatenate([data.y_train, data.y_validation, data.source("test").targets])
    return dict(zip(data.classes, np.bincount(labels).tolist(), strict=True))


def test_a_folder_and_the_same_texts_in_a_table_are_the_same_data(folder, table):
    one, other = nb.load_text(folder), nb.load_text(table)
    assert one.fingerprint == other.fingerprint
    assert all_of(one) == all_of(other) == {"cats": 6, "dogs": 6}
    assert (one.input_shape, one.x_train.dtype) == ((128,), np.int32)
    assert one.name == "pets"


def test_what_is_read_is_what_clean_leaves(folder):
    import re

    data = nb.load_text(folder, clean=lambda text: re.sub(r"\W", "", text.upper()))
    alphabet = "".join(sorted({*"".join("".join(some) for some in WORDS.values()).upper()} - {*" ,!;."}))
    lengths = (data.x_train != PADDING).sum(axis=1)
    assert set(lengths) <= {len(re.sub(r"\W", "", text)) for some in WORDS.values() for text in some}
    assert len({*decoded(data.x_train.ravel(), alphabet * 9)}) <= len(alphabet)


def test_a_network_learns_the_readers_own_texts(folder):
    data = nb.load_text(folder)
    space = nb.text_space()
    genes = dict(
        embedding=8, patch=2, width=32, kind="convolution", layers=1, kernel=3, pool="max", dropout=0.0
    )
    trainer = nb.Trainer(data, build=nb.text.build, epochs=30, learning_rate=1e-2, batch_size=4)
    assert trainer(space.architecture(genes)).status == "done"
    test = final_test(space.architecture(genes), data, build=nb.text.build, epochs=2, seeds=1)
    assert 0 <= test.mean <= 1


def test_equal_texts_stay_on_one_side(tmp_path):
    rows = [("a" * n, name) for name in "xy" for n in range(1, 9) for _ in range(3)]
    pd.DataFrame(rows, columns=["text", "class"]).to_csv(tmp_path / "twins.csv", index=False)
    data = nb.load_text(tmp_path / "twins.csv")
    parts = [data.train, data.validation, data.source("test")]
    seen = [{(row.tobytes(), label) for row, label in zip(p.inputs, p.targets, strict=True)} for p in parts]
    assert not seen[0] & seen[1]
    assert not (seen[0] | seen[1]) & seen[2]


def test_groups_stay_together(folder):
    data = nb.load_text(folder, groups=lambda name: (name[:4], int(name.split("/")[1][0]) // 2))
    assert [len(data.train), len(data.validation), len(data.source("test"))] == [4, 4, 4]
    refused(folder, "Texts without a group: cats/1.txt.*its name as it is here", groups={"cats/0.txt": 1})


def test_tables_as_programs_write_them_are_read(tmp_path):
    rows = [
        ('a, b\nand "c"', "one"),
        ("d", "two"),
        *[(f"e{'f' * n}", kind) for n in range(5) for kind in ("one", "two")],
    ]
    for name, encoding, quoting in (
        ("bom", "utf-8-sig", csv.QUOTE_MINIMAL),
        ("quoted", "utf-8", csv.QUOTE_ALL),
    ):
        frame = pd.DataFrame(rows, columns=["text", "class"])
        frame[["class", "text"]].to_csv(
            tmp_path / f"{name}.csv", index=False, encoding=encoding, quoting=quoting, lineterminator="\r\n"
        )
        assert all_of(nb.load_text(tmp_path / f"{name}.csv")) == {"one": 6, "two": 6}


def test_what_is_no_text_is_refused_by_name(folder):
    (folder / "cats/latin.txt").write_bytes("Kätzchen".encode("latin-1"))
    (folder / "dogs/word.txt").write_bytes("Hündchen".encode("utf-16"))
    refused(folder, r"no text in UTF-8: cats/latin\.txt, dogs/word\.txt\. To go on, save them again")


def test_texts_in_which_nothing_is_left_are_refused_by_name(folder):
    (folder / "cats/empty.txt").write_text("")
    (folder / "dogs/numbers.txt").write_text("12, 13\n")
    refused(folder, r"nothing is left to read: cats/empty\.txt, dogs/numbers\.txt")
    assert len(nb.load_text(folder, clean=lambda text: text or "-").classes) == 2


def test_one_class_is_refused(folder, tmp_path):
    (tmp_path / "one").mkdir()
    (folder / "cats").rename(tmp_path / "one/cats")
    refused(tmp_path / "one", r"has 1 class folder\(s\): give one that holds a folder of texts")
    pd.DataFrame({"text": ["a", "b"], "class": ["x", "x"]}).to_csv(tmp_path / "one.csv", index=False)
    refused(tmp_path / "one.csv", "one class, 'x': give at least 2")


def test_folders_with_strays_or_nothing_are_refused(folder, tmp_path):
    (folder / "readme.txt").write_text("x")
    refused(folder, r"outside of a class folder: readme\.txt")
    (folder / "readme.txt").unlink()
    (folder / "birds").mkdir()
    refused(folder, "without a text: birds")
    refused(tmp_path / "gone", "There is no .*gone: give a folder", FileNotFoundError)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text;class\na;x\nb;y\n", "names the columns text;class: give a CSV"),
        ("a,x\nb,y\n", r"names the columns a, x: give a CSV file, with commas"),
        ("", r"names the columns \(none\)"),
        ("text,class\n", "has a first line and no texts"),
        ("text,class\na,x\nb, c,y\n", r"do not have two columns: line 3\. To go on, put texts with commas"),
        ("text,class\na,x\nb,\n", "Lines without a class: line 3"),
        ("text,class\na,x\n,y\n", "nothing is left to read: line 3"),
    ],
    ids=["semicolons", "no header", "empty", "no lines", "comma in a text", "no class", "no text"],
)
def test_tables_that_contradict_themselves_are_refused(tmp_path, content, message):
    (tmp_path / "table.csv").write_text(content, encoding="utf-8")
    refused(tmp_path / "table.csv", message)


def test_a_table_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "table.csv").write_bytes("text,class\nKätzchen,x\n".encode("cp1252"))
    refused(tmp_path / "table.csv", r"table\.csv is no text in UTF-8: save it again")


def test_too_few_texts_and_shares_that_leave_nothing_are_refused(tmp_path, table):
    rows = pd.DataFrame({"text": ["a", "b", "c", "d"], "class": ["x", "x", "x", "y"]})
    rows.to_csv(tmp_path / "few.csv", index=False)
    refused(tmp_path / "few.csv", r"Too few texts .*: y \(1\)")
    refused(table, "give shares of the texts", validation=0.6, test=0.5)


def test_texts_that_have_changed_are_not_tested_on(folder, table):
    data = nb.load_text(folder)
    (folder / "cats/0.txt").write_text("another text", encoding="utf-8")
    with pytest.raises(ValueError, match="have changed since they were loaded: load them again"):
        data.source("test")
    data = nb.load_text(table)
    table.unlink()
    with pytest.raises(ValueError, match="have changed since"):
        data.source("test")
