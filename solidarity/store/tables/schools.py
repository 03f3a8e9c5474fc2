"""Schools of the network."""

from piccolo.table import Table

from solidarity.store.columns import identity, prose, words


class SchoolRow(Table, tablename="school"):
    """One school of the network."""

    id = identity()
    slug = words(80, unique=True)
    name = words(160)
    town = words(120, null=True)
    region_code = words(3)
    region = words(60)
    departement = words(3, null=True)
    insee = words(5, null=True)
    holiday_zone = words(1, null=True)
    trades = prose()
    status = words(24)
    address = prose(null=True)
    note = prose(null=True)
