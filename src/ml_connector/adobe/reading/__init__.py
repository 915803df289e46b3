"""Adobe Commerce's field names, read strictly: one module per kind of payload, behind `adobe.reader`."""
