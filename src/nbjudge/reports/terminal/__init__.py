"""Progress, summary and tables in the terminal. Only here and in `nbjudge.cli` is rich used."""
