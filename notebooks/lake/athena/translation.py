"""From one statement for Athena to one for DuckDB."""

from sqlglot import exp, parse
from sqlglot.errors import ErrorLevel, ParseError, TokenError, UnsupportedError

from .dialect import AthenaQuery
from .errors import TranslationError, UntranslatableError
from .function import WINDOW_PLACE
from .generator import AthenaToDuckDB
from .statement import translate_statement

# The schema of the standard stays; every other database's name leads to the lake.
STANDARD_SCHEMA = "information_schema"


def translate(query: str) -> str:
    """Return DuckDB's query for one that was written for Athena; it only reads.

    Raises:
        TranslationError: the query does something that cannot be translated, or is no query.
    """
    try:
        return translate_statement(query, _translate_query)
    except UntranslatableError as error:
        raise TranslationError(query, error.offset, error.reason, error.hint) from None


def _translate_query(query: str, offset: int) -> str:
    """Translate a SELECT that begins at `offset` of what the user wrote."""
    # Positions stay those of the whole statement.
    text = " " * offset + query[offset:]
    try:
        statements = [statement for statement in parse(text, dialect=AthenaQuery) if statement is not None]
    except ParseError as error:
        details = error.errors[0]
        raise TranslationError(
            query, _offset_of(query, details), f"syntax: {str(details.get('description', error)).rstrip('.')}"
        ) from None
    except TokenError as error:
        raise TranslationError(query, offset, f"syntax: {error}") from None
    if len(statements) != 1:
        raise TranslationError(query, offset, "more than one statement", "Athena runs them one by one")
    (statement,) = statements
    if not isinstance(statement, exp.Query | exp.Values):
        raise TranslationError(query, offset, f"{statement.key.upper()} is not a query that reads")
    _refuse_ties(statement)
    _name_tables(statement)
    _hide_columns(statement)
    _name_columns(statement)
    try:
        text = statement.sql(
            dialect=AthenaToDuckDB,
            pretty=True,
            comments=False,
            normalize_functions=False,
            unsupported_level=ErrorLevel.RAISE,
        )
    except UnsupportedError as error:
        raise TranslationError(query, offset, str(error)) from None
    return text.replace(WINDOW_PLACE, "")


def _offset_of(query: str, details: dict[str, object]) -> int:
    highlight = str(details.get("highlight") or "")
    context = str(details.get("start_context") or "") + highlight
    found = query.find(context)
    return found + len(context) - len(highlight) if context and found >= 0 else 0


def _refuse_ties(statement: exp.Expr) -> None:
    for fetch in statement.find_all(exp.Fetch):
        options = fetch.args.get("limit_options")
        if options and options.args.get("with_ties"):
            raise UntranslatableError(fetch, "FETCH ... WITH TIES cannot be translated", "use rank() <= n")


def _name_tables(statement: exp.Expr) -> None:
    """Leave out the catalogue and the database in front of a table, and in front of a table's columns."""
    databases = set()
    for table in statement.find_all(exp.Table):
        if table.db and table.db.lower() != STANDARD_SCHEMA:
            databases.add(table.db.lower())
            table.set("db", None)
            table.set("catalog", None)
    for column in statement.find_all(exp.Column):
        if column.db and column.db.lower() in databases:
            column.set("db", None)
            column.set("catalog", None)


def _hide_columns(statement: exp.Expr) -> None:
    """Leave columns such as "$path" out of a `*` over a table, as Athena does; they have to be asked for by name."""
    subqueries = {cte.alias for cte in statement.find_all(exp.CTE)}
    for select in statement.find_all(exp.Select):
        sources = [select.args.get("from_"), *select.args.get("joins", [])]
        tables = [source.this for source in sources if source and isinstance(source.this, exp.Table)]
        if all(table.name in subqueries or table.db for table in tables):
            continue
        for projection in select.expressions:
            if isinstance(projection, exp.Star) and not any(projection.args.values()):
                projection.replace(exp.Columns(this=exp.Literal.string("^[^$]")))


def _name_columns(statement: exp.Expr) -> None:
    """Give a column without a name the one that Athena answers with: `_col` and its place."""
    select = statement
    while isinstance(select, exp.SetOperation | exp.Subquery):
        select = select.this
    if not isinstance(select, exp.Select):
        return
    for place, projection in enumerate(select.expressions):
        if not isinstance(projection, exp.Alias | exp.Column | exp.Star | exp.Columns | exp.Dot):
            projection.replace(exp.alias_(projection.copy(), f"_col{place}"))
