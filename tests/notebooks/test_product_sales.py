"""product_sales.ipynb, run on orders that were changed and cancelled, and on a hundred minutes of steady sales."""

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bootstrap import names
from tests.conftest import Aws
from tests.emulator_process import REPOSITORY
from tests.notebooks.executed import PNG_SIGNATURE, execute, outputs, table
from tests.notebooks.steady_sales import put_steady_sales

EMPTY_OBJECT = f"{names.ORDERS_PREFIX}nothing.json"
TOO_LITTLE = "of at least 10 changes in the last 60 minutes"


@pytest.fixture(scope="module")
def notebook(sold: list[dict[str, str]], aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Run the notebook, with an empty object in the bucket; its live cell updates for two seconds."""
    put_steady_sales(aws, datetime.now(UTC))
    aws.client("s3").put_object(Bucket=names.BUCKET_NAME, Key=EMPTY_OBJECT, Body=b"")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("LIVE_SECONDS", "2.5")
        path: Path = tmp_path_factory.mktemp("executed") / "product_sales.ipynb"
        return execute(REPOSITORY / "notebooks" / "product_sales.ipynb", path)


def test_an_order_counts_as_its_last_change_left_it(notebook: Any) -> None:
    # THEN the changed order counts once, the cancelled one not at all; 200 keyboards at 110.00
    assert table(notebook, "by-product") == [
        line("Keyboard", 200, 200, "22,000.00", "110.00"),
        line("Laptop", 2, 3, "1,000.99", "333.66"),
        line("Phone", 1, 4, "79.60", "19.90"),
        line("Charger", 1, 1, "10.00", "10.00"),
    ]
    assert table(notebook, "sales") == [
        {"orders": "204", "units": "208", "revenue": "23,090.59", "average_price": "111.01"}
    ]


def line(name: str, orders: int, units: int, revenue: str, average_price: str) -> dict[str, str]:
    return {
        "product_name": name,
        "orders": str(orders),
        "units": str(units),
        "revenue": revenue,
        "average_price": average_price,
    }


def test_an_object_without_rows_is_named(notebook: Any) -> None:
    assert table(notebook, "problems") == [{"key": EMPTY_OBJECT, "reason": "empty"}]


def test_the_latest_changes_are_shown(notebook: Any) -> None:
    # THEN the five latest have the update of the phone and the cancellation of the tablet
    assert sorted(row["event_name"] for row in table(notebook, "delivered")) == [
        "INSERT",
        "INSERT",
        "INSERT",
        "MODIFY",
        "REMOVE",
    ]


def test_a_query_for_athena_is_translated_and_run(notebook: Any) -> None:
    # GIVEN
    (translation,) = [output.text for output in outputs(notebook, "athena") if output.output_type == "stream"]

    # THEN 200 new orders, and 7 changes of 5 orders; every hour is a line
    assert "approx_count_distinct(orderid)" in translation
    hours = table(notebook, "athena")
    assert sum(int(row["changes"]) for row in hours) == 207
    assert sum(int(row["cancelled"]) for row in hours) == 1


def test_the_product_with_a_history_is_projected_and_the_others_say_what_they_lack(notebook: Any) -> None:
    # GIVEN
    rows = {(row["product_name"], row["period"]): row for row in table(notebook, "projection")}

    # THEN
    for period in ("hour", "day"):
        known, unknown = rows["Keyboard", period], rows["Laptop", period]
        so_far, low, expected, high = (
            float(known[name].replace(",", "")) for name in ("so_far", "low", "expected", "high")
        )
        assert known["too_little"] == ""
        assert low <= expected <= high
        # The pace is 220 a minute; what is left of the period is at most all of it.
        assert so_far <= expected <= so_far + 220 * {"hour": 61, "day": 1441}[period]
        assert unknown["too_little"].endswith(TOO_LITTLE)
        assert unknown["expected"] in ("NaN", "nan", "None")


def test_the_projection_is_back_tested(notebook: Any) -> None:
    # GIVEN
    (tried,) = table(notebook, "back-test")

    # THEN of some more than 100 whole minutes, 4 times 20 are told after at least 5; nearly all are 4,400.00
    assert tried["horizon (minutes)"] == "20"
    assert int(tried["projections"]) >= 4
    assert float(tried["error (%)"]) < 15


@pytest.mark.parametrize(
    "cell_id",
    ["by-product-plot", "minutes-plot", "standing-plot", "projection-plot", "back-test-plot", "live"],
)
def test_a_plot_is_shown(notebook: Any, cell_id: str) -> None:
    # GIVEN
    (plot,) = [output for output in outputs(notebook, cell_id) if output.output_type == "display_data"]

    # THEN
    assert base64.b64decode(plot.data["image/png"]).startswith(PNG_SIGNATURE)


def test_no_cell_warns(notebook: Any) -> None:
    # GIVEN
    streams = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stderr"
    ]

    # THEN
    assert streams == []
