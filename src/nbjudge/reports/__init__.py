"""Everything that people read: the terminal, the pages for students, the report on a class."""
