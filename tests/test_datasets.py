"""Loading, checksums, cards, the script of Shuttle, and the four splits."""

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

from helpers import datasets
from helpers.datasets import DataFileError, four_splits, load_orders, load_shuttle

import numpy as np
import pandas as pd
import pytest

DATA = Path(__file__).resolve().parent.parent / "data"
LOADERS = {"orders.csv.gz": load_orders, "shuttle.csv.gz": load_shuttle}


def checksums():
    return dict(reversed(line.split("  ")) for line in (DATA / "SHA256SUMS").read_text("utf-8").splitlines())


@pytest.fixture
def copied_data(tmp_path, monkeypatch):
    """A copy of the data files that a test may damage."""
    for name in ("README.md", "SHA256SUMS", *LOADERS):
        shutil.copy(DATA / name, tmp_path)
    monkeypatch.setattr(datasets, "DATA_DIR", tmp_path)
    return tmp_path


@pytest.fixture
def shuttle_script(monkeypatch):
    monkeypatch.syspath_prepend(DATA / "regenerate")
    yield importlib.import_module("shuttle")
    for name in ("shuttle", "gzip_file"):
        sys.modules.pop(name, None)


# ------------------------------------------------------------------------------------- what is loaded

def test_orders():
    orders = load_orders()
    assert orders.names == tuple(orders.data.columns)
    assert orders.names == ("order_id", "customer_id", "product_id", "category", "quantity", "unit_price",
                            "amount", "country", "payment_method", "time")
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
    card = datasets._read_card(name)
    assert hashlib.sha256(content).hexdigest() == checksums()[name]
    assert re.search(r"SHA-256\.\*\* `(\w{64})`", card).group(1) == checksums()[name]
    size = re.search(r"([\d,]+) rows, (\d+) columns, ([\d,]+) bytes", card)
    table = pd.read_csv(DATA / name)
    assert [int(number.replace(",", "")) for number in size.groups()] == [*table.shape, len(content)]


@pytest.mark.parametrize("name", LOADERS)
def test_cards_have_every_part(name):
    card = datasets._read_card(name)
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


@pytest.mark.parametrize("members", [{}, {"river/datasets/shuttle.csv.gz": b"something else"}])
def test_shuttle_refuses_another_wheel(shuttle_script, tmp_path, members):
    wheel = tmp_path / "river-0.0.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    before = (DATA / "shuttle.csv.gz").read_bytes()
    with pytest.raises(SystemExit, match=r"river.*nothing was changed"):
        shuttle_script.main(["--wheel", str(wheel)])
    assert (DATA / "shuttle.csv.gz").read_bytes() == before


def test_shuttle_reports_a_failed_download_in_one_line(shuttle_script, tmp_path, monkeypatch):
    monkeypatch.setattr(shuttle_script, "REQUIREMENT", "not a requirement")
    with pytest.raises(SystemExit) as stop:
        shuttle_script.download_wheel(tmp_path)
    assert "could not download" in str(stop.value) and "\n" not in str(stop.value)


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


@pytest.mark.parametrize("fractions", [(0.5, 0.5), (0.4, 0.1, 0.2, 0.4), (0.5, 0.0, 0.2, 0.3),
                                       (0.9, -0.2, 0.1, 0.2), (np.nan, 0.1, 0.2, 0.3), 0.4])
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
