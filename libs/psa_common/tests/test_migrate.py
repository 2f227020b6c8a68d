"""History is run once, in order, by one of many starters, and never rewritten."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from psa_common.migrate import MigrationError, migrate, read_migrations
from psa_common.testing import Database


def _write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def _migrate(database: Database, folder: Path) -> int:
    return migrate(database.owner_dsn, "notes", [(folder.name, folder)])


def test_many_starters_run_every_file_once(database: Database, tmp_path: Path) -> None:
    _write(tmp_path, "0001_first.sql", "CREATE TABLE once (id integer);")
    _write(tmp_path, "0002_second.sql", "INSERT INTO once VALUES (1);")

    with ThreadPoolExecutor(6) as starters:
        started = [starters.submit(_migrate, database, tmp_path) for _ in range(6)]

    counts = [one.result() for one in started]
    assert sorted(counts) == [0, 0, 0, 0, 0, 2]


def test_an_edited_file_is_refused(database: Database, tmp_path: Path) -> None:
    _write(tmp_path, "0001_first.sql", "SELECT 1;")
    _migrate(database, tmp_path)
    _write(tmp_path, "0001_first.sql", "SELECT 2;")

    with pytest.raises(MigrationError, match="changed after it had run"):
        _migrate(database, tmp_path)


def test_a_gap_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, "0001_first.sql", "SELECT 1;")
    _write(tmp_path, "0003_third.sql", "SELECT 3;")

    with pytest.raises(MigrationError, match="0002 is missing"):
        read_migrations(tmp_path)


def test_a_database_from_the_future_is_left_alone(database: Database, tmp_path: Path) -> None:
    _write(tmp_path, "0001_first.sql", "SELECT 1;")
    _write(tmp_path, "0002_second.sql", "SELECT 2;")
    _migrate(database, tmp_path)
    (tmp_path / "0002_second.sql").unlink()

    assert _migrate(database, tmp_path) == 0


def test_a_file_that_fails_leaves_nothing_of_itself(database: Database, tmp_path: Path) -> None:
    _write(tmp_path, "0001_first.sql", "CREATE TABLE half (id integer); SELECT 1 / 0;")
    with pytest.raises(Exception, match="division by zero"):
        _migrate(database, tmp_path)
    _write(tmp_path, "0001_first.sql", "CREATE TABLE half (id integer);")

    assert _migrate(database, tmp_path) == 1
