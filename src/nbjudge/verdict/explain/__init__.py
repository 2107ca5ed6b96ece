"""Which mistake explains a wrong answer."""
