"""Sage 50 UK & Ireland over SDO: the only place that knows SDO's words.

door.py, session.py     in and out: log on, log off, SDO's failures as our errors (error_codes.py)
driver.py               START HERE: the port, answered through one session
index.py                where our references stand · reader.py: records as plain values · lookup.py: both
customer.py, document.py, ledger.py, money.py, allocation.py    one effect each · checks.py: before a write
catalogue.py, currencies.py                                     what stands in the company
sdo.py, enums.py        SDO's shapes, values and code numbers
sandbox/                a pretend engine that imports nothing of ours
"""
