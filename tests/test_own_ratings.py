"""Your own ratings: MovieLens's formats are read alike, and what cannot be used is refused by its line."""

import numpy as np
import pandas as pd
import pytest

import nasbook as nb
from nasbook.tasks import own_ratings


@pytest.fixture
def table():
    """30 users who rate half of 20 movies each, one after the other."""
    rng = np.random.default_rng(0)
    rows = [(user + 5, movie + 100) for user in range(30) for movie in rng.permutation(20)[:12]]
    frame = pd.DataFrame(rows, columns=["userId", "movieId"])
    frame["rating"] = rng.choice([0.5, 3, 4, 5], len(frame))
    return frame.assign(timestamp=rng.permutation(len(frame)) + 10**9)


def written(table: pd.DataFrame, folder, name: str = "ratings.csv"):
    folder.mkdir(exist_ok=True)
    text = table.to_csv(index=False, header=name == "ratings.csv")
    mark = {"ratings.csv": ",", "ratings.dat": "::", "u.data": "\t"}[name]
    (folder / name).write_text(text.replace(",", mark))
    return folder


@pytest.mark.parametrize("name", own_ratings.FORMATS)
def test_the_formats_of_movielens_are_read_alike(table, tmp_path, name):
    data = nb.load_ratings(written(table, tmp_path / "movies", name))
    other = nb.load_ratings(written(table, tmp_path / "others") / "ratings.csv")
    assert data.name == "movies" and data.fingerprint == other.fingerprint
    assert data.input_shape == ((1,), (20,), (1,))


def test_columns_may_be_in_any_order_and_others_are_left_out(table, tmp_path):
    mixed = table.assign(title="x")[["timestamp", "title", "movieId", "rating", "userId"]]
    one, other = (nb.load_ratings(written(t, tmp_path / n)) for t, n in ((table, "one"), (mixed, "other")))
    assert one.fingerprint == other.fingerprint


def test_parts_follow_each_other_in_time(table, tmp_path):
    data = nb.load_ratings(written(table, tmp_path / "movies"), validation=0.2, test=0.25)
    times = table["timestamp"].sort_values().to_numpy()
    known = table[table["timestamp"] < times[round(0.55 * len(times))]]
    seen = data.train.inputs[1]
    assert (
        abs((seen != 0).sum() - len(known[known["userId"].isin(known[known["rating"] >= 4]["userId"])])) <= 2
    )
    assert set(np.unique(seen)) == {-1, 0, 1}
    test = data.source("test")
    assert test.inputs[1].shape[1] == 20 and (test.targets > 0).any(axis=1).all()


def test_a_reader_s_ratings_train_a_recommender(table, tmp_path):
    nb.setup()
    data = nb.load_ratings(written(table, tmp_path / "movies"), validation=0.2, test=0.2)
    known = own_ratings.nothing_known((30, 20))
    trainer = nb.Trainer(
        data,
        build=nb.recommender.Builder(known),
        loss=nb.recommender.LOSSES,
        decode=np.asarray,
        metric=nb.ranking.ndcg,
        epochs=1,
    )
    trial = trainer(nb.recommender_space().sample(np.random.default_rng(0)))
    assert trial.status == "done", trial.error


def test_the_rare_are_left_out_until_nobody_is(table, tmp_path):
    rare = pd.DataFrame({"userId": [999] * 2, "movieId": [100, 999], "rating": 5, "timestamp": 10**9})
    data = nb.load_ratings(written(pd.concat([table, rare]), tmp_path / "movies"))
    assert data.input_shape[1] == (20,)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda t: t.drop(columns="timestamp"), "has no column timestamp: give a CSV file"),
        (lambda t: t.assign(rating=["good", *t["rating"][1:]]), "do not have four numbers: line 2"),
        (lambda t: t.assign(timestamp=[*t["timestamp"][:-1], None]), "do not have four numbers: line 361"),
        (lambda t: pd.concat([t, t[:1]]), "rated before: line 362"),
        (lambda t: t[:3], "0 people and 0 things have at least 5 ratings"),
        (lambda t: t.assign(timestamp=1), "No ratings are left for"),
        (
            lambda t: t.assign(rating=(t["rating"] > 3).astype(int)),
            "No rating reaches liked=4, the highest is 1",
        ),
        (lambda t: t.assign(timestamp=t["userId"]), "people liked something both in the training and in the"),
        (lambda t: t.assign(userId="u" + t["userId"].astype(str)), "has no numbers in the column userId"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_line(table, tmp_path, spoil, message):
    with pytest.raises(ValueError, match=message):
        nb.load_ratings(written(spoil(table), tmp_path / "movies"))


def test_lines_are_counted_from_1_where_there_is_no_header(table, tmp_path):
    with pytest.raises(ValueError, match=r"line 1\."):
        nb.load_ratings(written(table.assign(rating=["x", *table["rating"][1:]]), tmp_path / "m", "u.data"))


def test_nothing_there_and_too_much_are_refused(table, tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match=r"a folder with ratings\.csv or ratings\.dat or u\.data"):
        nb.load_ratings(tmp_path)
    monkeypatch.setattr(own_ratings, "CELLS", 100)
    with pytest.raises(ValueError, match="give a larger `least`"):
        nb.load_ratings(written(table, tmp_path / "movies"))


def test_a_file_that_changes_before_the_test_is_noticed(table, tmp_path):
    data = nb.load_ratings(written(table, tmp_path / "movies"))
    written(table[1:], tmp_path / "movies")
    with pytest.raises(ValueError, match="has changed since it was loaded"):
        data.source("test")
