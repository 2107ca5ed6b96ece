"""Pages that people read: one file each, readable without a network, a script, or colours.

The layout and the style that they share are in ``templates/page``.
"""
