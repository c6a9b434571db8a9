"""The next crawl reads what is new or changed, and nothing else."""

from pathlib import Path

from notebooks.lake import Changes
from tests.unit.notebooks.lake.fake_s3 import FakeS3, crawler, pair

ROW = '{"a": 1}\n'


def bucket() -> FakeS3:
    """Return a bucket with two objects."""
    s3 = FakeS3()
    s3.put("shop/a", ROW)
    s3.put("shop/b", ROW)
    return s3


def test_after_the_first_crawl_every_object_is_new() -> None:
    # GIVEN
    s3 = bucket()

    # WHEN
    catalog = crawler(s3).crawl()

    # THEN
    assert catalog.changes_since_last == Changes(new=("shop/a", "shop/b"))
    assert sorted(s3.read_keys) == ["shop/a", "shop/b"]


def test_an_unchanged_bucket_is_not_read_again_and_has_the_same_tables() -> None:
    # GIVEN
    s3 = bucket()
    crawling = crawler(s3)
    first = crawling.crawl()
    s3.read_keys.clear()

    # WHEN
    second = crawling.crawl()

    # THEN
    assert (second.tables is first.tables, s3.read_keys) == (True, [])
    assert not second.changes_since_last
    assert second.crawled_at > first.crawled_at


def test_what_is_new_changed_or_gone_is_told_and_only_that_is_read() -> None:
    # GIVEN
    s3 = bucket()
    s3.put("shop/c", ROW)
    crawling = crawler(s3)
    crawling.crawl()
    s3.read_keys.clear()

    # WHEN an object of the same size, one less, one more
    s3.put("shop/a", '{"b": 1}\n')
    s3.delete("shop/b")
    s3.put("shop/d", ROW * 2)
    catalog = crawling.crawl()

    # THEN
    assert catalog.changes_since_last == Changes(("shop/d",), ("shop/a",), ("shop/b",))
    assert sorted(s3.read_keys) == ["shop/a", "shop/d"]
    table = catalog.table("shop")
    assert (table.object_count, table.rows) == (3, 4)
    assert {column.name: column.first_seen_in for column in table.columns} == {"a": "shop/c", "b": "shop/a"}


def test_a_table_whose_objects_are_gone_is_gone() -> None:
    # GIVEN
    s3 = bucket()
    crawling = crawler(s3)
    crawling.crawl()

    # WHEN
    s3.delete("shop/a")
    s3.delete("shop/b")

    # THEN
    assert [table.name for table in crawling.crawl().tables] == ["errors", "orders"]


def test_another_process_goes_on_from_the_saved_state(tmp_path: Path) -> None:
    # GIVEN
    s3 = bucket()
    s3.put("shop/empty", "")
    state = tmp_path / "new" / "state.json"
    first = crawler(s3, state=state).crawl()
    s3.read_keys.clear()
    s3.put("shop/c", ROW)

    # WHEN
    second = crawler(s3, state=state).crawl()

    # THEN
    assert s3.read_keys == ["shop/c"]
    assert second.changes_since_last == Changes(new=("shop/c",))
    assert second.problems == first.problems
    assert second.table("shop").rows == 3


def test_a_state_that_cannot_be_read_or_is_another_buckets_is_no_state(tmp_path: Path) -> None:
    # GIVEN
    s3 = bucket()
    state = tmp_path / "state.json"
    crawler(s3, state=state).crawl()

    # WHEN / THEN
    for saved in ("no JSON", "[]", state.read_text().replace('"bucket"', '"other"'), '{"version": 0}'):
        state.write_text(saved)
        s3.read_keys.clear()
        crawler(s3, state=state).crawl()
        assert sorted(s3.read_keys) == ["shop/a", "shop/b"]


def test_an_object_whose_copy_was_removed_is_read_again(tmp_path: Path) -> None:
    # GIVEN
    s3 = bucket()
    crawling = crawler(s3, state=tmp_path / "state.json")
    crawling.crawl()
    s3.read_keys.clear()

    # WHEN
    (tmp_path / "state.json.copies" / "shop" / "a").unlink()
    catalog = crawling.crawl()

    # THEN
    assert (s3.read_keys, catalog.table("shop").rows) == (["shop/a"], 2)


def test_what_changes_or_vanishes_during_a_crawl_is_a_problem_until_the_next() -> None:
    # GIVEN
    s3 = bucket()
    s3.put("shop/c", ROW)
    s3.after_listing = {"shop/a": None, "shop/b": b'{"b": 1}\n'}
    crawling = crawler(s3)

    # WHEN
    first, second = crawling.crawl(), crawling.crawl()

    # THEN
    reason = "changed or vanished while it was crawled"
    assert [pair(problem) for problem in first.problems] == [("shop/a", reason), ("shop/b", reason)]
    assert (first.table("shop").object_count, second.table("shop").object_count) == (1, 2)
    assert second.problems == ()
    assert second.changes_since_last == Changes(new=("shop/b",))
