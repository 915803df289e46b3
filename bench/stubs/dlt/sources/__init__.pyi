class DltSource:
    max_table_nesting: int | None
