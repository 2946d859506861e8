"""Importing purchases: one path for a file of any size. Read as a stream, staged by COPY, sorted and written by set-based SQL.

    report = import_file(path, mapping=read_mapping({...}), source="till", by=user)

The caller holds no transaction open that it would mind to lose: everything happens in one of this module's own, so that
whatever goes wrong, nothing is written.
"""

from customers.purchase_import.engine import Report, import_file
from customers.purchase_import.mapping import Mapping, MappingError, read_mapping
from customers.purchase_import.reasons import Unusable

__all__ = ["Mapping", "MappingError", "Report", "Unusable", "import_file", "read_mapping"]
