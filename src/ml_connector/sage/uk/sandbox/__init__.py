"""A pretend SDO engine: Sage 50 UK as a late-bound client sees it, without Sage and without Windows.

It imports nothing of ml_connector outside this folder, and the driver imports nothing of it: they meet at
SDO's own names. Facts are from reference sage50_uk_sdo.md; what is only believed is a switch.

    engine.py    START HERE: create_engine, Workspaces, Connect, CreateObject
    com.py       ComError, LastError and the error codes · values.py, fields.py: Fields and Field
    session.py   what every object of a session shares · queue.py: who is logged on · storage.py: the file
    tables/      the fields of each file
    records.py, master_records.py, invoice_record.py         SalesRecord, StockRecord, InvoiceRecord …
    data_files.py, settings_files.py                         HeaderData, SplitData, SetupData …
    invoice_post.py, document_checks.py, document_totals.py  saving a document
    ledger_update.py, ledger.py, stock.py, lock_date.py      posting it
    transaction_post.py, allocation.py                       entries straight into the ledger
    switches.py  what is only believed · faults.py: what can go wrong
    company.py   create_company: a retailer to post into · manager.py: what Sage's manager does by hand
    export.py    the company's tables as CSV with ODBC's column names
"""
