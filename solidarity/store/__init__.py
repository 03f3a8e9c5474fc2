"""Everything that touches the database: the engine, its transactions, the tables and their history."""
