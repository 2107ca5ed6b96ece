"""What nbgrader loads: options, thin converters, exporters, and what we replace in it.

Read `configure` first. Nothing is decided here.
"""
